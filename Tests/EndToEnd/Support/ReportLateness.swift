/// How late the reports of a steady beat arrived: against the grid that the earliest of them define.
struct ReportLateness {
    /// Seconds behind the grid, sorted.
    let values: [Double]
    /// Beats without a report.
    let missing: Int

    /// Compares arrivals with a grid of `period` seconds.
    init(arrivals: [Double], period: Double) {
        var offsets: [Double] = []
        var beat = 0
        var missing = 0
        for (index, arrival) in arrivals.enumerated() {
            if index > 0 {
                let steps = max(1, Int(((arrival - arrivals[index - 1]) / period).rounded()))
                missing += steps - 1
                beat += steps
            }
            offsets.append(arrival - Double(beat) * period)
        }
        let earliest = offsets.min() ?? 0
        values = offsets.map { $0 - earliest }.sorted()
        self.missing = missing
    }

    /// The nearest-rank quantile, seconds.
    func quantile(_ share: Double) -> Double {
        guard !values.isEmpty else { return .infinity }
        return values[max(0, min(values.count - 1, Int((share * Double(values.count)).rounded(.up)) - 1))]
    }
}
