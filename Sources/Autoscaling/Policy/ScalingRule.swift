/// One rule of a group's policy. Several may stand side by side; the largest recommendation wins.
package enum ScalingRule: Sendable, Hashable, Codable {
    /// One more while all are hot, one fewer while the rest could carry it.
    case threshold(ThresholdPolicy)
    /// As many as keep the CPU at its target.
    case targetTracking(TargetTracking)
    /// As many as keep a number that the agents report at its target.
    case metric(MetricTarget)
    /// As many as a number that Prometheus knows is to be shared by.
    case prometheus(QueryTarget)

    /// The rule's name in decision records.
    package var name: String {
        switch self {
        case .threshold: "threshold"
        case .targetTracking(let rule): rule.metric == .demand ? "target demand" : "target utilization"
        case .metric(let rule): rule.metric.rawValue
        case .prometheus: "prometheus"
        }
    }

    /// The load from which the rule acts, percent: its target or its threshold; `nil` for one that does not look at CPU.
    package var actingLoad: Double? {
        switch self {
        case .threshold(let rule): rule.threshold
        case .targetTracking(let rule): rule.target
        case .metric, .prometheus: nil
        }
    }
}
