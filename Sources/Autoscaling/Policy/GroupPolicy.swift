/// How one group scales: its bounds, its rules, and what slows or stops them.
package struct GroupPolicy: Sendable, Hashable, Codable {
    /// Whether orders are given.
    package enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
        /// The rules' recommendations are ordered.
        case on
        /// Everything is computed and recorded, and nothing ordered but what `min` and `max` demand.
        case off
    }

    /// The fewest instances, at least 1. Wins over everything but what the host can start.
    package var min: Int
    /// The most instances, at least `min`; measured against the capacity and against every owned domain.
    package var max: Int
    /// The rules; the largest recommendation wins.
    package var rules: [ScalingRule]
    /// What slows a scale out.
    package var scaleOut: DirectionLimits
    /// What slows a scale in.
    package var scaleIn: DirectionLimits
    /// For this long after it came into service an instance is capacity, but its load does not ask for more.
    package var warmUp: Duration
    /// How the load of an instance counts that nobody measured.
    package var onGap: GapRule
    /// What happens when the instances that ask for more are short of host CPU.
    package var onStarved: StarvedRule
    /// Whether orders are given.
    package var mode: Mode
    /// Bounds by the clock.
    package var schedules: [Schedule]
    /// The look ahead; `nil`: none.
    package var forecast: ForecastPolicy?

    /// As many as there are: the largest `max`.
    package static let unbounded = 1_000_000

    /// A policy.
    package init(
        min: Int = 1,
        max: Int = GroupPolicy.unbounded,
        rules: [ScalingRule] = [.threshold(ThresholdPolicy())],
        scaleOut: DirectionLimits = DirectionLimits(),
        scaleIn: DirectionLimits = DirectionLimits(window: .seconds(300)),
        warmUp: Duration = .zero,
        onGap: GapRule = .hold,
        onStarved: StarvedRule = .refuse,
        mode: Mode = .on,
        schedules: [Schedule] = [],
        forecast: ForecastPolicy? = nil
    ) {
        self.min = min
        self.max = max
        self.rules = rules
        self.scaleOut = scaleOut
        self.scaleIn = scaleIn
        self.warmUp = warmUp
        self.onGap = onGap
        self.onStarved = onStarved
        self.mode = mode
        self.schedules = schedules
        self.forecast = forecast
    }

    /// Brings its bounds, and those of its schedules, within others.
    package mutating func narrow(to bounds: ClosedRange<Int>) {
        min = Swift.max(min, bounds.lowerBound)
        max = Swift.min(max, bounds.upperBound)
        func narrowed(_ bound: Int) -> Int { Swift.min(Swift.max(bound, bounds.lowerBound), bounds.upperBound) }
        for index in schedules.indices {
            schedules[index].min = schedules[index].min.map(narrowed)
            schedules[index].max = schedules[index].max.map(narrowed)
        }
    }

    /// The threshold rule of 75 percent by three samples, one instance at least, as many as there are at most.
    package static let standard = GroupPolicy()

    /// Target tracking on the demand, with a threshold rule beside it: sizes the need in one jump.
    ///
    /// The numbers come from the simulator's built-in workloads (``Comparison``). An engine that looks each second and
    /// answers with the whole need can run closer to saturation than one that looks each quarter of a minute: 76 percent
    /// with a tolerance of a twentieth, and two minutes before a scale in.
    package static let recommended = GroupPolicy(
        rules: [
            .targetTracking(TargetTracking(metric: .demand, target: 76, tolerance: 0.05)),
            .threshold(ThresholdPolicy(threshold: 90, samples: 3, low: nil)),
        ],
        scaleIn: DirectionLimits(window: .seconds(120))
    )
}

/// How the load of an instance counts that nobody measured. Scale in waits in each case.
package enum GapRule: String, Sendable, Hashable, Codable, CaseIterable {
    /// As if at the target: it asks for nothing.
    case hold
    /// As it was last measured.
    case last
    /// As fully busy.
    case scaleOut
}

/// What happens when the instances that ask for more are short of host CPU.
package enum StarvedRule: String, Sendable, Hashable, Codable, CaseIterable {
    /// No other instance is started for them: on the same host it would not help.
    case refuse
    /// Scale out all the same: there are several hosts, or the steal is a cap of that instance alone.
    case scaleOut
}
