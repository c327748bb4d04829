import Autoscaling
import Testing

@Suite("What limits a recommendation")
struct LimitsTests {
    @Test("scale in waits for a window that is covered with observations")
    func window() {
        var group = EngineHarness(.tracking(window: .seconds(10)))
        let held = group.ticks(10, [10, 10])
        #expect(held.order == .hold)
        #expect(held.limits == [.stabilizationIn])
        #expect(held.whatWouldChange == "scale in to 1 follows when the recommendation stays for 1 s")
        #expect(group.tick([10, 10]).order == .scaleIn(by: 1))
    }

    @Test("a larger recommendation in the window holds the size up to it")
    func largestWish() {
        var group = EngineHarness(.tracking(window: .seconds(10)))
        _ = group.ticks(5, [10, 10, 10])
        _ = group.tick([30, 30, 30])
        #expect(group.ticks(9, [10, 10, 10]).order == .scaleIn(by: 1))
        #expect(group.ticks(2, [10, 10]).order == .scaleIn(by: 1))
    }

    @Test("a longer window after a change of the policy must be covered too")
    func longerWindow() {
        var group = EngineHarness(.tracking(window: .seconds(5)))
        _ = group.ticks(100, [50, 50])
        group.engine.policy.scaleIn.window = .seconds(20)
        #expect(group.ticks(14, [10, 10]).order == .hold)
        #expect(group.ticks(10, [10, 10]).order == .scaleIn(by: 1))
    }

    @Test("a scale out waits until its window has recommended it")
    func outWindow() {
        var policy = GroupPolicy.tracking()
        policy.scaleOut.window = .seconds(3)
        var group = EngineHarness(policy)
        _ = group.ticks(10, [40])
        #expect(group.ticks(3, [100]).limits == [.stabilizationOut])
        #expect(group.tick([100]).order == .scaleOut(by: 1))
    }

