import Foundation
import Logging
import Monitoring
import Synchronization
import Tracing

/// A tracer that writes each finished span as a line of OTLP/JSON into a file that is turned over when it is full.
///
/// A line that cannot be written is lost, and that is said once.
final class SpanFileTracer: Tracer {
    private struct State {
        var file: RotatingFile
        var hasComplained = false
    }

    private let path: String
    private let logger: Logger
    private let state: Mutex<State>

    /// Appends to the file at `path`.
    init(path: String, limit: Int = RotatingFile.standardLimit, logger: Logger) {
        self.path = path
        self.logger = logger
        state = Mutex(State(file: RotatingFile(path: path, limit: limit)))
    }

    deinit { state.withLock { $0.file.close() } }

    func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> ServiceContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> OTLPSpan {
        let context = context()
        return OTLPSpan(
            operationName,
            place: SpanIdentity(inside: context.spanPlace),
            context: context,
            kind: kind,
            start: instant().nanosecondsSinceEpoch
        ) { [weak self] in self?.write($0) }
    }

    /// Every span is written when it ends.
    func forceFlush() {}

    /// No trace comes from elsewhere.
    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {}

    /// No trace goes on elsewhere.
    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {}

    private func write(_ span: OTLP.Span) {
        guard let line = OTLP.line(span) else { return }
        let failure: String? = state.withLock { state in
            _ = state.file.makeRoom(for: line.count)
            guard let reason = state.file.append(line), !state.hasComplained else { return nil }
            state.hasComplained = true
            return reason
        }
        guard let failure else { return }
        logger.warning(
            "span not written; check spans-file and the space of its disk",
            metadata: ["path": "\(path)", "error": "\(failure)"]
        )
    }
}
