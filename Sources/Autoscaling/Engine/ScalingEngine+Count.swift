extension ScalingEngine {
    /// The threshold rules in the policy's order; the first one's counts also feed the notices of overload.
    ///
    /// A policy without one gives notices by the original's rule.
    var thresholds: [ThresholdPolicy] {
        let given = policy.rules.compactMap { rule in
            if case .threshold(let threshold) = rule { threshold } else { nil }
        }
        return given.isEmpty ? [ThresholdPolicy()] : given
    }

    /// Adds up the loads and counts the hot samples, in one pass.
    mutating func count(_ loads: [LoadEstimate], now: Moment) -> LoadTally {
        let thresholds = thresholds
        var tally = LoadTally(tallies: Array(repeating: RuleTally(), count: policy.rules.count))
        for load in loads {
            let isWarming = remember(load, thresholds: thresholds.count, now: now)
            if load.demand == nil { tally.unknown += 1 }
            if isWarming { tally.warming += 1 }
            if load.merge == .starved { tally.starved += 1 }
            tally.demand += load.demand ?? 0
            tally.oldest = max(tally.oldest, max(load.hostAge ?? 0, load.guestAge ?? 0))
            var index = 0
            memory[load.id]?.take(load, isWarming: isWarming, thresholds)
            guard let known = memory[load.id] else { continue }
            for (number, rule) in policy.rules.enumerated() {
                switch rule {
                case .threshold(let threshold):
                    Self.add(load, known, threshold, index, isWarming, policy.onGap, &tally.tallies[number])
                    index += 1
                case .targetTracking(let target):
                    Self.add(load, known, target, isWarming, policy.onGap, &tally.tallies[number])
                }
            }
            if let streak = known.streaks.first { tally.notice.fewest = min(tally.notice.fewest, streak) }
        }
        if memory.count > loads.count { memory = memory.filter { $0.value.seen == ticks } }
        return tally
    }

    /// Makes sure that the instance is remembered; whether it warms up.
    private mutating func remember(_ load: LoadEstimate, thresholds: Int, now: Moment) -> Bool {
        let moment = clock
        let fresh = InstanceMemory(streaks: Array(repeating: 0, count: thresholds), seen: ticks)
        let since = memory[load.id, default: fresh].look(load, thresholds, now: now, clock: moment, tick: ticks)
        guard policy.warmUp > .zero, let since else { return false }
        return since.duration(to: clock) < policy.warmUp
    }

    private static func add(
        _ load: LoadEstimate,
        _ known: InstanceMemory,
        _ rule: ThresholdPolicy,
        _ index: Int,
        _ isWarming: Bool,
        _ onGap: GapRule,
        _ tally: inout RuleTally
    ) {
        tally.fewest = min(tally.fewest, known.streaks[index])
        let gap =
            switch onGap {
            case .hold: rule.threshold
            case .last: known.demand ?? rule.threshold
            case .scaleOut: 100.0
            }
        let demand = load.demand ?? gap
        tally.down += isWarming ? max(demand, rule.threshold) : demand
        guard !isWarming, demand > rule.threshold else { return }
        if load.merge == .starved { tally.hotStarved += 1 } else { tally.hotUnstarved += 1 }
    }

    private static func add(
        _ load: LoadEstimate,
        _ known: InstanceMemory,
        _ rule: TargetTracking,
        _ isWarming: Bool,
        _ onGap: GapRule,
        _ tally: inout RuleTally
    ) {
        let measured = rule.metric == .demand ? load.demand : load.utilization
        guard let measured else {
            let last = rule.metric == .demand ? known.demand : known.utilization
            let gap =
                switch onGap {
                case .hold: rule.target
                case .last: last ?? rule.target
                case .scaleOut: 100.0
                }
            tally.up += gap
            tally.unstarved += gap
            tally.down += max(gap, rule.target)
            return
        }
        guard !isWarming else {
            tally.down += max(measured, rule.target)
            return
        }
        tally.up += measured
        tally.down += measured
        tally.unstarved += load.merge == .starved ? min(measured, rule.target) : measured
    }
}

extension InstanceMemory {
    /// Sees the instance at this tick; since when it is in service, in engine time.
    fileprivate mutating func look(
        _ load: LoadEstimate,
        _ thresholds: Int,
        now: Moment,
        clock: Moment,
        tick: Int
    ) -> Moment? {
        seen = tick
        if load.inServiceSince != inServiceSince { enter(load.inServiceSince, now: now, clock: clock) }
        if streaks.count != thresholds {
            // Another policy: its rules count anew.
            streaks = Array(repeating: 0, count: thresholds)
        }
        return since
    }

    /// Takes this tick's load.
    fileprivate mutating func take(_ load: LoadEstimate, isWarming: Bool, _ thresholds: [ThresholdPolicy]) {
        if let demand = load.demand { self.demand = demand }
        if let utilization = load.utilization { self.utilization = utilization }
        guard !isWarming else { return }
        for index in thresholds.indices {
            // A gap holds the count: missing is neither hot nor cool.
            guard let isHot = thresholds[index].isHot(load) else { continue }
            streaks[index] = isHot ? streaks[index] &+ 1 : 0
        }
    }
}
