import Autoscaling
import Foundation
import Lifecycle
import Logging
import Monitoring
import Persistence
import ServiceLifecycle
import Shared
import Synchronization
import Wire

/// Writes down the events that peers cause: refusals, enrollments. A flood costs a bounded queue and is counted.
package struct EventRecorder: Service {
    /// Refusals that are written down in the long run, and at once: a flood of them must not fill the disk.
    private static let refusals = (perSecond: 1.0, burst: 20.0)
    private let store: any Store
    private let eventBus: EventBus
    private let clock: SteadyClock
    private let logger: Logger
    private let stream: AsyncStream<ControllerEvent>
    private let continuation: AsyncStream<ControllerEvent>.Continuation

    package init(store: any Store, eventBus: EventBus, clock: SteadyClock, logger: Logger) {
        self.store = store
        self.eventBus = eventBus
        self.clock = clock
        self.logger = logger
        (stream, continuation) = AsyncStream.makeStream(
            of: ControllerEvent.self,
            bufferingPolicy: .bufferingOldest(256)
        )
    }

    /// Takes an event; drops it when too many wait.
    package func record(_ event: ControllerEvent) {
        continuation.yield(event)
    }

    /// Writes until the service stops.
    package func run() async throws {
        var limiter = RateLimiter<String>(perSecond: Self.refusals.perSecond, burst: Self.refusals.burst, capacity: 1)
        var dropped = 0
        for await var event in stream.cancelOnGracefulShutdown() {
            if event.kind == .peerRefused {
                guard limiter.admit("", now: clock.now) else {
                    dropped += 1
                    continue
                }
                if dropped > 0 { event.detail += " (and \(dropped) more refusals were not written down)" }
                dropped = 0
            }
            var metadata: Logger.Metadata = [
                "event": "\(event.kind.rawValue)", "at": "\(event.at.rfc3339)", "detail": "\(event.detail)",
            ]
            if let instance = event.instance { metadata["instance"] = "\(instance)" }
            logger.log(level: event.kind.level, "event", metadata: metadata)
            do {
                try await store.commit(StoreChange(events: [event]))
                eventBus.tell(.step(EventBus.Step(group: event.group, at: event.at, events: [event])))
            } catch {
                logger.warning("event not stored", metadata: ["error": "\(ErrorText.of(error))"])
            }
        }
    }
}
