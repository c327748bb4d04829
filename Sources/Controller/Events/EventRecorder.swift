import Foundation
import Logging
import ServiceLifecycle
import Shared
import Synchronization

/// Writes down the events that peers cause: refusals, enrollments. A flood costs a bounded queue and is counted.
struct EventRecorder: Service {
    private let store: any Store
    private let logger: Logger
    private let stream: AsyncStream<ControllerEvent>
    private let continuation: AsyncStream<ControllerEvent>.Continuation

    init(store: any Store, logger: Logger) {
        self.store = store
        self.logger = logger
        (stream, continuation) = AsyncStream.makeStream(
            of: ControllerEvent.self,
            bufferingPolicy: .bufferingOldest(256)
        )
    }

    /// Takes an event; drops it when too many wait.
    func record(_ event: ControllerEvent) {
        continuation.yield(event)
    }

    /// Writes until the service stops.
    func run() async throws {
        for await event in stream.cancelOnGracefulShutdown() {
            var metadata: Logger.Metadata = [
                "event": "\(event.kind.rawValue)", "at": "\(event.at.rfc3339)", "detail": "\(event.detail)",
            ]
            if let instance = event.instance { metadata["instance"] = "\(instance)" }
            logger.log(level: event.kind.level, "event", metadata: metadata)
            do {
                try await store.commit(StoreChange(events: [event]))
            } catch {
                logger.warning("event not stored", metadata: ["error": "\(error)"])
            }
        }
    }
}
