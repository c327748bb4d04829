import Synchronization

/// What the workers of a run share: the phase, the tickets left, who is at work.
final class LoadControl: Sendable {
    private struct State {
        var machine: PhaseMachine
        var ended = false
        var gaveUp = false
        var ticketsLeft: Int?
        var workers: Set<Int> = []
        var openRequests = 0
    }

    private let state: Mutex<State>

    init(plan: LoadPlan, now: ContinuousClock.Instant) {
        state = Mutex(State(machine: PhaseMachine(plan: plan, now: now), ticketsLeft: plan.requests))
    }

    var isRunning: Bool { state.withLock { !$0.ended } }
    var gaveUp: Bool { state.withLock { $0.gaveUp } }
    var phase: LoadPhase? { state.withLock { $0.ended ? nil : $0.machine.phase } }
    var deadline: ContinuousClock.Instant? { state.withLock { $0.machine.deadline } }
    var openRequests: Int { state.withLock { $0.openRequests } }
    /// Whether a request may still be under way.
    var isBusy: Bool { state.withLock { !$0.workers.isEmpty || $0.openRequests > 0 } }

    func end() {
        state.withLock { $0.ended = true }
    }

    func tick(now: ContinuousClock.Instant, endpoints: () -> Set<String>) -> PhaseMachine.Step? {
        let known = endpoints()
        return state.withLock { state in
            let step = state.machine.tick(now: now, endpoints: known)
            return Self.apply(step, to: &state)
        }
    }

    func answered(by endpoint: String, now: ContinuousClock.Instant) -> PhaseMachine.Step? {
        state.withLock { state in
            guard !state.ended else { return nil }
            return Self.apply(state.machine.answered(by: endpoint, now: now), to: &state)
        }
    }

    private static func apply(_ step: PhaseMachine.Step?, to state: inout State) -> PhaseMachine.Step? {
        switch step {
        case .finished: state.ended = true
        case .gaveUp:
            state.ended = true
            state.gaveUp = true
        case .enter, nil: break
        }
        return step
    }

    /// Allows one more request; ends the run with the last ticket.
    func takeTicket() -> Bool {
        state.withLock { state in
            guard let left = state.ticketsLeft else { return true }
            state.ended = state.ended || left <= 1
            state.ticketsLeft = max(0, left - 1)
            return left > 0
        }
    }

    /// The indices below `count` at which no worker works; they count as working from now on.
    func missingWorkers(upTo count: Int) -> [Int] {
        state.withLock { state in
            guard state.workers.count < count || state.workers.contains(where: { $0 >= count }) else { return [] }
            let missing = (0..<count).filter { !state.workers.contains($0) }
            state.workers.formUnion(missing)
            return missing
        }
    }

    func workerEnded(_ index: Int) {
        _ = state.withLock { $0.workers.remove(index) }
    }

    /// The phase while worker `index` of `count` is needed.
    func phase(forWorker index: Int, of count: Int) -> LoadPhase? {
        guard index < count else { return nil }
        return phase
    }

    func requestOpened() {
        state.withLock { $0.openRequests += 1 }
    }

    func requestClosed() {
        state.withLock { $0.openRequests -= 1 }
    }
}
