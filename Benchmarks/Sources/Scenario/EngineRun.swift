import Autoscaling

/// An engine and the observations it is given, made beforehand: what a step costs is the engine alone.
package struct EngineRun: Sendable {
    private var engine: ScalingEngine
    private let observations: [GroupObservation]
    private var tick = 0

    /// The steps that the observations were made for; later ones begin with the first observation again.
    package var length: Int { observations.count }

    /// A group of `size` instances under a policy, observed for `length` ticks.
    package init(_ policy: GroupPolicy, size: Int, length: Int) {
        let fleet = Fleet(size: size)
        engine = ScalingEngine(policy: policy, interval: Fleet.interval)
        observations = (0..<max(1, length)).map { fleet.observation($0) }
    }

    /// Lets the engine decide one tick further.
    package mutating func step() -> Decision {
        defer { tick += 1 }
        return engine.decide(observations[tick % observations.count], now: Fleet.moment(tick))
    }
}
