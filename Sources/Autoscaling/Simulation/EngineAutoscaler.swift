/// The very engine that the controller runs.
public struct EngineAutoscaler: Autoscaler {
    /// Its name in tables.
    public let name: String
    private var engine: ScalingEngine

    /// An engine with a policy; its bounds become those of the model when it is `bounded`.
    public init(name: String = "engine", policy: GroupPolicy, interval: Duration = .seconds(1)) {
        self.name = name
        engine = ScalingEngine(policy: policy, interval: interval)
    }

    /// Looks once a second and orders.
    public mutating func step(_ observation: GroupObservation, now: Moment, calendar: CalendarTime) -> AutoscalerStep {
        let decision = engine.decide(observation, now: now, calendar: calendar)
        return AutoscalerStep(decision.order, reason: decision.order == .hold ? "" : decision.reason)
    }
}
