import Wire

/// How much of its share an endpoint gets while it is new: a tenth at first, growing evenly to all of it.
struct SlowStart: Sendable, Equatable {
    /// The share at first.
    static let least = 0.1
    /// The longest time that a controller is believed, seconds.
    static let longest = 3600.0
    private let begin: ContinuousClock.Instant
    private let span: Duration

    /// What the controller asks for; `nil`: the whole share at once.
    ///
    /// - Parameters:
    ///   - age: For how long it has been in service, seconds; `nil`: it is new now.
    ///   - now: The time.
    init?(of endpoint: Endpoint, age: Double?, now: ContinuousClock.Instant) {
        guard let seconds = endpoint.slowStartSeconds, seconds.isFinite, seconds > 0 else { return nil }
        let span = min(seconds, Self.longest)
        let age = age.map { $0.isFinite ? min(max(0, $0), span) : 0 } ?? 0
        guard age < span else { return nil }
        begin = now.advanced(by: .seconds(-age))
        self.span = .seconds(span)
    }

    /// The share at `now`, 0.1 to 1.
    func weight(at now: ContinuousClock.Instant) -> Double {
        let passed = max(0, begin.duration(to: now) / span)
        return min(1, Self.least + (1 - Self.least) * passed)
    }
}
