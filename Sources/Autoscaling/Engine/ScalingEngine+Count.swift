extension ScalingEngine {
    /// Adds up the loads and counts the hot samples, in one pass and with one look-up for each instance.
    mutating func count(_ loads: [LoadEstimate], now: MonotonicInstant) -> LoadAggregate {
        let pass = LoadPass(policy: policy, now: now, clock: clock, tick: ticks)
        var tally = LoadAggregate(tallies: Array(repeating: RuleAggregate(), count: policy.rules.count))
        for load in loads {
            // A default value in the subscript would be a closure, and with it an allocation, for each instance.
            if let index = memory.index(forKey: load.id) {
                memory.values[index].observe(load, pass, &tally)
            } else {
                var fresh = InstanceMemory(thresholds: pass.thresholds.count)
                fresh.observe(load, pass, &tally)
                memory[load.id] = fresh
            }
        }
        if memory.count > loads.count { memory = memory.filter { $0.value.seen == ticks } }
        return tally
    }
}

/// What stays the same over one pass.
struct LoadPass {
    /// A rule as far as single instances matter to it: numbers alone, so that looking at one for each instance copies
    /// nothing that is counted.
    enum Measure {
        case threshold(ThresholdPolicy)
        case targetTracking(TargetTracking)
        case metric(MetricTarget)
        /// A rule that looks at no single instance.
        case whole

        init(_ rule: ScalingRule) {
            self =
                switch rule {
                case .threshold(let rule): .threshold(rule)
                case .targetTracking(let rule): .targetTracking(rule)
                case .metric(let rule): .metric(rule)
                case .prometheus: .whole
                }
        }

        fileprivate var isMetric: Bool { if case .metric = self { true } else { false } }
    }

    let rules: [Measure]
    /// Whether a rule looks at other numbers than the CPU.
    let hasMetrics: Bool
    /// The threshold rules in the policy's order; the first one's counts also feed the notices of overload.
    ///
    /// A policy without one gives notices by the original's rule.
    let thresholds: [ThresholdPolicy]
    let onGap: GapRule
    let warmUp: Duration
    let now: MonotonicInstant
    let clock: MonotonicInstant
    let tick: Int

    init(policy: GroupPolicy, now: MonotonicInstant, clock: MonotonicInstant, tick: Int) {
        rules = policy.rules.map { Measure($0) }
        hasMetrics = rules.contains { $0.isMetric }
        let given = policy.rules.compactMap { rule in
            if case .threshold(let threshold) = rule { threshold } else { nil }
        }
        thresholds = given.isEmpty ? [ThresholdPolicy()] : given
        onGap = policy.onGap
        warmUp = policy.warmUp
        self.now = now
        self.clock = clock
        self.tick = tick
    }
}

extension InstanceMemory {
    /// Takes this tick's load and adds it to the tally.
    fileprivate mutating func observe(_ load: LoadEstimate, _ pass: LoadPass, _ tally: inout LoadAggregate) {
        seen = pass.tick
        if load.inServiceSince != inServiceSince {
            enter(load.inServiceSince, now: pass.now, clock: pass.clock)
        }
        // After a change of the policy its rules count anew.
        if streaks.count != pass.thresholds.count { streaks = Array(repeating: 0, count: pass.thresholds.count) }
        let isWarming = pass.warmUp > .zero && since.map { $0.duration(to: pass.clock) < pass.warmUp } ?? false
        if let measured = load.demand {
            demand = measured
            tally.demand += measured
        } else {
            tally.unknown += 1
        }
        if let measured = load.utilization { utilization = measured }
        if pass.hasMetrics { note(load.metrics) }
        if isWarming { tally.warming += 1 } else { countHot(load, pass) }
        if load.merge == .starved { tally.starved += 1 }
        if let streak = streaks.first { tally.fewest = min(tally.fewest, streak) }
        var index = 0
        for number in pass.rules.indices {
            switch pass.rules[number] {
            case .threshold(let rule):
                tally.tallies[number].fewest = min(tally.tallies[number].fewest, streaks[index])
                index += 1
                add(load, rule, pass.onGap, isWarming, &tally.tallies[number])
            case .targetTracking(let rule):
                add(load, rule, pass.onGap, isWarming, &tally.tallies[number])
            case .metric(let rule): add(load, rule, pass.onGap, isWarming, &tally.tallies[number])
            case .whole: break
            }
        }
    }

    private mutating func countHot(_ load: LoadEstimate, _ pass: LoadPass) {
        for index in pass.thresholds.indices {
            // A gap holds the count: missing is neither hot nor cool.
            guard let isHot = pass.thresholds[index].isHot(load) else { continue }
            streaks[index] = isHot ? streaks[index] &+ 1 : 0
        }
    }

    private func add(
        _ load: LoadEstimate,
        _ rule: ThresholdPolicy,
        _ onGap: GapRule,
        _ isWarming: Bool,
        _ tally: inout RuleAggregate
    ) {
        let value = load.demand ?? gap(onGap, last: demand, neutral: rule.threshold)
        tally.down += isWarming ? max(value, rule.threshold) : value
        guard !isWarming, value > rule.threshold else { return }
        if load.merge == .starved { tally.hotStarved += 1 } else { tally.hotUnstarved += 1 }
    }

    private func add(
        _ load: LoadEstimate,
        _ rule: TargetTracking,
        _ onGap: GapRule,
        _ isWarming: Bool,
        _ tally: inout RuleAggregate
    ) {
        let isDemand = rule.metric == .demand
        guard let value = isDemand ? load.demand : load.utilization else {
            let value = gap(onGap, last: isDemand ? demand : utilization, neutral: rule.target)
            tally.up += value
            tally.unstarved += value
            tally.down += max(value, rule.target)
            return
        }
        guard !isWarming else {
            tally.down += max(value, rule.target)
            return
        }
        tally.up += value
        tally.down += value
        tally.unstarved += load.merge == .starved ? min(value, rule.target) : value
    }

    /// What stands for a load that nobody measured.
    private func gap(_ rule: GapRule, last: Double?, neutral: Double) -> Double {
        switch rule {
        case .hold: neutral
        case .last: last ?? neutral
        case .scaleOut: max(100, neutral)
        }
    }
}
