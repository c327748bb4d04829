/// One rule of a group's policy. Several may stand side by side; the largest recommendation wins.
package enum ScalingRule: Sendable, Hashable, Codable {
    /// One more while all are hot, one fewer while the rest could carry it.
    case threshold(ThresholdPolicy)
    /// As many as keep a metric at its target.
    case targetTracking(TargetTracking)

    /// The rule's name in decision records.
    package var name: String {
        switch self {
        case .threshold: "threshold"
        case .targetTracking(let rule): rule.metric == .demand ? "target demand" : "target utilization"
        }
    }

    /// The load from which the rule acts, percent: its target or its threshold.
    package var actingLoad: Double {
        switch self {
        case .threshold(let rule): rule.threshold
        case .targetTracking(let rule): rule.target
        }
    }
}
