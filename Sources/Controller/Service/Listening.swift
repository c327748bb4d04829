import ServiceLifecycle
import Synchronization

/// Whether and where the API listens.
final class Listening: Sendable {
    private struct State {
        var port: Int?
        var waiters: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())

    /// The port, once it listens.
    var port: Int? { state.withLock { $0.port } }

    /// The API listens on `port`.
    func begin(_ port: Int) {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            state.port = port
            return state.waiters
        }
        for waiter in waiters { waiter.finish() }
    }

    /// Returns when the API listens, or when the service or the task is to stop.
    func wait() async {
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
struct WhenListening<Base: Service>: Service {
    let listening: Listening
    let service: Base

    func run() async throws {
        await listening.wait()
        guard listening.port != nil else { return }
        try await service.run()
    }
}
