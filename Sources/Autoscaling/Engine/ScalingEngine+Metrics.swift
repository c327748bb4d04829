/// Rules on other numbers than the CPU: those of the agents, and those of Prometheus.
extension ScalingEngine {
    /// Takes what the queries of the rules came to, and notes what the rules lack.
    mutating func readQueries(_ observation: GroupObservation, now: MonotonicInstant, _ tally: inout LoadAggregate) {
        var known: [String: Double] = [:]
        for (index, rule) in policy.rules.enumerated() {
            switch rule {
            case .threshold, .targetTracking: continue
            case .metric(let target):
                let missing = tally.tallies[index].missing
                if missing > 0 { tally.gaps.append(Self.gap(target.metric, missing)) }
            case .prometheus(let target):
                let query = target.query
                let key = "\(query.url) \(query.expression)"
                var total = Self.total(of: query, observation.queries, now: now)
                total.last = total.value ?? totals?[key]
                if let last = total.last { known[key] = last }
                if total.value == nil { tally.gaps.append("\(query.title) has no value (\(total.failure))") }
                tally.queries[index] = total
            }
        }
        totals = known.isEmpty ? nil : known
    }

    private static func gap(_ metric: MetricTarget.Metric, _ missing: Int) -> String {
        "\(metric.rawValue) of \(missing) in service is unknown"
    }

    /// What a query comes to: a value that is fresh, or why there is none.
    private static func total(
        of query: PrometheusQuery,
        _ readings: [QueryReading]?,
        now: MonotonicInstant
    ) -> QueryTotal {
        guard let reading = readings?.first(where: { $0.isOf(query) }) else {
            return QueryTotal(failure: "it was not asked yet")
        }
        guard let value = reading.value, let moment = reading.at, value.isFinite else {
            return QueryTotal(failure: String((reading.failure ?? "no value was recorded").prefix(200)))
        }
        let age = moment.duration(to: now)
        guard age <= query.maxAge else {
            return QueryTotal(
                failure: "the last value is \(ReasonFormat.time(age)) old, more than \(ReasonFormat.time(query.maxAge))"
            )
        }
        return QueryTotal(value: value)
    }

    func judge(_ rule: MetricTarget, _ sums: RuleAggregate, _ observation: GroupObservation) -> RuleOpinion {
        let (capacity, serving) = (observation.capacity, observation.inService.count)
        func needed(_ total: Double) -> Int {
            Self.needed(total, each: rule.perInstance, tolerance: rule.tolerance, capacity: capacity)
        }
        let more = needed(sums.up)
        let size = more > capacity ? more : min(capacity, needed(sums.down))
        let unstarved = max(needed(sums.unstarved), min(size, capacity))
        let total = size < capacity ? sums.down : sums.up
        let unit = rule.metric.unit
        let amount =
            rule.metric.addsUp
            ? "\(ReasonFormat.number(total, unit)) in all"
            : "\(ReasonFormat.number(total / Double(max(1, serving)), unit)) on average"
        var text =
            "\(rule.metric.rawValue) of \(serving) in service is \(amount),"
            + " \(ReasonFormat.number(rule.perInstance, unit)) each needs \(size)"
        let gap = sums.missing > 0 ? Self.gap(rule.metric, sums.missing) : nil
        if let gap { text += "; \(gap)" }
        return RuleOpinion(
            recommendation: RuleRecommendation(rule: rule.metric.rawValue, size: size, text: text, gap: gap),
            unstarved: min(size, unstarved)
        )
    }

    func judge(_ rule: QueryTarget, _ total: QueryTotal, _ observation: GroupObservation) -> RuleOpinion {
        let (capacity, title) = (observation.capacity, rule.query.title)
        func opinion(_ size: Int, _ text: String, gap: String? = nil) -> RuleOpinion {
            RuleOpinion(
                recommendation: RuleRecommendation(rule: "prometheus", size: size, text: text, gap: gap),
                unstarved: size
            )
        }
        func needed(_ value: Double) -> Int {
            Self.needed(value, each: rule.perInstance, tolerance: rule.tolerance, capacity: capacity)
        }
        let each = "\(ReasonFormat.number(rule.perInstance)) for each instance"
        if let value = total.value {
            let size = needed(value)
            return opinion(size, "\(title) is \(ReasonFormat.number(value)), \(each) needs \(size)")
        }
        let gap = "\(title) has no value (\(total.failure))"
        switch policy.onGap {
        case .hold: return opinion(capacity, "\(gap), which asks for no other size", gap: gap)
        case .last:
            guard let last = total.last else {
                return opinion(capacity, "\(gap), and had none before", gap: gap)
            }
            let size = max(capacity, needed(last))
            return opinion(
                size,
                "\(gap); its last one, \(ReasonFormat.number(last)), counts: \(each) needs \(size)",
                gap: gap
            )
        case .scaleOut:
            let busy = rule.perInstance * Double(max(1, observation.inService.count)) * GapRule.busyShare
            let size = max(capacity, needed(busy))
            return opinion(size, "\(gap), which counts as half above the target: \(size) are needed", gap: gap)
        }
    }

    /// When a rule on another number would recommend more, and when fewer; `nil`: that does not follow from it.
    func prospect(_ rule: ScalingRule, _ index: Int, capacity: Double, _ tally: LoadAggregate) -> (
        up: String?, down: String?
    ) {
        switch rule {
        case .threshold, .targetTracking: return (nil, nil)
        case .metric(let rule):
            let (name, unit) = (rule.metric.rawValue, rule.metric.unit)
            let share = rule.metric.addsUp ? 1 : max(1, capacity)
            let (most, least) = Self.band(rule.perInstance, rule.tolerance, capacity: capacity)
            let scope = rule.metric.addsUp ? "in all" : "on average"
            return (
                "the \(name) goes over \(ReasonFormat.number(most / share, unit)) \(scope)",
                least.map { "the \(name) stays at or below \(ReasonFormat.number($0 / share, unit)) \(scope)" }
            )
        case .prometheus(let rule):
            let title = rule.query.title
            guard tally.queries[index]?.value != nil else { return ("\(title) has a value that asks for more", nil) }
            let (most, least) = Self.band(rule.perInstance, rule.tolerance, capacity: capacity)
            return (
                "\(title) goes over \(ReasonFormat.number(most))",
                least.map { "\(title) stays at or below \(ReasonFormat.number($0))" }
            )
        }
    }

    /// Between which totals the present size stays; without a lower end where one fewer would be none.
    private static func band(_ each: Double, _ tolerance: Double, capacity: Double) -> (most: Double, least: Double?) {
        let least = min(each * (capacity - 1), each * capacity * (1 - tolerance))
        return (each * capacity * (1 + tolerance), capacity > 1 ? least : nil)
    }
}
