import Autoscaling
import Lifecycle
import Synchronization

/// The results of starts, probes and hooks that are under way or done, which the fleet looks at.
package final class OperationResults: Sendable {
    private struct State {
        var starts: [String: FleetObservation.StartResult] = [:]
        /// When the order of each was done.
        var doneAt: [String: MonotonicInstant] = [:]
        /// Those whose order has waited for room since it was given.
        var waiting: Set<String> = []
        var probes: [String: FleetObservation.Probe] = [:]
        var busy: Set<String> = []
        /// Orders under way that need no result, and from when they may be given again.
        var orders: [Order: MonotonicInstant] = [:]
        var hooks: [String: [HookPoint: FleetObservation.Hook]] = [:]
        /// When each instance was last told to resume.
        var resumedAt: [String: MonotonicInstant] = [:]
        var retryAt: [String: MonotonicInstant] = [:]
        /// Which life an instance is in: a result of an earlier one is dropped.
        var lives: [String: UInt64] = [:]
        /// Counts the lives of all.
        var births: UInt64 = 0
    }

    /// An order that is given again and again until the facts show that it was obeyed.
    package struct Order: Hashable {
        package enum Kind { case destroy, shutdown, drain, discardImage, wake }
        package var kind: Kind
        package var uuid: String
    }

    private let state = Mutex(State())

    package var starts: [String: FleetObservation.StartResult] { state.withLock { $0.starts } }
    var probes: [String: FleetObservation.Probe] { state.withLock { $0.probes } }
    package var hooks: [String: [HookPoint: FleetObservation.Hook]] { state.withLock { $0.hooks } }
    var resumedAt: [String: MonotonicInstant] { state.withLock { $0.resumedAt } }

    /// An instance begins anew: what is known of it no longer holds.
    package func forget(_ uuid: String) {
        state.withLock { state in
            state.starts[uuid] = nil
            state.doneAt[uuid] = nil
            state.waiting.remove(uuid)
            state.probes[uuid] = nil
            state.retryAt[uuid] = nil
            state.hooks[uuid] = nil
            state.orders = state.orders.filter { $0.key.uuid != uuid }
            state.births += 1
            state.lives[uuid] = state.births
        }
    }

    /// An instance is gone for good.
    func drop(_ uuid: String) {
        forget(uuid)
        state.withLock { state in
            state.lives[uuid] = nil
            state.resumedAt[uuid] = nil
        }
    }

    /// Begins an order to start, park, resume, make or remove; `nil` when one is under way already or its result known.
    func beginStart(_ uuid: String) -> UInt64? {
        state.withLock { state in
            switch state.starts[uuid] {
            case nil, .waiting: break
            case .queued, .underWay, .succeeded, .failed: return nil
            }
            state.starts[uuid] = .queued
            return state.lives[uuid] ?? 0
        }
    }

    /// The hypervisor is told of an order now; whether it had waited for others until then.
    @discardableResult
    func noteTold(_ uuid: String, life: UInt64) -> Bool {
        state.withLock { state in
            guard state.lives[uuid] ?? 0 == life, state.starts[uuid] == .queued else { return false }
            state.starts[uuid] = .underWay
            state.waiting.remove(uuid)
            return true
        }
    }

    /// An order is not given, since the host has no room; whether that is new.
    package func hold(_ uuid: String, life: UInt64, for shortage: HostShortage) -> Bool {
        state.withLock { state in
            guard state.lives[uuid] ?? 0 == life else { return false }
            state.starts[uuid] = .waiting(shortage)
            return state.waiting.insert(uuid).inserted
        }
    }

    /// An order has ended at `now`; `nil`: nobody knows how.
    package func endStart(
        _ uuid: String,
        life: UInt64,
        _ result: FleetObservation.StartResult?,
        at now: MonotonicInstant
    ) {
        state.withLock { state in
            guard state.lives[uuid] ?? 0 == life else { return }
            state.starts[uuid] = result
            state.doneAt[uuid] = now
        }
    }

    /// The orders that were done before the domains were read at `moment`: of these the domains tell the newer news.
    func done(before moment: MonotonicInstant?) -> Set<String> {
        guard let moment else { return [] }
        return state.withLock { state in
            Set(state.doneAt.filter { $0.value < moment && state.starts[$0.key] == .succeeded }.keys)
        }
    }

    /// The hypervisor itself says that the domain runs: from now on its word counts.
    func confirmStarts(active: Set<String>) {
        state.withLock { state in
            state.starts = state.starts.filter { !($0.value == .succeeded && active.contains($0.key)) }
        }
    }

    /// Begins a probe; `nil` when one is under way or it is too early for another.
    package func beginProbe(_ uuid: String, now: MonotonicInstant) -> UInt64? {
        state.withLock { state in
            guard !state.busy.contains(uuid), state.retryAt[uuid].map({ $0 <= now }) ?? true else { return nil }
            state.busy.insert(uuid)
            return state.lives[uuid] ?? 0
        }
    }

    func endProbe(_ uuid: String, life: UInt64, session: UInt64?, failure: String?, retryAt: MonotonicInstant) {
        state.withLock { state in
            state.busy.remove(uuid)
            guard state.lives[uuid] ?? 0 == life else { return }
            var probe = state.probes[uuid] ?? FleetObservation.Probe()
            if let failure {
                probe.failures += 1
                probe.lastFailure = failure
                state.retryAt[uuid] = retryAt
            } else {
                probe.failures = 0
                state.retryAt[uuid] = retryAt
                if let session { probe.passedSession = session }
            }
            state.probes[uuid] = probe
        }
    }

    /// The domain is told at `now` to run again: only reports from later on count.
    func noteResumed(_ uuid: String, at now: MonotonicInstant) {
        state.withLock { $0.resumedAt[uuid] = now }
    }

    /// Domains that are seen paused: whoever lets them run again, only reports from later on count.
    func notePaused(_ uuids: [String], at now: MonotonicInstant) {
        guard !uuids.isEmpty else { return }
        state.withLock { state in
            for uuid in uuids { state.resumedAt[uuid] = now }
        }
    }

    /// Whether an order may be given now; the same one may not for a while afterwards.
    package func admit(_ kind: Order.Kind, _ uuid: String, again: Duration, now: MonotonicInstant) -> Bool {
        state.withLock { state in
            let order = Order(kind: kind, uuid: uuid)
            guard state.orders[order].map({ $0 <= now }) ?? true else { return false }
            state.orders[order] = now.advanced(by: again)
            return true
        }
    }

    /// Begins a hook; `nil` when it runs already or has run.
    func beginHook(_ uuid: String, _ point: HookPoint) -> UInt64? {
        state.withLock { state in
            guard state.hooks[uuid]?[point] == nil else { return nil }
            state.hooks[uuid, default: [:]][point] = .underWay
            return state.lives[uuid] ?? 0
        }
    }

    func endHook(_ uuid: String, life: UInt64, _ point: HookPoint, _ result: FleetObservation.Hook?) {
        state.withLock { state in
            guard state.lives[uuid] ?? 0 == life else { return }
            state.hooks[uuid, default: [:]][point] = result
        }
    }
}
