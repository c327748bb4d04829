/// What a rule recommends, and what it would without the starved instances.
struct RuleOpinion {
    var recommendation: RuleRecommendation
    var unstarved: Int?
}

extension ScalingEngine {
    /// The recommendation of each rule.
    func rules(_ observation: GroupObservation, _ tally: LoadAggregate) -> [RuleOpinion] {
        guard !observation.inService.isEmpty else {
            let text =
                observation.coming > 0 ? "\(observation.coming) on the way and none in service" : "no instance runs"
            return policy.rules.enumerated().map { index, rule in
                // Work that waits elsewhere waits also while nobody serves.
                if case .prometheus(let target) = rule, let total = tally.queries[index] {
                    return judge(target, total, observation)
                }
                return RuleOpinion(recommendation: RuleRecommendation(rule: rule.name, size: nil, text: text))
            }
        }
        return policy.rules.indices.map { index in
            let sums = tally.tallies[index]
            switch policy.rules[index] {
            case .threshold(let threshold): return judge(threshold, sums, observation, tally)
            case .targetTracking(let target): return judge(target, sums, observation)
            case .metric(let target): return judge(target, sums, observation)
            case .prometheus(let target):
                return judge(target, tally.queries[index] ?? QueryTotal(), observation)
            }
        }
    }

    private func judge(
        _ rule: ThresholdPolicy,
        _ sums: RuleAggregate,
        _ observation: GroupObservation,
        _ tally: LoadAggregate
    ) -> RuleOpinion {
        let serving = observation.inService.count
        let capacity = observation.capacity
        func opinion(_ size: Int?, unstarved: Int? = nil, _ text: String) -> RuleOpinion {
            RuleOpinion(
                recommendation: RuleRecommendation(rule: "threshold", size: size, text: text),
                unstarved: unstarved ?? size
            )
        }
        if sums.fewest >= max(1, rule.samples) {
            let hot = "all \(serving) in service over \(percent(rule.threshold)) for \(sums.fewest) samples"
            guard observation.coming == 0 else {
                return opinion(capacity, "\(hot); \(observation.coming) on the way count as capacity")
            }
            let isStarved = sums.hotStarved > 0 && sums.hotUnstarved == 0
            let text = "\(hot): \(Self.list(observation.inService))"
            return opinion(capacity + 1, unstarved: isStarved ? capacity : capacity + 1, text)
        }
        let gap = tally.unknown > 0 ? ", of \(tally.unknown) the load is unknown" : ""
        if sums.fewest > 0 {
            return opinion(
                capacity,
                "over \(percent(rule.threshold)) for \(sums.fewest) of \(rule.samples) samples\(gap)"
            )
        }
        if let low = rule.low {
            let share = sums.down / Double(max(1, capacity - 1))
            if capacity > 1, observation.coming == 0, share <= low {
                return opinion(capacity - 1, "\(capacity - 1) would carry it all with \(percent(share)) each\(gap)")
            }
            return opinion(capacity, "not every instance in service is over \(percent(rule.threshold))\(gap)")
        }
        return opinion(nil, "not every instance in service is over \(percent(rule.threshold))\(gap)")
    }

    private func judge(_ rule: TargetTracking, _ sums: RuleAggregate, _ observation: GroupObservation) -> RuleOpinion {
        let capacity = observation.capacity
        let more = Self.needed(rule, sums.up, capacity: capacity)
        let size = more > capacity ? more : min(capacity, Self.needed(rule, sums.down, capacity: capacity))
        let unstarved = max(Self.needed(rule, sums.unstarved, capacity: capacity), min(size, capacity))
        let total = size < capacity ? sums.down : sums.up
        let text =
            "\(rule.metric.rawValue) of \(observation.inService.count) in service \(percent(total)) in all,"
            + " \(percent(rule.target)) each needs \(size)"
        return RuleOpinion(
            recommendation: RuleRecommendation(rule: ScalingRule.targetTracking(rule).name, size: size, text: text),
            unstarved: min(size, unstarved)
        )
    }

    /// How many instances `total` percent need at the target; the present ones while it is within the tolerance of them.
    static func needed(_ rule: TargetTracking, _ total: Double, capacity: Int) -> Int {
        needed(total, each: max(1, rule.target), tolerance: rule.tolerance, capacity: capacity)
    }

    /// How many instances a total needs with `target` for each; the present ones while it is within the tolerance of them.
    static func needed(_ total: Double, each target: Double, tolerance: Double, capacity: Int) -> Int {
        guard total.isFinite, target > 0 else { return capacity }
        if capacity > 0, abs(total / (target * Double(capacity)) - 1) <= tolerance { return capacity }
        // A rounding error of the sum is no instance.
        let exact = (total / target - 1e-9).rounded(.up)
        return Int(min(Double(GroupPolicy.unbounded), max(1, exact)))
    }

    func percent(_ value: Double) -> String { ReasonFormat.percent(value) }

    /// The loads of at most four instances.
    private static func list(_ loads: [LoadEstimate]) -> String {
        var text = ""
        for load in loads.prefix(4) {
            if !text.isEmpty { text += ", " }
            text += "\(ReasonFormat.percent(load.demand ?? 0)) (\(load.merge.rawValue))"
        }
        return loads.count > 4 ? text + " and \(loads.count - 4) more" : text
    }
}
