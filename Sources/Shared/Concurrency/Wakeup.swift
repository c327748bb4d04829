import Synchronization

/// A bell for one sleeping task: it wakes when its time has come or when someone rings, whichever is first.
package final class Wakeup: Sendable {
    private enum State {
        /// Nobody waits.
        case quiet
        /// It rang while nobody waited: the next wait ends at once.
        case rung
        /// A task waits for a ring.
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.quiet)

    /// A bell that nobody has rung.
    package init() {}

    /// Wakes the sleeper, or the next one when nobody sleeps now.
    package func ring() {
        let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard case .waiting(let continuation) = state else {
                state = .rung
                return nil
            }
            state = .quiet
            return continuation
        }
        sleeper?.resume()
    }

    /// Sleeps for `duration`, until a ring, or until the task is cancelled.
    ///
    /// Only one task may sleep at a time.
    package func sleep(for duration: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await Task.sleep(for: duration) }
            group.addTask { await self.awaitRing() }
            await group.next()
            group.cancelAll()
        }
    }

    private func awaitRing() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if case .rung = state {
                        state = .quiet
                        return true
                    }
                    if Task.isCancelled { return true }
                    state = .waiting(continuation)
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard case .waiting(let continuation) = state else { return nil }
                state = .quiet
                return continuation
            }
            sleeper?.resume()
        }
    }
}
