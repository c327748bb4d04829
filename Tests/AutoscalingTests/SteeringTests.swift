import Autoscaling
import Testing

@Suite("What operators ask of a group")
struct SteeringTests {
    private static func group(_ policy: GroupPolicy, _ steering: Steering?) -> EngineHarness {
        var group = EngineHarness(policy)
        group.template.steering = steering
        return group
    }

    @Test("a paused group orders nothing, not even what its bounds demand, and says who paused it")
    func paused() {
        var policy = GroupPolicy.tracking()
        policy.min = 3
        var group = Self.group(policy, Steering(pausedBy: "alice"))
        let hot = group.ticks(20, [100, 100])
        #expect(hot.order == .hold && hot.limits.last == .paused)
        #expect(hot.reason == "alice paused the group: nothing is ordered; the rules recommend 4")
        #expect(hot.whatWouldChange == "scale to 4 follows when the group is resumed (`cms-controller resume`)")
        #expect(group.ticks(20, [1, 1, 1, 1]).order == .hold)
        #expect(group.tick([]).order == .hold, "nothing runs, and nothing is started")
        group.template.steering = nil
        #expect(group.tick([]).order == .scaleOut(by: 3), "resumed")
    }

    @Test("a size is held against the rules, windows and cooldowns, within the bounds, with who and until when")
    func held() {
        var policy = GroupPolicy.tracking(window: .seconds(300))
        policy.max = 4
        policy.scaleOut = DirectionLimits(window: .seconds(60), cooldown: .seconds(60), perMinute: 1)
        let until = "2026-11-27T10:00:00.000Z"
        var group = Self.group(policy, Steering(size: Steering.Size(count: 3, by: "alice", until: until)))
        let out = group.tick([5])
        #expect(out.order == .scaleOut(by: 2), "at once")
        #expect(out.reason == "alice holds the size at 3 until \(until); the rules recommend 1")
        #expect(
            out.whatWouldChange == "the rules decide again, now for 1, when the size is released "
                + "(`cms-controller scale --auto`), or at \(until) by itself"
        )
        #expect(group.tick([5, 5, 5]).order == .hold)
        #expect(group.tick([100, 100, 100]).order == .hold, "hot, and held")
        group.template.steering?.size?.count = 9
        #expect(group.tick([100, 100, 100]).order == .scaleOut(by: 1), "never above max")
        group.template.steering?.size?.count = 1
        #expect(group.tick([100, 100, 100]).order == .scaleIn(by: 2), "and fewer at once")
        group.template.steering?.size?.count = -5
        #expect(group.tick([100]).order == .hold, "never below min")
    }

    @Test("when a size is released the windows go on with what the rules recommended meanwhile")
    func released() {
        let policy = GroupPolicy.tracking(window: .seconds(10))
        var group = Self.group(policy, Steering(size: Steering.Size(count: 3, by: "alice")))
        #expect(group.ticks(15, [5, 5, 5]).order == .hold)
        group.template.steering = nil
        #expect(group.tick([5, 5, 5]).order == .scaleIn(by: 2), "the window is covered with recommendations of 1")
    }

    @Test("a size that cannot be reached says what stands against it")
    func unreachable() {
        var group = Self.group(.tracking(), Steering(size: Steering.Size(count: 3, by: "alice")))
        group.template.reserve = 0
        let decision = group.tick([50])
        #expect(decision.order == .hold)
        #expect(decision.reason == "alice holds the size at 3; the reserve is empty; the rules recommend 1")
    }

    @Test("a pause stands above a size")
    func both() {
        let steering = Steering(pausedBy: "bob", size: Steering.Size(count: 3, by: "alice"))
        var group = Self.group(.tracking(), steering)
        let decision = group.tick([50])
        #expect(decision.order == .hold)
        #expect(decision.reason.contains("bob paused") && decision.reason.contains("alice holds the size at 3"))
    }
}
