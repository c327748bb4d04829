import Client
import Testing

@Suite struct PhaseMachineTests {
    let start = ContinuousClock.now

    func at(_ seconds: Double) -> ContinuousClock.Instant { start.advanced(by: .seconds(seconds)) }

    /// A ramp of 10 s low, 5 s pause, at most 300 s high, 30 s tail.
    func ramp() -> PhaseMachine { PhaseMachine(plan: LoadPlan(mode: .ramp), now: start) }

    @Test func aRampGoesThroughItsPhases() {
        var machine = ramp()
        #expect(machine.phase == .low)
        #expect(machine.tick(now: at(9.9), endpoints: ["1"]) == nil)
        #expect(machine.tick(now: at(10), endpoints: ["1"]) == .enter(.pause))
        #expect(machine.tick(now: at(14.9), endpoints: ["1"]) == nil)
        #expect(machine.tick(now: at(15), endpoints: ["1"]) == .enter(.high))
        #expect(machine.answered(by: "1", now: at(20)) == nil, "an endpoint that was there is not new")
        #expect(machine.answered(by: "2", now: at(80)) == .enter(.tail))
        #expect(machine.answered(by: "3", now: at(81)) == nil, "the tail is not begun again")
        #expect(machine.tick(now: at(109.9), endpoints: ["1", "2"]) == nil)
        #expect(machine.tick(now: at(110), endpoints: ["1", "2"]) == .finished)
        #expect(machine.phase == nil)
        #expect(machine.tick(now: at(500), endpoints: []) == nil)
    }

    @Test func aRampWithoutANewInstanceGivesUp() {
        var machine = ramp()
        _ = machine.tick(now: at(10), endpoints: ["1"])
        _ = machine.tick(now: at(15), endpoints: ["1"])
        _ = machine.answered(by: "1", now: at(100))
        #expect(machine.tick(now: at(314.9), endpoints: ["1", "2"]) == nil, "told of is not answered")
        #expect(machine.tick(now: at(315), endpoints: ["1", "2"]) == .gaveUp)
    }

    @Test func anInstanceThatCameBeforeTheHighPhaseIsNotNew() {
        var machine = ramp()
        _ = machine.answered(by: "1", now: at(5))
        _ = machine.tick(now: at(10), endpoints: ["1"])
        _ = machine.tick(now: at(15), endpoints: ["2"])
        #expect(machine.answered(by: "1", now: at(16)) == nil, "it has answered in the low phase")
        #expect(machine.answered(by: "2", now: at(16)) == nil, "it was in service when high began")
    }

    @Test(arguments: [(LoadMode.low, LoadPhase.low), (.high, .high)])
    func lowAndHighEndWithTheirDuration(mode: LoadMode, phase: LoadPhase) {
        var plan = LoadPlan(mode: mode)
        plan.duration = .seconds(60)
        var machine = PhaseMachine(plan: plan, now: start)
        #expect(machine.phase == phase)
        #expect(machine.tick(now: at(59.9), endpoints: []) == nil)
        #expect(machine.answered(by: "9", now: at(59.9)) == nil)
        #expect(machine.tick(now: at(60), endpoints: []) == .finished)
    }

    @Test func withoutADurationThereIsNoEnd() {
        var machine = PhaseMachine(plan: LoadPlan(mode: .high), now: start)
        #expect(machine.deadline == nil)
        #expect(machine.tick(now: at(1e6), endpoints: []) == nil)
    }

    @Test func theHighPhaseKeepsTwoInstancesBusyAndFollowsMore() {
        let plan = LoadPlan(mode: .high)
        #expect([0, 1, 2, 3, 10].map { plan.highWorkers(endpoints: $0) } == [24, 24, 24, 36, 120])
        var fixed = plan
        fixed.concurrency = 7
        #expect(fixed.highWorkers(endpoints: 10) == 7)
    }
}
