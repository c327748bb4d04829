import Client
import ServiceLifecycle
import Synchronization

/// Makes the load once the endpoints are known; its end is the end of the program.
final class LoadService: Service {
    private let generator: LoadGenerator
    private let pool: EndpointPool
    private let patience: Duration
    private let stop: StopSignal
    private let result = Mutex(LoadGenerator.End.finished)

    /// A service.
    ///
    /// - Parameters:
    ///   - generator: Makes the load.
    ///   - pool: Where the endpoints become known.
    ///   - patience: After this time the load begins without them, and its requests wait.
    ///   - stop: Ends the wait.
    init(generator: LoadGenerator, pool: EndpointPool, patience: Duration, stop: StopSignal) {
        self.generator = generator
        self.pool = pool
        self.patience = patience
        self.stop = stop
    }

    /// How the load ended.
    var end: LoadGenerator.End { result.withLock { $0 } }

    func run() async throws {
        let latest = ContinuousClock.now.advanced(by: patience)
        while pool.revision == nil, stop.requestedAt == nil, ContinuousClock.now < latest, !Task.isCancelled {
            try? await ContinuousClock().sleep(for: .milliseconds(20))
        }
        guard stop.requestedAt == nil, !Task.isCancelled else { return }
        let end = await generator.run()
        result.withLock { $0 = end }
    }
}
