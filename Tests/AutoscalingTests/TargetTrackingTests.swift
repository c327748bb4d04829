import Autoscaling
import Testing

@Suite("Target tracking")
struct TargetTrackingTests {
    @Test("the whole need is ordered in one jump")
    func oneJump() {
        var group = EngineHarness(.tracking())
        let guest = GuestSample(at: group.now, busy: 100, queued: 150, serviceTime: 0.1)
        let load = LoadEstimate(id: "vm0", host: nil, guest: guest, interval: .seconds(1), now: group.now)
        // 100 % in use and 150 × 0.1 s over 5 s: 400 %, eight instances at 50 %.
        let decision = group.tick(estimates: [load])
        #expect(decision.order == .scaleOut(by: 7))
        #expect(decision.reason.contains("400 %"))
    }

    @Test("utilization asks for no more than saturation shows")
    func utilization() {
        var group = EngineHarness(
            GroupPolicy(rules: [.targetTracking(TargetTracking(metric: .utilization, target: 50))])
        )
        let guest = GuestSample(at: group.now, busy: 100, queued: 150, serviceTime: 0.1)
        let load = LoadEstimate(id: "vm0", host: nil, guest: guest, interval: .seconds(1), now: group.now)
        #expect(group.tick(estimates: [load]).order == .scaleOut(by: 1))
    }

    @Test("within the tolerance nothing changes", arguments: [(45.5, 0), (54.5, 0), (56, 1), (24, -1)])
    func tolerance(load: Double, change: Int) {
        var group = EngineHarness(.tracking())
        let decision = group.tick([load, load])
        #expect(decision.desired == 2 + change)
    }

    @Test("capacity that is coming counts as capacity")
    func coming() {
        var group = EngineHarness(.tracking())
        group.template.coming = 2
        #expect(group.tick([100, 100]).order == .hold)
        #expect(group.tick([100, 100, 100]).order == .scaleOut(by: 1))
    }

    @Test("what warms up asks for nothing, and nothing is taken while it does")
    func warmUp() {
        var policy = GroupPolicy.tracking()
        policy.warmUp = .seconds(10)
        var group = EngineHarness(policy)
        let since = group.now
        func loads(_ percent: Double) -> [LoadEstimate] {
            [group.load("vm0", 50), group.load("vm1", percent, since: since), group.load("vm2", percent, since: since)]
        }
        for second in 0..<10 { #expect(group.tick(estimates: loads(second < 5 ? 100 : 0)).order == .hold) }
        #expect(group.tick(estimates: loads(100)).order == .scaleOut(by: 2))
    }

    @Test("a jump of the clock ends no warm-up")
    func warmUpOverJump() {
        var policy = GroupPolicy.tracking()
        policy.warmUp = .seconds(60)
        var group = EngineHarness(policy)
        let since = group.now
        let first = [group.load("vm0", 100, since: since)]
        #expect(group.tick(estimates: first, after: 3600).order == .hold)
        let second = [group.load("vm0", 100, since: since)]
        #expect(group.tick(estimates: second).order == .hold)
    }

    @Test(
        "a load that nobody measured counts by the gap rule, and forbids a scale in by each",
        arguments: [(GapRule.hold, 0), (.last, 0), (.scaleOut, 1)]
    )
    func gaps(rule: GapRule, change: Int) {
        var policy = GroupPolicy.tracking()
        policy.onGap = rule
        var group = EngineHarness(policy)
        _ = group.tick([48, 50])
        #expect(group.tick([50, nil]).desired == 2 + change)
        let idle = group.tick([1, nil])
        #expect(idle.desired >= 2)
        if rule == .last { #expect(idle.limits == [.unknownForbidsScaleIn] || idle.unclampedSize == 2) }
        #expect(group.tick([1, 1]).order == .scaleIn(by: 1))
    }

    @Test("the last known load of a silent instance still asks for more")
    func lastKnown() {
        var policy = GroupPolicy.tracking()
        policy.onGap = .last
        var group = EngineHarness(policy)
        group.template.coming = 1
        _ = group.tick([90])
        group.template.coming = 0
        #expect(group.tick([nil]).order == .scaleOut(by: 1))
    }

    @Test("starved instances get no other one on the same host, unless told")
    func starved() {
        var group = EngineHarness(.tracking())
        let refused = group.tick(estimates: [group.load("vm0", 100, starved: true)])
        #expect(refused.order == .hold)
        #expect(refused.limits == [.starved])
        #expect(refused.reason.contains("starved"))
        // One that is busy by itself still gets what it needs.
        let mixed = group.tick(estimates: [group.load("vm0", 100, starved: true), group.load("vm1", 100)])
        #expect(mixed.desired == 3)
        group.engine.policy.onStarved = .scaleOut
        #expect(group.tick(estimates: [group.load("vm0", 100, starved: true)]).order == .scaleOut(by: 1))
    }

    @Test("a silent agent on a hot host is load")
    func agentLost() {
        var group = EngineHarness(.tracking())
        let decision = group.tick([100])
        #expect(decision.observation.inService[0].merge == .agentLost)
        #expect(decision.order == .scaleOut(by: 1))
    }

    @Test("of several rules the largest recommendation wins; one without an opinion stands against nothing")
    func severalRules() {
        let hot = ScalingRule.threshold(ThresholdPolicy(threshold: 75, samples: 1, low: nil))
        let target = ScalingRule.targetTracking(TargetTracking(target: 99))
        var group = EngineHarness(GroupPolicy(rules: [target, hot], scaleIn: DirectionLimits()))
        let out = group.tick([90, 90])
        #expect(out.order == .scaleOut(by: 1))
        #expect(out.recommendations.map(\.size) == [2, 3])
        let into = group.tick([10, 10])
        #expect(into.order == .scaleIn(by: 1))
        #expect(into.recommendations.map(\.size) == [1, nil])
    }
}
