import Logging
import Synchronization

/// Keeps what is logged, for tests of what is said and of what is not.
public final class RecordedLog: Sendable {
    private let state = Mutex<[(level: Logger.Level, message: String)]>([])

    /// An empty log.
    public init() {}

    /// The levels of all that was logged.
    public var levels: [Logger.Level] { state.withLock { $0.map(\.level) } }

    /// The messages that warn or worse.
    public var warnings: [String] { state.withLock { $0.filter { $0.level >= .warning }.map(\.message) } }

    /// All messages.
    public var messages: [String] { state.withLock { $0.map(\.message) } }

    /// A logger that writes into it.
    public var logger: Logger { Logger(label: "test", factory: { _ in Handler(log: self) }) }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.state.withLock { $0.append((event.level, "\(event.message)")) }
        }
    }
}
