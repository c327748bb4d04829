import Foundation
import Lifecycle
import Logging
import Monitoring
import NIOPosix
import ServiceLifecycle

/// Writes a trace of each scale out and scale in to a file. Nobody waits for it: the file is written on a thread that
/// may be held up, and what is told meanwhile waits in a bounded queue.
package final class SpanService: Service {
    /// Sightings that may wait.
    private static let buffer = 4096
    private let messages: AsyncStream<EventBus.Message>
    private let ledger: [Instance]
    private let tracer: SpanFileTracer

    /// Spans in the file at `path`.
    ///
    /// - Parameter ledger: The instances as they are at the start.
    package init(path: String, ledger: [Instance], eventBus: EventBus, logger: Logger) {
        messages = eventBus.messages(buffer: Self.buffer)
        self.ledger = ledger
        tracer = SpanFileTracer(path: path, logger: logger)
    }

    package func run() async throws {
        var spans = LifecycleSpans()
        spans.begin(ledger)
        for await message in messages.cancelOnGracefulShutdown() {
            guard case .step(let step) = message else { continue }
            let ended = spans.take(step)
            guard !ended.isEmpty else { continue }
            try? await NIOThreadPool.singleton.runIfActive { [tracer] in
                for trace in ended { trace.record(with: tracer) }
            }
        }
    }
}
