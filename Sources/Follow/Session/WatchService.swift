import Client
import Logging
import ServiceLifecycle
import Shared
import Wire

/// The endpoint watch, which goes on when the controller refuses it as long as there is a set to serve meanwhile.
struct WatchService: Service {
    let watcher: EndpointWatcher
    let feed: EndpointFeed
    let logger: Logger

    func run() async throws {
        var backoff = Backoff(base: .seconds(5), maximum: .seconds(60))
        while true {
            do {
                return try await watcher.run()
            } catch let problem as Problem where feed.current != nil {
                let wait = backoff.next()
                logger.error(
                    "the controller refuses the watch; the last known endpoints stay in use",
                    metadata: ["reason": "\(problem.detail)", "retry-in": "\(DurationText.text(wait))"]
                )
                let isOver = await cancelWhenGracefulShutdown {
                    try? await Task.sleep(for: wait)
                    return Task.isCancelled
                }
                if isOver { return }
            }
        }
    }
}
