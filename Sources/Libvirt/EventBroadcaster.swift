import Synchronization

/// Hands each event to every subscriber, each with a buffer of its own that keeps the newest.
final class EventBroadcaster<Event: Sendable>: Sendable {
    private struct State {
        var next: UInt64 = 0
        var continuations: [UInt64: AsyncStream<Event>.Continuation] = [:]
    }

    private let state = Mutex(State())
    private let capacity: Int

    init(capacity: Int = 1024) {
        self.capacity = capacity
    }

    deinit {
        for continuation in state.withLock({ $0.continuations.values.map(\.self) }) { continuation.finish() }
    }

    /// A new subscription, which ends when its stream is dropped or its task cancelled.
    func subscribe(first: Event? = nil) -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(capacity))
        let id = state.withLock { state in
            state.next += 1
            state.continuations[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.continuations.removeValue(forKey: id) }
        }
        if let first { continuation.yield(first) }
        return stream
    }

    func send(_ event: Event) {
        let continuations = state.withLock { Array($0.continuations.values) }
        for continuation in continuations { continuation.yield(event) }
    }
}
