import NIOCore
import NIOPosix
import ServiceLifecycle
import Shared

/// Tells systemd that the program follows, is alive, and stops.
///
/// It is ready without a controller, too: that one may be away for longer than systemd waits.
struct ReadinessService: Service {
    let notifier: SystemdNotifier
    let feed: EndpointFeed

    /// How often the status is looked at when nobody asks for a sign of life.
    private static let interval = Duration.seconds(10)

    func run() async throws {
        notifier.send(.ready, .status(status))
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() {
                    try? await loop.submit {}.get()
                }
                notifier.send(.watchdog, .status(status))
                try? await Task.sleep(for: min(Self.interval, (notifier.watchdogTimeout ?? Self.interval) / 2))
            }
        }
        notifier.send(.stopping, .status("stopping"))
    }

    private var status: String {
        guard let snapshot = feed.current else { return "waiting for the controller's first endpoints" }
        let count = "\(snapshot.set.endpoints.count) endpoints"
        if snapshot.isStored { return "\(count) of the last run; waiting for the controller" }
        let settled = feed.settled.map { "\($0)" } ?? "none"
        return "\(count), revision \(snapshot.set.revision), acknowledged \(settled)"
    }
}
