/// The very engine that the controller runs.
package struct EngineAutoscaler: Autoscaler {
    /// Its name in tables.
    package let name: String
    private var engine: ScalingEngine

    /// An engine with a policy. The simulation looks once a second: another interval only stretches the engine's limits.
    package init(name: String = "engine", policy: GroupPolicy, interval: Duration = .seconds(1)) {
        self.name = name
        engine = ScalingEngine(policy: policy, interval: interval)
    }

    /// Looks once a second and orders.
    package mutating func step(_ observation: GroupObservation, now: MonotonicInstant, calendar: CalendarTime)
        -> AutoscalerStep
    {
        let decision = engine.decide(observation, now: now, calendar: calendar)
        return AutoscalerStep(decision.order, reason: decision.order == .hold ? "" : decision.reason)
    }
}
