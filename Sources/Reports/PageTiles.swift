/// What the template `tiles.mustache` shows: the sums of a report.
struct PageTiles {
    /// How many there are of something.
    struct Count {
        let number: Int
        let isOne: Bool
        /// The median of the times from order to service; absent where none was ordered.
        var median: String?

        init(_ number: Int, median: String? = nil) {
            self.number = number
            isOne = number == 1
            self.median = median
        }
    }

    let inServiceHours: String
    let runningHours: String
    let mostInService: Int
    let seen: Int
    let overThreshold: String
    /// The share of the time that is known, percent; absent when nothing is.
    let overShare: String?
    /// Absent when no agent reported any.
    let requests: String?
    let scaleOuts: Count
    let scaleIns: Count
    let failures: Count

    init(_ report: RunReport) {
        let totals = report.totals
        inServiceHours = ReportText.number(totals.inServiceHours, decimals: 2)
        runningHours = ReportText.number(totals.runningHours, decimals: 2)
        mostInService = totals.mostInService
        seen = report.instances.count
        overThreshold = ReportText.time(totals.secondsOverThreshold)
        overShare =
            totals.secondsKnown > 0
            ? ReportText.number(totals.secondsOverThreshold / totals.secondsKnown * 100) : nil
        requests = totals.requests.map { ReportText.number($0, decimals: 0) }
        let times = report.scaleOuts.filter(\.isOrdered).compactMap(\.told).sorted()
        scaleOuts = Count(times.count, median: times.isEmpty ? nil : ReportText.time(times[times.count / 2]))
        scaleIns = Count(report.scaleIns.count)
        failures = Count(report.failures.count)
    }
}
