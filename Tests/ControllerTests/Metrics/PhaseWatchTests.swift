import Foundation
import Testing

@testable import Lifecycle
@testable import Telemetry

@Suite("How long states last")
struct PhaseWatchTests {
    /// The instance in a state that it entered at that second.
    private func vm(_ state: InstanceState, at second: Double, goal: Instance.Goal = .service) -> Instance {
        var instance = Instance(uuid: "1", name: "vm1", since: Date(timeIntervalSince1970: second))
        instance.state = state
        instance.goal = goal
        return instance
    }

    private func passages(_ rows: [Instance], _ watch: inout PhaseWatch) -> [PhaseWatch.Passage?] {
        rows.map { watch.take($0, at: $0.since) }
    }

    @Test("each passing state has its time, and the last one the whole way from the order")
    func scaleOut() {
        var watch = PhaseWatch()
        let passages = passages(
            [
                vm(.off, at: 0), vm(.starting, at: 100), vm(.booting, at: 102), vm(.booting, at: 102),
                vm(.probing, at: 110), vm(.inService, at: 111),
            ],
            &watch
        )
        #expect(
            passages == [
                nil, nil, .init(phase: .starting, seconds: 2), nil, .init(phase: .booting, seconds: 8),
                .init(phase: .probing, seconds: 1, scaleOut: 11),
            ]
        )
    }

    @Test("states that share one deadline, and so the time of their row, still have times of their own")
    func sharedDeadline() {
        var watch = PhaseWatch()
        let passages = [
            (InstanceState.off, 0.0), (.starting, 100), (.booting, 102), (.probing, 132), (.inService, 137),
        ]
        .map { state, second in
            watch.take(vm(state, at: state == .off ? 0 : 100), at: Date(timeIntervalSince1970: second))
        }
        #expect(passages.compactMap { $0?.seconds } == [2, 30, 5])
        #expect(passages.last??.scaleOut == 37)
    }

    @Test("what was on its way before the controller began has a time only from where it is known")
    func unknownBeginning() {
        var watch = PhaseWatch()
        let passages = passages([vm(.booting, at: 5), vm(.probing, at: 9), vm(.inService, at: 10)], &watch)
        #expect(passages == [nil, .init(phase: .booting, seconds: 4), .init(phase: .probing, seconds: 1)])
    }

    @Test("an order for standby is no scale out; waking from there is, from the waking on")
    func standby() {
        var watch = PhaseWatch()
        let passages = passages(
            [
                vm(.off, at: 0), vm(.starting, at: 1, goal: .standby), vm(.booting, at: 2, goal: .standby),
                vm(.parking, at: 10, goal: .standby), vm(.standby, at: 12, goal: .standby), vm(.resuming, at: 50),
                vm(.inService, at: 51),
            ],
            &watch
        )
        #expect(passages.compactMap { $0?.scaleOut } == [1])
        #expect(passages.last == .init(phase: .resuming, seconds: 1, scaleOut: 1))
    }

    @Test("coming back from unhealthy is no scale out, and a clock set back is no negative time")
    func recovery() {
        var watch = PhaseWatch()
        let passages = passages(
            [
                vm(.off, at: 0), vm(.starting, at: 1), vm(.inService, at: 3), vm(.unhealthy, at: 60),
                vm(.inService, at: 50),
            ],
            &watch
        )
        #expect(passages.last == .init(phase: .unhealthy, seconds: 0))
    }

    @Test("one that is gone and comes again begins anew")
    func forgotten() {
        var watch = PhaseWatch()
        _ = passages([vm(.off, at: 0), vm(.starting, at: 1)], &watch)
        watch.forget("1")
        #expect(watch.take(vm(.booting, at: 500), at: Date(timeIntervalSince1970: 500)) == nil)
    }
}
