import DequeModule
import NIOCore
import Synchronization

/// Lets a bounded number of requests pass at a time, and a bounded number wait, first come, first served.
package final class RequestGate: Sendable {
    /// What the gate holds now.
    package struct Snapshot: Sendable, Equatable {
        /// Requests that passed and are not over.
        package var inFlight: Int
        /// Requests that wait.
        package var queued: Int
        /// Upgraded connections.
        package var tunnels: Int
        /// The most requests that pass at a time.
        package var limit: Int
    }

    /// A request that waits.
    final class Waiter: Sendable {
        fileprivate let pass: @Sendable () -> Void

        fileprivate init(_ pass: @escaping @Sendable () -> Void) {
            self.pass = pass
        }
    }

    /// What a request gets.
    enum Admission {
        /// It passed.
        case passed
        /// It waits; its action is called when it has passed.
        case waiting(Waiter)
        /// As many wait as may.
        case full
    }

    private struct State {
        var inFlight = 0
        var tunnels = 0
        var waiting = Deque<Waiter>()
    }

    private let limit: Int
    private let queueLimit: Int
    private let state = Mutex(State())

    /// A gate.
    ///
    /// - Parameters:
    ///   - limit: The most requests that pass at a time, at least 1.
    ///   - queueLimit: The most requests that wait.
    package init(limit: Int, queueLimit: Int) {
        self.limit = max(1, limit)
        self.queueLimit = max(0, queueLimit)
    }

    /// What the gate holds now.
    package var snapshot: Snapshot {
        state.withLock {
            Snapshot(inFlight: $0.inFlight, queued: $0.waiting.count, tunnels: $0.tunnels, limit: limit)
        }
    }

    /// Asks to pass.
    ///
    /// - Parameter pass: Called from any thread when a request that had to wait has passed.
    func enter(_ pass: @autoclosure () -> @Sendable () -> Void) -> Admission {
        let hasPassed = state.withLock { state -> Bool? in
            if state.inFlight < limit {
                state.inFlight += 1
                return true
            }
            return state.waiting.count < queueLimit ? false : nil
        }
        guard let hasPassed else { return .full }
        if hasPassed { return .passed }
        let waiter = Waiter(pass())
        return state.withLock { state -> Admission in
            // Somebody may have left meanwhile.
            if state.inFlight < limit {
                state.inFlight += 1
                return .passed
            }
            guard state.waiting.count < queueLimit else { return .full }
            state.waiting.append(waiter)
            return .waiting(waiter)
        }
    }

    /// A request that passed is over.
    func leave() {
        let next = state.withLock { state -> Waiter? in
            guard let next = state.waiting.popFirst() else {
                state.inFlight -= 1
                return nil
            }
            return next
        }
        next?.pass()
    }

    /// A request waits no longer; `false` when it has passed meanwhile, so that it must ``leave()``.
    func abandon(_ waiter: Waiter) -> Bool {
        state.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0 === waiter }) else { return false }
            state.waiting.remove(at: index)
            return true
        }
    }

    /// A request became an upgraded connection, which keeps no place.
    func beginTunnel() {
        state.withLock { $0.tunnels += 1 }
        leave()
    }

    /// An upgraded connection is over.
    func endTunnel() {
        state.withLock { $0.tunnels -= 1 }
    }
}
