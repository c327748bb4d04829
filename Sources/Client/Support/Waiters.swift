import Synchronization

/// Wakes all who wait for something to change. The state itself lives elsewhere: look, wait, look again.
final class Waiters: Sendable {
    private struct State {
        var next: UInt64 = 0
        var waiting: [UInt64: AsyncStream<Void>.Continuation] = [:]
    }

    private let state = Mutex(State())

    /// Wakes everyone.
    func wake() {
        let woken = state.withLock { state in
            let all = Array(state.waiting.values)
            state.waiting.removeAll()
            return all
        }
        for continuation in woken {
            continuation.yield()
            continuation.finish()
        }
    }

    /// A place in the queue, taken before looking at the state so that no change is missed.
    func enlist() -> Place {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            let id = state.next
            state.next += 1
            state.waiting[id] = continuation
            return id
        }
        return Place(waiters: self, id: id, stream: stream)
    }

    private func leave(_ id: UInt64) {
        let continuation = state.withLock { $0.waiting.removeValue(forKey: id) }
        continuation?.finish()
    }

    /// A place in the queue.
    struct Place: Sendable {
        fileprivate let waiters: Waiters
        fileprivate let id: UInt64
        fileprivate let stream: AsyncStream<Void>

        /// Waits for the next change, or for cancellation.
        func wait() async {
            for await _ in stream { break }
            leave()
        }

        /// Waits for the next change at most until `deadline`.
        func wait(until deadline: ContinuousClock.Instant) async {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await wait() }
                group.addTask { try? await ContinuousClock().sleep(until: deadline) }
                await group.next()
                group.cancelAll()
            }
        }

        /// Gives the place back unused.
        func leave() {
            waiters.leave(id)
        }
    }
}