    @Test("no scale in follows a scale out within the window")
    func opposite() {
        var group = EngineHarness(.tracking(window: .seconds(10)))
        _ = group.ticks(20, [50])
        #expect(group.tick([100]).order == .scaleOut(by: 1))
        for _ in 0..<10 { #expect(group.tick([10, 10]).order == .hold) }
        #expect(group.tick([10, 10]).order == .scaleIn(by: 1))
    }

    @Test("a clock that jumps covers no window, and starves none", arguments: [3600.0, -3600])
    func jumps(jump: Double) {
        var group = EngineHarness(.tracking(window: .seconds(10)))
        _ = group.ticks(3, [10, 10])
        #expect(group.tick([10, 10], after: jump).order == .hold)
        #expect(group.tick([10, 10]).order == .hold)
        #expect(group.ticks(7, [10, 10]).order == .scaleIn(by: 1))
    }

    @Test("the cooldown of a scale out counts from in service")
    func cooldownOut() {
        var policy = GroupPolicy.tracking()
        policy.scaleOut.cooldown = .seconds(5)
        var group = EngineHarness(policy)
        _ = group.tick([50])
        group.template.lastInService = group.now
        let held = group.tick([100])
        #expect(held.limits == [.cooldownOut])
        #expect(held.whatWouldChange == "scale out to 2 follows in 5 s")
        #expect(group.ticks(4, [100]).order == .hold)
        #expect(group.tick([100]).order == .scaleOut(by: 1))
    }

    @Test("the cooldown of a scale in counts from the last one")
    func cooldownIn() {
        var policy = GroupPolicy.tracking()
        policy.scaleIn.cooldown = .seconds(5)
        var group = EngineHarness(policy)
        #expect(group.tick([20, 20, 20]).order == .scaleIn(by: 1))
        #expect(group.ticks(4, [20, 10]).limits == [.cooldownIn])
        #expect(group.tick([20, 10]).order == .scaleIn(by: 1))
    }

    @Test("what the host lacks is said with what is needed, and what waits for room is part of every reason")
    func room() {
        var group = EngineHarness(.tracking())
        group.template.reserve = 2
        group.template.hostRoom = 0
        group.template.hostShortage = "vm2 needs 1 GiB of memory"
        let blocked = group.tick([100, 100])
        #expect(blocked.order == .hold)
        #expect(blocked.reason.hasSuffix("the host has no room for another start: vm2 needs 1 GiB of memory"))
        group.template.coming = 1
        group.template.waiting = "vm2 waits for room"
        #expect(group.tick([]).reason == "1 on the way and none in service; vm2 waits for room")
        #expect(group.tick([]).whatWouldChange.contains("as soon as the host has memory and vCPUs"))
    }

    @Test("so many a minute, in each direction by itself")
    func rate() {
        var policy = GroupPolicy.tracking()
        policy.scaleOut.perMinute = 2
        policy.scaleIn.perMinute = 1
        var group = EngineHarness(policy)
        #expect(group.tick([100, 100, 100]).order == .scaleOut(by: 2))
        #expect(group.tick([100, 100, 100, 100, 100]).limits == [.rateLimit])
        #expect(group.tick([10, 10, 10, 10, 10]).order == .scaleIn(by: 1))
        #expect(group.tick([10, 10, 10, 10]).order == .hold)
        #expect(group.ticks(57, [100, 100]).order == .scaleOut(by: 2))
    }

    @Test("what can be started limits a scale out; standby is there even with the breaker open")
    func starts() {
        var group = EngineHarness(.tracking())
        group.template.reserve = 2
        group.template.standby = 1
        #expect(group.tick([100, 100, 100, 100]).order == .scaleOut(by: 3))
        group.template.hostRoom = 1
        #expect(group.tick([100, 100, 100, 100]).limits == [.noReserve, .hostRoom])
        #expect(group.tick([100, 100, 100, 100]).order == .scaleOut(by: 2))
        group.template.breaker = "three starts failed"
        let decision = group.tick([100, 100, 100, 100])
        #expect(decision.order == .scaleOut(by: 1))
        #expect(decision.reason.contains("three starts failed"))
        group.template.standby = 0
        #expect(group.tick([100, 100, 100, 100]).order == .hold)
    }

    @Test("max counts every owned domain, whatever its state")
    func maxCounts() {
        var policy = GroupPolicy.tracking()
        policy.max = 5
        var group = EngineHarness(policy)
        group.template.draining = 2
        let decision = group.tick([100, 100])
        #expect(decision.order == .scaleOut(by: 1))
        #expect(decision.limits == [.max])
    }

    @Test("below min is made up for at once, whatever slows the rules; above max too")
    func bounds() {
        var policy = GroupPolicy.tracking(window: .seconds(300))
        policy.min = 3
        policy.max = 4
        policy.mode = .off
        policy.scaleOut.cooldown = .seconds(600)
        var group = EngineHarness(policy)
        group.template.lastInService = group.now
        #expect(group.tick([10]).order == .scaleOut(by: 2))
        #expect(group.tick([50, 50, 50, 50, 50, 50]).order == .scaleIn(by: 2))
    }

    @Test("above max nothing is taken while a load is unknown")
    func maxAndUnknown() {
        var policy = GroupPolicy.tracking()
        policy.max = 1
        var group = EngineHarness(policy)
        #expect(group.tick([50, nil]).order == .hold)
        #expect(group.tick([50, 50]).order == .scaleIn(by: 1))
    }

    @Test("mode off records what it would do, and does not")
    func modeOff() throws {
        var policy = GroupPolicy.tracking()
        policy.mode = .off
        var group = EngineHarness(policy)
        let decision = group.tick([100])
        #expect(decision.order == .hold)
        #expect(decision.unclampedSize == 2)
        let clamp = try #require(decision.clamps.first)
        #expect(clamp.name == .modeOff && clamp.from == 2 && clamp.to == 1)
        #expect(decision.whatWouldChange.contains("mode on"))
    }

    @Test("those in service carry the load before others are taken")
    func comingIsNotInService() {
        var group = EngineHarness(.tracking())
        group.template.coming = 2
        let decision = group.tick([50, 50])
        #expect(decision.order == .hold)
        #expect(decision.limits == [.coming])
    }

    @Test("an instance that is being replaced is no capacity beside its successor")
    func replacing() {
        var group = EngineHarness(.tracking())
        group.template.coming = 1
        group.template.replacing = 1
        #expect(group.tick([50, 50]).capacity == 2)
        #expect(group.tick([50, 50]).clamps.isEmpty)
    }

    @Test("numbers from a file that make no sense bring nothing down")
    func nonsense() {
        var policy = GroupPolicy.tracking()
        policy.max = .max
        policy.min = .min
        var group = EngineHarness(policy)
        group.template = GroupObservation(
            inService: [],
            coming: .max,
            draining: .min,
            standby: .max,
            reserve: .max,
            counted: .min,
            hostRoom: .min,
            removable: .min,
            lastInService: MonotonicInstant(nanoseconds: .max),
            replacing: .max
        )
        group.now = MonotonicInstant(nanoseconds: .min)
        var observation = group.template
        observation.inService = [group.load("vm0", 100)]
        for moment in [Int64.min, .max, 0] {
            let decision = group.engine.decide(observation, now: MonotonicInstant(nanoseconds: moment), calendar: nil)
            #expect(decision.desired >= 0)
        }
    }
}
