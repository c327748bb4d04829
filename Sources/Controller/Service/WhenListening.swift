import ServiceLifecycle
import Shared

/// A service that begins when a server listens: a controller whose port is taken must not have started a domain.
struct WhenListening<Base: Service>: Service {
    /// Set with the port when the server listens.
    let listening: Latch<Int>
    let service: Base

    func run() async throws {
        // Without a port the service or the task is to stop.
        let port = try? await cancelWhenGracefulShutdown { try await listening.wait() }
        guard port != nil else { return }
        try await service.run()
    }
}
