import ServiceLifecycle

/// A service that may have done its work before it is told to stop, since another one that stops first has told it; ended
/// before that it would count as having failed.
struct UntilStopped<Base: Service>: Service {
    let service: Base

    func run() async throws {
        try await service.run()
        try? await gracefulShutdown()
    }
}
