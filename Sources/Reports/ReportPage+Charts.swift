import Foundation
import History
import Lifecycle

extension ReportPage {
    /// The most instances with a line of their own.
    private static let lineLimit = 6
    /// The most rows of states.
    private static let stateLimit = 40

    private var span: ClosedRange<Date> { report.since...report.until }
    private var series: HistorySeries { report.series }

    private func column(_ name: String) -> HistorySeries.Column { series.columns[name] ?? [] }

    private static func most(_ columns: [HistorySeries.Column]) -> Double {
        columns.joined().compactMap(\.self).filter(\.isFinite).max() ?? 0
    }

    var charts: String {
        guard !series.times.isEmpty else {
            return
                "<section><h2>No samples</h2><p>Nothing was measured in this time, or it is no longer kept.</p></section>"
        }
        return [load, size, states, requests].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var marks: [(at: Date, name: String)] {
        let outs = report.scaleOuts.filter(\.isOrdered)
        let told = outs.compactMap { out in
            out.told.map { (at: out.at.addingTimeInterval($0), name: "\(out.instance) told") }
        }
        let all =
            outs.map { (at: $0.at, name: "scale out") } + told + report.scaleIns.map { (at: $0.at, name: "scale in") }
        var marks: [(at: Date, name: String)] = []
        for mark in all.sorted(by: { ($0.at, $0.name) < ($1.at, $1.name) })
        where marks.last.map({ $0.at != mark.at || $0.name != mark.name }) ?? true {
            marks.append(mark)
        }
        return marks.count > 60 ? [] : marks
    }

    private func section(_ title: String, _ note: String, legend: [(style: String, name: String)], _ chart: SVGChart)
        -> String
    {
        let items = legend.map { style, name in
            "<li><svg class=\"key\" viewBox=\"0 0 22 10\" aria-hidden=\"true\">\(Self.key(style))</svg>"
                + "\(HTMLText.escaped(name))</li>"
        }
        return
            "<section><h2>\(title)</h2><p>\(note)</p><ul class=\"legend\">\(items.joined())</ul>\(chart.element)</section>"
    }

    private static func key(_ style: String) -> String {
        if style.hasPrefix("state") { return "<rect class=\"\(style)\" x=\"0\" y=\"0\" width=\"22\" height=\"10\"/>" }
        if style.hasPrefix("band") { return "<rect class=\"\(style)\" x=\"0\" y=\"1\" width=\"22\" height=\"8\"/>" }
        return "<path class=\"\(style)\" d=\"M0 5H22\"/>"
    }

    /// CPU of each instance, or of all together when there are many.
    private var load: String {
        var chart = SVGChart(
            "CPU of each instance over time",
            unit: "CPU, % of the vCPUs",
            span: span,
            most: 100,
            head: 24
        )
        var legend: [(style: String, name: String)] = []
        if series.instances.count <= Self.lineLimit {
            for (index, instance) in series.instances.enumerated() {
                chart.line(instance.columns["guest"] ?? [], at: series.times, "line guest s\(index)")
                chart.line(instance.columns["host"] ?? [], at: series.times, "line s\(index)")
                legend.append(("line s\(index)", instance.name))
            }
            legend.append(("line guest", "dotted: as the guest sees it"))
        } else {
            let all = series.instances.map(\.cpu)
            let points = series.times.indices.map { index in all.compactMap { $0[safe: index] ?? nil } }
            chart.band(points.map { $0.min() }, points.map { $0.max() }, at: series.times, "band s0")
            let mean = points.map { $0.isEmpty ? nil : $0.reduce(0, +) / Double($0.count) }
            chart.line(mean, at: series.times, "line s0")
            legend = [("line s0", "mean of all"), ("band s0", "from the least to the most loaded")]
        }
        if let threshold = column("threshold").compactMap(\.self).last {
            chart.level(threshold, "acts at \(HTMLText.number(threshold)) %")
        }
        chart.marks(marks)
        return section("CPU", "How busy each instance was, and when the group changed.", legend: legend, chart)
    }

    private var size: String {
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
        return section(
            "Demand against capacity",
            "What the work needed, in instances' worth of CPU, beside the instances there were for it.",
            legend: [
                ("line s1", "demand"), ("line s0", "capacity: in service and coming"),
                ("line guest s2", "endpoints told to clients"),
            ],
            chart
        )
    }

    private var states: String {
        let shown = series.instances.prefix(Self.stateLimit)
        guard !shown.isEmpty else { return "" }
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
                        "\(instance.name): \(run.state.rawValue), \(HTMLText.clock(run.at)) to \(HTMLText.clock(run.end))"
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
        let more = series.instances.count - shown.count
        return section(
            "States",
            "Each instance's place in life. Empty: off."
                + (more > 0 ? " The first \(shown.count) of \(series.instances.count)." : ""),
            legend: StateKind.allCases.map { ("state \($0.style)", $0.rawValue) },
            chart
        )
    }

    private var requests: String {
        let rates = series.times.indices.map { index -> Double? in
            let values = series.instances.compactMap { $0.columns["requestsPerSecond"]?[safe: index] ?? nil }
            return values.isEmpty ? nil : values.reduce(0, +)
        }
        let times = series.times.indices.map { index -> Double? in
            series.instances.compactMap { $0.columns["p99"]?[safe: index] ?? nil }.max().map { $0 * 1000 }
        }
        var parts = ""
        if rates.contains(where: { $0 != nil }) {
            var chart = SVGChart(
                "Requests a second over time",
                unit: "requests/s",
                span: span,
                most: Self.most([rates]),
                height: 170
            )
            chart.line(rates, at: series.times, "line s0")
            parts += section("Requests", "Answered a second by all agents together.", legend: [], chart)
        }
        if times.contains(where: { $0 != nil }) {
            var chart = SVGChart(
                "Service time over time",
                unit: "milliseconds",
                span: span,
                most: Self.most([times]),
                height: 170
            )
            chart.line(times, at: series.times, "line s3")
            parts += section("Service time", "99th percentile of the slowest instance.", legend: [], chart)
        }
        return parts
    }
}

/// What a state means for the service.
private enum StateKind: String, CaseIterable {
    case serving = "in service"
    case coming = "on its way"
    case standby = "standby"
    case leaving = "leaving"
    case failing = "unhealthy or failed"

    var style: String { "state-\(self)" }

    /// The part of a row's height, so that colour alone tells nothing.
    var part: Double {
        switch self {
        case .serving, .failing: 1
        case .coming: 0.6
        case .leaving: 0.45
        case .standby: 0.25
        }
    }
}

extension InstanceState {
    fileprivate var kind: StateKind {
        switch self {
        case .inService: .serving
        case .off, .creating, .starting, .booting, .probing, .resuming: .coming
        case .standby, .parking: .standby
        case .draining, .stopping, .removing: .leaving
        case .unhealthy, .failed, .quarantined: .failing
        }
    }
}
