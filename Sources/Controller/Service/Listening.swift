import ServiceLifecycle
import Synchronization

/// Whether and where the API listens.
final class Listening: Sendable {
    private let state = Mutex<Int?>(nil)
    private let began = AsyncStream.makeStream(of: Void.self)

    /// The port, once it listens.
    var port: Int? { state.withLock { $0 } }

    /// The API listens on `port`.
    func begin(_ port: Int) {
        state.withLock { $0 = port }
        began.continuation.finish()
    }

    /// Returns when the API listens, or when the service or the task is to stop. For one waiter.
    func wait() async {
        for await _ in began.stream.cancelOnGracefulShutdown() {}
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
