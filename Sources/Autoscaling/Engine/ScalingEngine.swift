/// Decides how many instances a group needs: a value without clock, I/O or tasks.
///
/// The live controller, simulations and tests run this same code.
public struct ScalingEngine: Sendable, Hashable, Codable {
    /// The policy. It may be replaced at any time: what was observed stays.
    public var policy: GroupPolicy
    /// The time between two decisions.
    public var interval: Duration

    /// An engine with no history.
    public init(policy: GroupPolicy, interval: Duration) {
        self.policy = policy
        self.interval = interval
    }

    /// Takes one tick's observation and decides.
    ///
    /// Call it once a sample interval, not more often: each call counts as one sample.
    ///
    /// - Parameters:
    ///   - observation: The group as it is.
    ///   - now: The present moment of the steady clock that the observation's moments are of.
    ///   - calendar: The wall clock, for schedules and the forecast; `nil`: neither applies at this tick.
    public mutating func decide(
        _ observation: GroupObservation,
        now: Moment,
        calendar: CalendarTime? = nil
    ) -> Decision {
        Decision(
            at: now,
            order: .hold,
            desired: observation.capacity,
            capacity: observation.capacity,
            reason: "nothing is decided yet",
            whatWouldChange: "",
            overloaded: false,
            overloadedSince: nil,
            hotSamples: 0,
            rawWish: observation.capacity,
            wishes: [],
            clamps: [],
            observation: observation
        )
    }
}
