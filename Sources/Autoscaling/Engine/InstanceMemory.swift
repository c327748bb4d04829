/// What the engine remembers of one instance in service.
struct InstanceMemory: Sendable, Hashable, Codable {
    /// Hot samples in a row, one count for each threshold rule.
    var streaks: [Int]
    /// When it came into service, as the observation says.
    var inServiceSince: MonotonicInstant?
    /// The same in engine time.
    var since: MonotonicInstant?
    /// The last known demand, percent.
    var demand: Double?
    /// The last known utilization, percent.
    var utilization: Double?
    /// The last known values of other numbers; kept where a rule looks at one.
    var metrics: InstanceMetrics?
    /// The last tick that saw it.
    var seen = 0

    /// An instance without a past.
    init(thresholds: Int) {
        streaks = Array(repeating: 0, count: thresholds)
    }

    /// Takes when it came into service: an age that a jump of the clock made is none, so only the first look counts it.
    mutating func enter(_ moment: MonotonicInstant?, now: MonotonicInstant, clock: MonotonicInstant) {
        inServiceSince = moment
        since = moment.map { clock.advanced(by: .zero - max(.zero, $0.duration(to: now))) }
    }
}
