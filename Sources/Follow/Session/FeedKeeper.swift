import Client
import Logging
import ServiceLifecycle
import Shared
import Synchronization

/// Hands what the controller tells to the feed, and keeps the last of it on disk.
struct FeedKeeper: Service {
    let gate: AcknowledgementGate
    let feed: EndpointFeed
    let store: StoredEndpoints?
    let logger: Logger
    private let dirty = Wakeup()

    /// The wait before a set that could not be kept is written again.
    private static let retry = Duration.seconds(5)

    init(gate: AcknowledgementGate, feed: EndpointFeed, store: StoredEndpoints?, logger: Logger) {
        self.gate = gate
        self.feed = feed
        self.store = store
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.save() }
                for await update in self.gate.updates {
                    self.feed.put(update)
                    self.dirty.ring()
                }
                group.cancelAll()
            }
        }
    }

    private func save() async {
        var saved = feed.current?.set
        var filter = RepeatFilter()
        while !Task.isCancelled {
            let wanted = feed.current.flatMap { $0.isStored ? nil : $0.set }
            guard let store, let wanted, wanted != saved else {
                await dirty.sleep(for: .seconds(3600))
                continue
            }
            do {
                try store.save(wanted)
                saved = wanted
                filter.reset()
            } catch {
                let reason = ErrorText.of(error)
                if filter.passes((error as? DurableFile.Failure)?.reason ?? reason) {
                    logger.error("the endpoints cannot be kept on disk", metadata: ["reason": "\(reason)"])
                }
                await dirty.sleep(for: Self.retry)
            }
        }
    }
}
