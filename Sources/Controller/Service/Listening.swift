import ServiceLifecycle
import Synchronization

/// Whether and where the API listens.
package final class Listening: Sendable {
    private struct State {
        var port: Int?
        var waiters: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())

    /// The port, once it listens.
    package var port: Int? { state.withLock { $0.port } }

    /// The API listens on `port`.
    package func begin(_ port: Int) {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            state.port = port
            return state.waiters
        }
        for waiter in waiters { waiter.finish() }
    }

    /// Returns when the API listens, or when the service or the task is to stop.
    package func wait() async {
        let (began, continuation) = AsyncStream.makeStream(of: Void.self)
        let waits = state.withLock { state in
            guard state.port == nil else { return false }
            state.waiters.append(continuation)
            return true
        }
        guard waits else { return }
        for await _ in began.cancelOnGracefulShutdown() {}
    }
}

/// A service that begins when the API listens: a controller whose port is taken must not have started a domain.
package struct WhenListening<Base: Service>: Service {
    let listening: Listening
    package let service: Base

    package func run() async throws {
        await listening.wait()
        guard listening.port != nil else { return }
        try await service.run()
    }
}
