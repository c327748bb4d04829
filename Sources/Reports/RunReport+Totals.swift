import Foundation
import History
import Lifecycle

extension RunReport {
    /// How many seconds each point stands for: up to the next one, but no gap counts.
    static func weights(_ series: HistorySeries) -> [Double] {
        let times = series.times.map(\.timeIntervalSince1970)
        let steps = zip(times, times.dropFirst()).map { $1 - $0 }
        let width = Double(series.resolution)
        let usual = max(width, steps.isEmpty ? width : steps.sorted()[steps.count / 2])
        let known = series.columns["endpoints"] ?? []
        return times.indices.map { index in
            guard index < known.count, known[index] != nil else { return 0 }
            return index < steps.count ? min(steps[index], 2 * usual) : usual
        }
    }

    /// What one instance did.
    package static func row(_ instance: HistorySeries.Instance, _ weights: [Double]) -> InstanceRow {
        var row = InstanceRow(name: instance.name, state: instance.states.last ?? nil, inService: 0, running: 0)
        let cpu = instance.cpu
        var (sum, weight, requests): (Double, Double, Double?) = (0, 0, nil)
        for (index, state) in instance.states.enumerated() {
            guard let state, index < weights.count else { continue }
            if state.hasRunningDomain { row.running += weights[index] }
            if let rate = instance.columns["requestsPerSecond"]?[safe: index] ?? nil {
                requests = (requests ?? 0) + rate * weights[index]
            }
            guard state == .inService else { continue }
            row.inService += weights[index]
            guard let value = cpu[safe: index] ?? nil else { continue }
            sum += value * weights[index]
            weight += weights[index]
        }
        row.mean = weight > 0 ? sum / weight : nil
        let peaks = ["host", "guest"].flatMap { instance.peaks?[$0] ?? instance.columns[$0] ?? [] }
        row.peak = peaks.compactMap(\.self).max()
        row.requests = requests
        row.p99 = (instance.peaks?["p99"] ?? instance.columns["p99"] ?? []).compactMap(\.self).max()
        return row
    }

    static func totals(_ series: HistorySeries, _ instances: [InstanceRow], _ weights: [Double]) -> Totals {
        var totals = Totals()
        totals.inServiceHours = instances.reduce(0) { $0 + $1.inService } / 3600
        totals.runningHours = instances.reduce(0) { $0 + $1.running } / 3600
        totals.secondsKnown = weights.reduce(0, +)
        for (overloaded, weight) in zip(series.columns["overloaded"] ?? [], weights) {
            totals.secondsOverThreshold += (overloaded ?? 0) * weight
        }
        let requests = instances.compactMap(\.requests)
        totals.requests = requests.isEmpty ? nil : requests.reduce(0, +)
        for index in series.times.indices {
            let serving = series.instances.count { ($0.states[safe: index] ?? nil) == .inService }
            totals.mostInService = max(totals.mostInService, serving)
        }
        totals.peakDemand = (series.columns["demandPeak"] ?? []).compactMap(\.self).max()
        return totals
    }
}

extension HistorySeries.Instance {
    /// CPU as the one of both that sees more says, percent.
    var cpu: HistorySeries.Column {
        let (host, guest) = (columns["host"] ?? [], columns["guest"] ?? [])
        return states.indices.map { index in
            [host[safe: index] ?? nil, guest[safe: index] ?? nil].compactMap(\.self).max()
        }
    }
}

extension InstanceState {
    /// Whether its domain holds vCPUs and memory.
    var hasRunningDomain: Bool {
        switch self {
        case .off, .creating, .starting, .quarantined, .removing, .standby: false
        case .booting, .probing, .inService, .draining, .stopping, .parking, .resuming, .unhealthy, .failed: true
        }
    }
}

extension Array {
    /// The element at an index; `nil` beyond the end.
    subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
