import Autoscaling
import Testing

@Suite("Rules on what agents report")
struct MetricRuleTests {
    /// A group under one rule, nothing that slows it.
    func group(_ target: MetricTarget, onGap: GapRule = .hold) -> EngineHarness {
        var policy = GroupPolicy(rules: [.metric(target)], scaleIn: DirectionLimits())
        policy.onGap = onGap
        return EngineHarness(policy)
    }

    typealias Change = (inout GuestSample) -> Void

    /// Loads whose guests report what `guests` make of it; `nil` where only the host measured.
    func loads(_ now: MonotonicInstant, _ guests: [Change?]) -> [LoadEstimate] {
        guests.enumerated().map { index, change in
            var guest = GuestSample(at: now, busy: 30)
            change?(&guest)
            return LoadEstimate(
                id: "vm\(index)",
                host: HostSample(at: now, utilization: 30),
                guest: change == nil ? nil : guest,
                interval: .seconds(1),
                now: now
            )
        }
    }

    @Test(
        "what adds up is shared: the total divided by the target, rounded up",
        arguments: [
            ([30, 30], 3), ([50, 10], 3), ([20, 20], 2), ([22, 21], 2), ([10, 10], 1), ([100, 120], 11), ([0, 0], 1),
        ]
    )
    func totals(inFlight: [Int], size: Int) {
        var group = group(MetricTarget(.inFlight, perInstance: 20))
        let decision = group.tick(
            estimates: loads(group.now, inFlight.map { count -> Change in { $0.inFlight = count } })
        )
        #expect(decision.desired == size, "\(decision.reason)")
        #expect(decision.reason.contains("in-flight of 2 in service is \(inFlight[0] + inFlight[1]) in all"))
    }

    @Test(
        "what does not add up comes to the present size times the mean by the target",
        arguments: [([0.4, 0.4], 4), ([0.2, 0.2], 2), ([0.21, 0.2], 2), ([0.6, 0.0], 3), ([0.05, 0.05], 1)]
    )
    func averages(latency: [Double], size: Int) {
        var group = group(MetricTarget(.latencyP99, perInstance: 0.2))
        let decision = group.tick(
            estimates: loads(group.now, latency.map { seconds -> Change in { $0.latencyP99 = seconds } })
        )
        #expect(decision.desired == size, "\(decision.reason)")
        #expect(decision.reason.contains("on average, 200 ms each"), "\(decision.reason)")
    }

    @Test("each metric reads its own number", arguments: MetricTarget.Metric.allCases)
    func each(metric: MetricTarget.Metric) {
        var group = group(MetricTarget(metric, perInstance: 10))
        let decision = group.tick(
            estimates: loads(
                group.now,
                [
                    { guest in
                        switch metric {
                        case .inFlight: guest.inFlight = 35
                        case .queued: guest.queued = 35
                        case .requests: guest.requestsPerSecond = 35
                        case .latencyP99: guest.latencyP99 = 35
                        case .memory: guest.memory = 35
                        case .psi: guest.pressure = 35
                        }
                    }
                ]
            )
        )
        #expect(decision.order == .scaleOut(by: 3), "\(decision.reason)")
        #expect(decision.recommendations.map(\.rule) == [metric.rawValue])
        #expect(decision.recommendations.first?.gap == nil)
    }

    @Test("an agent that has nothing to do has no latency, which is known; one that says less is a gap")
    func idle() {
        let idle = GuestSample(at: .seconds(1), busy: 0, queued: 0, inFlight: 0, requestsPerSecond: 0)
        #expect(InstanceMetrics(idle).latencyP99 == 0)
        var working = idle
        working.requestsPerSecond = 3
        #expect(InstanceMetrics(working).latencyP99 == nil)
        working.requestsPerSecond = nil
        #expect(InstanceMetrics(working).latencyP99 == nil)
    }

    @Test(
        "a number that one agent does not report counts by the gap rule and forbids a scale in",
        arguments: GapRule.allCases
    )
    func gaps(onGap: GapRule) {
        var group = group(MetricTarget(.inFlight, perInstance: 20), onGap: onGap)
        let busy: Change = { $0.inFlight = 26 }
        let idle: Change = { $0.inFlight = 0 }
        _ = group.tick(estimates: loads(group.now, [{ $0.inFlight = 20 }, { $0.inFlight = 23 }]))
        let decision = group.tick(estimates: loads(group.now, [busy, nil]))
        // 26 and 20 by hold, 26 and 23 by last, 26 and 30 by scale-out, over 20 each.
        #expect(decision.unclampedSize == 3, "\(decision.reason)")
        #expect(decision.recommendations.first?.gap == "in-flight of 1 in service is unknown")
        let quiet = group.tick(estimates: loads(group.now, [idle, nil, idle]))
        #expect(quiet.order == .hold && quiet.limits == [.gapForbidsScaleIn], "\(quiet.reason)")
        #expect(quiet.reason.contains("in-flight of 1 in service is unknown, which forbids a scale in"))
        #expect(quiet.whatWouldChange.contains("when each rule has its values"))
        #expect(group.tick(estimates: loads(group.now, [idle, idle, idle])).order == .scaleIn(by: 2))
    }

    @Test("what an agent claims decides no more than a hundred instances")
    func bounded() {
        var group = group(MetricTarget(.queued, perInstance: 5))
        group.template.reserve = 1000
        #expect(group.tick(estimates: loads(group.now, [{ $0.queued = .max }])).desired == 100)
    }

    @Test("what warms up asks for nothing, and what is starved for no other instance on the same host")
    func warmUpAndStarved() {
        var group = group(MetricTarget(.inFlight, perInstance: 10))
        group.engine.policy.warmUp = .seconds(30)
        var estimates = loads(group.now, [{ $0.inFlight = 10 }, { $0.inFlight = 90 }])
        estimates[1].inServiceSince = group.now
        #expect(group.tick(estimates: estimates).order == .hold)
        group.engine.policy.warmUp = .zero
        estimates[1].merge = .starved
        let decision = group.tick(estimates: estimates)
        #expect(decision.order == .hold && decision.limits == [.starved])
    }

    @Test("the largest recommendation wins, whatever the rule counts")
    func largest() {
        var group = group(MetricTarget(.inFlight, perInstance: 10))
        group.engine.policy.rules.append(.targetTracking(TargetTracking(target: 50)))
        let decision = group.tick(estimates: loads(group.now, [{ $0.inFlight = 35 }]))
        #expect(decision.desired == 4 && decision.reason.hasPrefix("in-flight"))
        #expect(decision.recommendations.map(\.size) == [4, 1])
    }

    @Test("what would change it names both ends, in the metric's unit")
    func prospect() {
        var group = group(MetricTarget(.latencyP99, perInstance: 0.2))
        let steady = group.tick(
            estimates: loads(group.now, [{ $0.latencyP99 = 0.2 }, { $0.latencyP99 = 0.2 }])
        )
        #expect(
            steady.whatWouldChange == "scale out follows when the latency-p99 goes over 220 ms on average; "
                + "scale in follows when the latency-p99 stays at or below 100 ms on average"
        )
    }
}
