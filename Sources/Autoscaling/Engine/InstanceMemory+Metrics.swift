extension InstanceMemory {
    /// The most that one instance may ask for, in multiples of the target: a peer's number never decides more.
    private static let limit = 100.0

    /// Remembers what was measured beside the CPU.
    mutating func note(_ measured: InstanceMetrics?) {
        guard let measured else { return }
        if metrics == nil { metrics = measured } else { metrics?.merge(measured) }
    }

    /// Adds one number of this tick to the tally of a rule.
    func add(
        _ load: LoadEstimate,
        _ rule: MetricTarget,
        _ onGap: GapRule,
        _ isWarming: Bool,
        _ tally: inout RuleAggregate
    ) {
        let target = rule.perInstance
        guard let measured = load.metrics?[rule.metric] else {
            let value = min(Self.gap(rule, onGap, last: metrics?[rule.metric]), target * Self.limit)
            tally.missing += 1
            tally.up += value
            tally.unstarved += value
            tally.down += max(value, target)
            return
        }
        let value = min(measured, target * Self.limit)
        guard !isWarming else {
            tally.down += max(value, target)
            return
        }
        tally.up += value
        tally.down += value
        tally.unstarved += load.merge == .starved ? min(value, target) : value
    }

    /// What stands for a number that nobody measured.
    private static func gap(_ rule: MetricTarget, _ onGap: GapRule, last: Double?) -> Double {
        switch onGap {
        case .hold: rule.perInstance
        case .last: last ?? rule.perInstance
        case .scaleOut: rule.metric.unit == .percent ? 100 : rule.perInstance * GapRule.busyShare
        }
    }
}

extension GapRule {
    /// Where a number has no largest value, half above the target stands for fully busy.
    static let busyShare = 1.5
}
