import Client
import Logging
import Shared
import Synchronization
import Wire

/// Logs what the endpoint watch tells; a controller that stays away is told of once a minute.
final class WatchLog: Sendable {
    private let logger: Logger
    private let filter = Mutex(RepeatFilter())

    init(_ logger: Logger) {
        self.logger = logger
    }

    func record(_ event: WatchEvent) {
        switch event {
        case .connected:
            filter.withLock { $0.reset() }
            logger.info("connected to the controller")
        case .disconnected(let reason, let wait):
            guard filter.withLock({ $0.passes(reason) }) else { return }
            logger.warning(
                "the watch broke; the last known endpoints stay in use until it is open again",
                metadata: ["reason": "\(reason)", "retry-in": "\(DurationText.text(wait))"]
            )
        case .notice(let notice, let endpoints, _):
            guard notice.kind == .set || notice.kind == .change else { return }
            logger.info(
                "the controller told of endpoints",
                metadata: [
                    "revision": "\(notice.revision)", "endpoints": "\(endpoints.count)",
                    "added": "\(Self.names(notice.added ?? notice.endpoints ?? []))",
                    "removed": "\(Self.names(notice.removed ?? []))",
                ]
            )
        }
    }

    /// At most ten names: a line of the log is read by people.
    private static func names(_ endpoints: [Endpoint]) -> String {
        let shown = endpoints.prefix(10).map { PrintableText.of($0.name) }.joined(separator: ",")
        return endpoints.count > 10 ? "\(shown),… (\(endpoints.count))" : shown
    }
}
