import Synchronization

/// Lets one at a time through, in the order of arrival; whoever is cancelled while waiting leaves the queue.
package final class SerialGate: Sendable {
    private struct State {
        var isTaken = false
        var nextID: UInt64 = 0
        var queue: [(id: UInt64, bell: AsyncStream<Void>.Continuation)] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Runs `body` when everyone before is through.
    ///
    /// - Throws: `CancellationError` when the task is cancelled before its turn, and what `body` throws.
    package func pass<Result>(_ body: () async throws -> Result) async throws -> Result {
        if let (id, bell) = enlist() {
            for await _ in bell { break }
            guard !Task.isCancelled else {
                leave(id)
                throw CancellationError()
            }
        }
        defer { next() }
        return try await body()
    }

    /// Takes the gate when it is free, and a place in the queue otherwise.
    private func enlist() -> (UInt64, AsyncStream<Void>)? {
        state.withLock { state in
            guard state.isTaken else {
                state.isTaken = true
                return nil
            }
            let (stream, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            state.nextID += 1
            state.queue.append((state.nextID, bell))
            return (state.nextID, stream)
        }
    }

    /// Gives a place back, or the gate, where it was given just now.
    private func leave(_ id: UInt64) {
        let wasWaiting = state.withLock { state in
            let count = state.queue.count
            state.queue.removeAll { $0.id == id }
            return state.queue.count < count
        }
        if !wasWaiting { next() }
    }

    /// Hands the gate on.
    private func next() {
        let bell = state.withLock { state in
            guard !state.queue.isEmpty else {
                state.isTaken = false
                return AsyncStream<Void>.Continuation?.none
            }
            return state.queue.removeFirst().bell
        }
        bell?.yield()
        bell?.finish()
    }
}
