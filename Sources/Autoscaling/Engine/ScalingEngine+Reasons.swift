extension ScalingEngine {
    /// The reason in one sentence.
    func reason(
        _ proposal: SizeProposal,
        winner: RuleRecommendation?,
        _ observation: GroupObservation,
        _ tally: LoadAggregate
    ) -> String {
        var text = winner?.text ?? (observation.inService.isEmpty ? "no instance runs" : "no rule is given")
        if let waiting = observation.waiting { text += "; \(waiting.prefix(400))" }
        guard let last = proposal.clamps.last else { return text }
        return last.to == proposal.capacity || proposal.clamps.count == 1
            ? "\(text); \(last.why)"
            : "\(text); \(proposal.clamps[proposal.clamps.count - 2].why); \(last.why)"
    }

    /// What would have to happen for another decision, in one sentence.
    func prospect(
        _ proposal: SizeProposal,
        _ observation: GroupObservation,
        _ tally: LoadAggregate,
        _ limits: BoundsInForce
    ) -> String {
        if let last = proposal.clamps.last { return prospect(last, proposal) }
        if proposal.size > proposal.capacity {
            return "\(proposal.size - proposal.capacity) more are ordered; they count from now on"
        }
        if proposal.size < proposal.capacity { return "\(proposal.capacity - proposal.size) fewer are ordered" }
        return prospect(steady: observation, tally)
    }

    private func prospect(_ clamp: Clamp, _ proposal: SizeProposal) -> String {
        let direction = clamp.from > proposal.capacity ? "out" : "in"
        let goal = "scale \(direction) to \(clamp.from)"
        switch clamp.name {
        case .starved: return "\(goal) follows when the host withholds no CPU, or with on-starved: scale-out"
        case .unknownForbidsScaleIn: return "\(goal) is weighed again when the load of each instance is known"
        case .gapForbidsScaleIn: return "\(goal) is weighed again when each rule has its values"
        case .stabilizationOut:
            return
                "\(goal) follows when the recommendation stays for \(waiting(outWait, smallest, policy.scaleOut, clamp.from))"
        case .stabilizationIn:
            return
                "\(goal) follows when the recommendation stays for \(waiting(inWait, largest, policy.scaleIn, clamp.from))"
        case .cooldownOut:
            return
                "\(goal) follows in \(ReasonFormat.time(remaining(policy.scaleOut.cooldown, since: lastInServiceAt) ?? .zero))"
        case .cooldownIn:
            return "\(goal) follows in \(ReasonFormat.time(remaining(policy.scaleIn.cooldown, since: lastIn) ?? .zero))"
        case .rateLimit: return "\(goal) follows within a minute"
        case .modeOff: return "\(goal) follows with the mode on"
        case .held: return "\(goal) follows when the size is released"
        case .paused: return "\(goal) follows when the group is resumed"
        case .min: return "a lower bound under \(clamp.to) allows \(clamp.from)"
        case .max: return "an upper bound over \(clamp.to) allows up to \(clamp.from)"
        case .noReserve: return "\(goal) follows with more domains, or a template to clone"
        case .hostRoom: return "\(goal) follows when memory and vCPUs of the host are free"
        case .breaker: return "\(goal) follows when starts are allowed again"
        case .coming: return "\(goal) follows when what is on the way is in service"
        case .notRemovable: return "\(goal) follows when fewer instances are protected"
        }
    }

    /// How long a recommendation must still stand: until the window is covered and the recommendation that stands against it has left it.
    private func waiting(
        _ wait: Duration,
        _ recommendations: StabilizationWindow,
        _ limits: DirectionLimits,
        _ goal: Int
    ) -> String {
        let against = recommendations.value == goal ? nil : remaining(limits.window, since: recommendations.valueAt)
        return ReasonFormat.time(max(wait, against ?? .zero))
    }

    private func prospect(steady observation: GroupObservation, _ tally: LoadAggregate) -> String {
        let capacity = Double(observation.capacity)
        guard !observation.inService.isEmpty else {
            return observation.waiting == nil
                ? "instances in service are needed for another decision"
                : "what waits is started as soon as the host has memory and vCPUs for it"
        }
        var up: String?
        var down: String?
        for (index, rule) in policy.rules.enumerated() {
            switch rule {
            case .metric, .prometheus:
                let other = prospect(rule, index, capacity: capacity, tally)
                up = other.up ?? up
                down = tally.gaps.isEmpty || capacity <= 1 ? other.down ?? down : "each rule has its values"
            case .threshold(let rule):
                up = up ?? "every instance in service is over \(percent(rule.threshold)) for \(rule.samples) samples"
                if down == nil, let low = rule.low, capacity > 1 {
                    down = "the demand stays at or below \(percent(low * (capacity - 1))) in all"
                }
            case .targetTracking(let rule):
                let metric = rule.metric.rawValue
                up = "the \(metric) goes over \(percent(rule.target * capacity * (1 + rule.tolerance))) in all"
                let least = min(rule.target * (capacity - 1), rule.target * capacity * (1 - rule.tolerance))
                if capacity > 1 { down = "the \(metric) stays at or below \(percent(least)) in all" }
            }
        }
        let window = policy.scaleIn.window > .zero ? " for \(ReasonFormat.time(policy.scaleIn.window))" : ""
        let growth = up.map { "scale out follows when \($0)" }
        let shrinkage = down.map { "scale in follows when \($0)\(window)" }
        return [growth, shrinkage].compactMap { $0 }.joined(separator: "; ")
    }
}
