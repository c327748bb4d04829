import Autoscaling

extension GroupPolicy {
    /// Any policy that has no problem at this interval.
    static func generated(_ random: inout SeededRandom, interval: Duration) -> GroupPolicy {
        let min = random.within(1...3)
        var rules: [ScalingRule] = []
        let choice = random.below(4)
        if choice != 0 {
            let metric: TargetTracking.Metric = random.once(in: 3) ? .utilization : .demand
            rules.append(.targetTracking(TargetTracking(metric: metric, target: Double(random.within(40...80)))))
        }
        if choice != 1 {
            let low: Double? = random.once(in: 2) ? nil : 40
            rules.append(.threshold(ThresholdPolicy(threshold: 75, samples: random.within(1...3), low: low)))
        }
        if random.once(in: 3) { rules.append(.metric(.generated(&random))) }
        if random.once(in: 3) { rules.append(.prometheus(.generated(&random, interval: interval))) }
        return GroupPolicy(
            min: min,
            max: min + random.below(7),
            rules: rules,
            scaleOut: .generated(&random, interval: interval, window: random.once(in: 3) ? 3 : 0),
            scaleIn: .generated(&random, interval: interval, window: random.below(9)),
            warmUp: random.once(in: 3) ? interval * random.below(4) : .zero,
            onGap: GapRule.allCases[random.below(3)],
            onStarved: random.once(in: 2) ? .refuse : .scaleOut,
            mode: random.once(in: 12) ? .off : .on,
            schedules: random.once(in: 12)
                ? [Schedule(cron: "*/2 * * * *", min: 2, max: 4, duration: .seconds(60))] : []
        )
    }
}

extension MetricTarget {
    static func generated(_ random: inout SeededRandom) -> MetricTarget {
        let metric = Metric.allCases[random.below(Metric.allCases.count)]
        let each = Double(random.within(1...80))
        return MetricTarget(
            metric,
            perInstance: metric == .latencyP99 ? each / 40 : each,
            tolerance: random.share() / 2
        )
    }
}

extension QueryTarget {
    static func generated(_ random: inout SeededRandom, interval: Duration) -> QueryTarget {
        let query = PrometheusQuery(
            url: "http://prometheus",
            expression: random.once(in: 2) ? "sum(queue)" : "sum(rate(requests[1m]))",
            interval: interval,
            timeout: interval,
            maxAge: interval * random.within(2...5)
        )
        return QueryTarget(query, perInstance: Double(random.within(1...50)), tolerance: random.share() / 2)
    }
}

extension DirectionLimits {
    static func generated(_ random: inout SeededRandom, interval: Duration, window: Int) -> DirectionLimits {
        DirectionLimits(
            window: interval * window,
            cooldown: random.once(in: 4) ? interval * random.below(5) : .zero,
            perMinute: random.once(in: 4) ? random.within(1...3) : nil
        )
    }
}
