import Foundation
import History
import Lifecycle

/// What the template `charts.mustache` shows.
struct PageCharts {
    let cpu: PageChart
    let size: PageChart
    let states: PageChart?
    let requests: PageChart?
    let serviceTime: PageChart?

    init(_ report: RunReport) {
        cpu = report.cpu
        size = report.size
        states = report.states
        requests = report.requests
        serviceTime = report.serviceTime
    }
}

extension RunReport {
    /// The most instances with a line of their own.
    private static let lineLimit = 6
    /// The most rows of states.
    private static let stateLimit = 40

    private var span: ClosedRange<Date> { since...until }

    private func column(_ name: String) -> HistorySeries.Column { series.columns[name] ?? [] }

    private static func most(_ columns: [HistorySeries.Column]) -> Double {
        columns.joined().compactMap(\.self).filter(\.isFinite).max() ?? 0
    }

    private var marks: [(at: Date, name: String)] {
        let outs = scaleOuts.filter(\.isOrdered)
        let told = outs.compactMap { out in
            out.told.map { (at: out.at.addingTimeInterval($0), name: "\(out.instance) told") }
        }
        let all =
            outs.map { (at: $0.at, name: "scale out") } + told + scaleIns.map { (at: $0.at, name: "scale in") }
        var marks: [(at: Date, name: String)] = []
        for mark in all.sorted(by: { ($0.at, $0.name) < ($1.at, $1.name) })
        where marks.last.map({ $0.at != mark.at || $0.name != mark.name }) ?? true {
            marks.append(mark)
        }
        return marks.count > 60 ? [] : marks
    }

    /// CPU of each instance, or of all together when there are many.
    fileprivate var cpu: PageChart {
        var chart = SVGChart(
            "CPU of each instance over time",
            unit: "CPU, % of the vCPUs",
            span: span,
            most: 100,
            head: 24
        )
        var legend: [PageChart.Key] = []
        if series.instances.count <= Self.lineLimit {
            for (index, instance) in series.instances.enumerated() {
                chart.line(instance.columns["guest"] ?? [], at: series.times, "line guest s\(index)")
                chart.line(instance.columns["host"] ?? [], at: series.times, "line s\(index)")
                legend.append(PageChart.Key("line s\(index)", instance.name))
            }
            legend.append(PageChart.Key("line guest", "dotted: as the guest sees it"))
        } else {
            let all = series.instances.map(\.cpu)
            let points = series.times.indices.map { index in all.compactMap { $0[safe: index] ?? nil } }
            chart.band(points.map { $0.min() }, points.map { $0.max() }, at: series.times, "band s0")
            let mean = points.map { $0.isEmpty ? nil : $0.reduce(0, +) / Double($0.count) }
            chart.line(mean, at: series.times, "line s0")
            legend = [
                PageChart.Key("line s0", "mean of all"), PageChart.Key("band s0", "from the least to the most loaded"),
            ]
        }
        if let threshold = column("threshold").compactMap(\.self).last {
            chart.level(threshold, "acts at \(ReportText.number(threshold)) %")
        }
        chart.marks(marks)
        return PageChart(chart, legend: legend)
    }

    fileprivate var size: PageChart {
        let demand = column("demand").map { $0.map { $0 / 100 } }
        let peak = column("demandPeak").map { $0.map { $0 / 100 } }
        let (capacity, endpoints) = (column("capacity"), column("endpoints"))
        var chart = SVGChart(
            "Demand against capacity over time",
            unit: "instances",
            span: span,
            most: max(1, Self.most([demand, capacity, endpoints])) * 1.05
        )
        if series.resolution > 1 { chart.band(demand, peak, at: series.times, "band s1") }
        chart.line(capacity, at: series.times, "line s0", isStepped: true)
        chart.line(endpoints, at: series.times, "line guest s2", isStepped: true)
        chart.line(demand, at: series.times, "line s1")
        return PageChart(
            chart,
            legend: [
                PageChart.Key("line s1", "demand"), PageChart.Key("line s0", "capacity: in service and coming"),
                PageChart.Key("line guest s2", "endpoints told to clients"),
            ]
        )
    }

    fileprivate var states: PageChart? {
        let shown = series.instances.prefix(Self.stateLimit)
        guard !shown.isEmpty else { return nil }
        var chart = SVGChart("State of each instance over time", rows: shown.map(\.name), span: span)
        let width = Double(series.resolution)
        let steps = zip(series.times, series.times.dropFirst()).map { $1.timeIntervalSince($0) }.sorted()
        let usual = max(width, steps.isEmpty ? width : steps[steps.count / 2])
        for (row, instance) in shown.enumerated() {
            var begin: (state: InstanceState, at: Date, end: Date)?
            func close() {
                guard let run = begin else { return }
                let kind = run.state.kind
                chart.bar(
                    row: row,
                    from: run.at,
                    to: run.end,
                    "state \(kind.style)",
                    part: kind.part,
                    hint:
                        "\(instance.name): \(run.state.rawValue), \(ReportText.clock(run.at)) to \(ReportText.clock(run.end))"
                )
                begin = nil
            }
            for (time, state) in zip(series.times, instance.states) {
                if let run = begin, run.state != state || time.timeIntervalSince(run.end) > usual {
                    // A change of state leaves no gap.
                    if state != nil, time.timeIntervalSince(run.end) <= usual { begin?.end = time }
                    close()
                }
                guard let state else { continue }
                let end = time.addingTimeInterval(usual)
                begin = (state, begin?.at ?? time, end)
            }
            close()
        }
        return PageChart(
            chart,
            legend: StateKind.allCases.map { PageChart.Key("state \($0.style)", $0.rawValue) },
            part: shown.count < series.instances.count ? (shown.count, series.instances.count) : nil
        )
    }

    fileprivate var requests: PageChart? {
        let rates = series.times.indices.map { index -> Double? in
            let values = series.instances.compactMap { $0.columns["requestsPerSecond"]?[safe: index] ?? nil }
            return values.isEmpty ? nil : values.reduce(0, +)
        }
        return line(rates, "line s0", "Requests a second over time", unit: "requests/s")
    }

    fileprivate var serviceTime: PageChart? {
        let times = series.times.indices.map { index in
            series.instances.compactMap { $0.columns["p99"]?[safe: index] ?? nil }.max().map { $0 * 1000 }
        }
        return line(times, "line s3", "Service time over time", unit: "milliseconds")
    }

    /// A low chart of one line, where there is anything to draw.
    private func line(_ values: HistorySeries.Column, _ style: String, _ title: String, unit: String) -> PageChart? {
        guard values.contains(where: { $0 != nil }) else { return nil }
        var chart = SVGChart(title, unit: unit, span: span, most: Self.most([values]), height: 170)
        chart.line(values, at: series.times, style)
        return PageChart(chart)
    }
}
