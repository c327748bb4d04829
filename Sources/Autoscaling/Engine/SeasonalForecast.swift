/// What the demand was at the same time of earlier seasons, in a fixed number of buckets of ten minutes.
struct SeasonalForecast: Sendable, Hashable, Codable {
    /// The length of a bucket, seconds.
    static let bucketSeconds: Int64 = 600
    /// Comparisons of forecast and fact before the error means something: two hours.
    static let comparisonsNeeded = 12
    /// A demand below this, percent in all, is taken for this when the error is computed: half of nearly nothing is no
    /// error that matters.
    private static let smallest = 10.0

    let season: ForecastPolicy.Season
    private var values: [Double?]
    private var bucket: Int64?
    private var sum = 0.0
    private var weight = 0.0
    /// The mean absolute percentage error and of how many comparisons.
    private(set) var error = 0.0
    private(set) var comparisons = 0

    init(season: ForecastPolicy.Season) {
        self.season = season
        let seconds: Int64 = season == .day ? 86_400 : 604_800
        values = Array(repeating: nil, count: Int(seconds / Self.bucketSeconds))
    }

    /// The error when enough was compared, percent.
    var knownError: Double? { comparisons >= Self.comparisonsNeeded ? error : nil }

    /// Takes the demand of the group over the time that passed.
    mutating func observe(_ demand: Double, at calendar: CalendarTime, passed: Duration) {
        let number = Self.number(calendar, ahead: .zero)
        if let bucket, bucket != number { close(bucket) }
        bucket = number
        let seconds = passed / .seconds(1)
        sum += demand * seconds
        weight += seconds
    }

    /// The demand in all at `ahead` from now, percent; `nil` where no earlier season has one.
    func demand(at calendar: CalendarTime, ahead: Duration) -> Double? {
        values[index(Self.number(calendar, ahead: ahead))]
    }

    private mutating func close(_ bucket: Int64) {
        defer { (sum, weight) = (0, 0) }
        // A bucket of which most was not seen says nothing.
        guard weight >= Double(Self.bucketSeconds) / 2 else { return }
        let actual = sum / weight
        let index = index(bucket)
        guard let forecast = values[index] else {
            values[index] = actual
            return
        }
        let off = abs(forecast - actual) / max(actual, Self.smallest) * 100
        comparisons += 1
        error += (min(off, 1000) - error) / Double(min(comparisons, values.count))
        values[index] = (forecast + actual) / 2
    }

    private func index(_ number: Int64) -> Int {
        let count = Int64(values.count)
        return Int((number % count + count) % count)
    }

    private static func number(_ calendar: CalendarTime, ahead: Duration) -> Int64 {
        let local = calendar.localMinute * 60 + Int64(min(86_400, max(0, ahead / .seconds(1))))
        return (local - ((local % bucketSeconds) + bucketSeconds) % bucketSeconds) / bucketSeconds
    }
}

extension ScalingEngine {
    /// What the forecast recommends.
    mutating func lookAhead(
        _ tally: LoadAggregate,
        _ observation: GroupObservation,
        calendar: CalendarTime?,
        passed: Duration
    ) -> RuleRecommendation? {
        guard let rule = policy.forecast else {
            forecast = nil
            return nil
        }
        var seasonal = forecast.flatMap { $0.season == rule.season ? $0 : nil } ?? SeasonalForecast(season: rule.season)
        defer { forecast = seasonal }
        guard let calendar else {
            return RuleRecommendation(rule: "forecast", size: nil, text: "the time of day is not known")
        }
        if tally.unknown == 0, !observation.inService.isEmpty {
            seasonal.observe(tally.demand, at: calendar, passed: passed)
        }
        guard let demand = seasonal.demand(at: calendar, ahead: rule.ahead) else {
            return RuleRecommendation(rule: "forecast", size: nil, text: "no earlier \(rule.season.rawValue) to go by")
        }
        let text = "\(percent(demand)) in all expected in \(ReasonFormat.time(rule.ahead))"
        guard let error = seasonal.knownError else {
            return RuleRecommendation(rule: "forecast", size: nil, text: "\(text), not compared with enough yet")
        }
        guard error <= rule.errorLimit else {
            return RuleRecommendation(
                rule: "forecast",
                size: nil,
                text: "\(text), not used: off by \(percent(error)) on average"
            )
        }
        let size = (demand / max(1, rule.target) - 1e-9).rounded(.up)
        return RuleRecommendation(
            rule: "forecast",
            size: Int(min(Double(GroupPolicy.unbounded), max(1, size))),
            text: "\(text), off by \(percent(error)) on average"
        )
    }
}
