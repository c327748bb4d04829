import Autoscaling
import Foundation
import Logging
import Monitoring
import Ownership
import Persistence
import ServiceLifecycle
import Shared
import Synchronization
import Wire

/// Keeps a controller's lease in etcd, and takes, keeps and hands over groups: what an ``Ownership`` decides is done here.
package final class OwnershipService: Service {
    /// What the controller's parts are told.
    package enum Notice: Sendable, Equatable {
        /// Act for the group, with this fence.
        case begin(Fence)
        /// Begin nothing new for it, and say ``OwnershipService/quiesced(_:)`` when nothing is under way.
        case finish(group: String)
        /// It is another's: stop at once.
        case stop(group: String, reason: OwnershipAction.Reason)
    }

    let client: EtcdClient
    let keys: StoreKeys
    let name: String
    let run: String
    /// Where agents and clients reach this controller.
    package let addresses: [String]
    let clock: SteadyClock
    let logger: Logger
    /// What happens to groups, for one reader.
    package let notices: AsyncStream<Notice>
    private let notice: AsyncStream<Notice>.Continuation
    private let work: AsyncStream<(action: OwnershipAction, asked: MonotonicInstant)>
    private let give: AsyncStream<(action: OwnershipAction, asked: MonotonicInstant)>.Continuation
    private let ownership: Mutex<Ownership>
    private let seen = Mutex<[String: [String: UInt64]]>([:])
    private let onView: @Sendable () -> Void
    private let bell = Wakeup()
    private let abandoned: Int64?
    let requestLimit: Duration

    /// A service that has not begun.
    ///
    /// - Parameters:
    ///   - store: The store whose client and keys are used.
    ///   - settings: The controller's name, its groups and the lease.
    ///   - addresses: Where agents and clients reach this controller.
    ///   - abandoned: The lease of an earlier run that is certainly over: it is ended once nothing that this run sent to a
    ///     hypervisor can arrive any more, so that nobody waits longer.
    ///   - onView: Called, outside the lock, when the store shows something new of controllers, owners or reach.
    package init(
        store: EtcdStore,
        settings: OwnershipSettings,
        addresses: [String] = [],
        abandoned: Int64? = nil,
        clock: SteadyClock = SteadyClock(),
        logger: Logger,
        onView: @escaping @Sendable () -> Void = {}
    ) {
        client = store.client
        keys = store.keys
        name = settings.controller
        run = UUID().uuidString
        self.addresses = addresses
        self.abandoned = abandoned
        self.clock = clock
        self.logger = logger
        self.onView = onView
        ownership = Mutex(Ownership(settings))
        // A request is given up when its answer could not be used any more.
        requestLimit = max(.seconds(1), min(.seconds(3), settings.lease / 4))
        // Of each group a few are under way at most.
        (notices, notice) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(8 * max(8, settings.groups.count)))
        (work, give) = AsyncStream.makeStream()
    }

    /// The fence of a group that this controller may act for now; `nil` when it may not. Ask right before each effect.
    package func fence(for group: String) -> Fence? {
        ownership.withLock { $0.fence(for: group, at: clock.now) }
    }

    /// Whether a call to a hypervisor may begin now for a group that was owned with this fence; see
    /// ``Ownership/permit(for:at:)``.
    package func permits(_ fence: Fence) -> Bool {
        ownership.withLock { $0.permit(for: fence.group, at: clock.now) } == fence
    }

    /// The least revision of a group's endpoint set that is in effect at the watches of all other live controllers; 0 while
    /// one has not said it, `nil` where there is no other.
    package func reachElsewhere(of group: String) -> UInt64? {
        guard let others = view?.members.keys.filter({ $0 != name }), !others.isEmpty else { return nil }
        return seen.withLock { seen in others.map { seen[group]?[$0] ?? 0 }.min() }
    }

    /// Tells the others which revision is in effect at all watches here, for as long as this controller lives.
    package func tell(reach revision: UInt64, of group: String) async throws {
        guard let lease else { return }
        let row = try StoredRow.encode(revision)
        _ = try await client.transaction(
            then: [.put(keys.reach(group, of: name), row, lease: lease)],
            within: requestLimit
        )
    }

    /// Leaves a group to another controller, if there is one.
    package func yield(_ group: String) { take(.yielded(group: group)) }

    /// Hands everything over and ends; ``notices`` ends after that.
    package func stop() { take(.stop) }

    /// What the controller is to each group.
    package var groups: [String: GroupOwnership] { ownership.withLock { $0.groups } }

    /// Which controllers live and what they own, as far as is known.
    package var view: ClusterView? { ownership.withLock { $0.view } }

    /// Whether another controller of this name lives; then this one owns nothing.
    package var isNameTaken: Bool { ownership.withLock { $0.isNameTaken } }

    /// The lease that is held, to be ended by the next run when this one is killed.
    package var lease: Int64? { ownership.withLock { $0.heldLease } }

    /// Nothing of the group is under way any more.
    package func quiesced(_ group: String) { take(.quiesced(group: group)) }

    /// Keeps the lease until a graceful stop; then hands everything over, and returns.
    package func run() async throws {
        if let abandoned {
            try? await Task.sleep(for: ownership.withLock { $0.settings.reach })
            try? await client.revoke(abandoned, within: requestLimit)
        }
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { await self.observe() }
                group.addTask { await self.look() }
                for await (action, asked) in work {
                    group.addTask { self.take(await self.carryOut(action, asked)) }
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.take(.stop)
        }
        notice.finish()
    }

    /// Lets the ownership look at the time, until it has ended.
    private func look() async {
        while !Task.isCancelled {
            take(.look)
            let (isFinished, next) = ownership.withLock { ($0.isFinished, $0.nextLook(after: clock.now)) }
            if isFinished { break }
            await bell.sleep(for: max(.milliseconds(5), clock.now.duration(to: next)))
        }
        give.finish()
    }

    /// Takes an input, and gives out what is to be done. That happens under the lock, so that nobody hears of the beginning
    /// of an ownership after its end.
    private func take(_ input: OwnershipInput) {
        let actions = ownership.withLock { ownership in
            let now = clock.now
            let actions = ownership.step(input, at: now)
            for action in actions { hand(action, asked: now) }
            return actions
        }
        for action in actions { log(action) }
        if !actions.isEmpty { bell.ring() }
    }

    private func hand(_ action: OwnershipAction, asked: MonotonicInstant) {
        switch action {
        case .begin(let fence): notice.yield(.begin(fence))
        case .finish(let group, _): notice.yield(.finish(group: group))
        case .stop(let group, let reason): notice.yield(.stop(group: group, reason: reason))
        default: give.yield((action, asked))
        }
    }

    private func log(_ action: OwnershipAction) {
        switch action {
        case .begin(let fence): logger.notice("the group is owned", metadata: ["group": "\(fence.group)"])
        case .finish(let group, _): logger.notice("the group is handed over", metadata: ["group": "\(group)"])
        case .stop(let group, let reason):
            logger.warning(
                "the group is owned no more",
                metadata: ["group": "\(group)", "reason": "\(reason.rawValue)"]
            )
        default: break
        }
    }

    private func observed(_ view: LiveView) {
        seen.withLock { $0 = view.reach }
        take(.observed(view.view))
        onView()
    }

    /// Follows the keys of controllers and owners.
    private func observe() async {
        var backoff = Backoff()
        while !Task.isCancelled {
            do {
                let listing = try await client.list(keys.live)
                var view = LiveView(keys: keys, listing: listing)
                observed(view)
                backoff.reset()
                for try await element in client.watch(keys.live, from: listing.revision + 1) {
                    guard case .changes(let changes, let revision) = element else { continue }
                    view.take(changes, revision: revision)
                    observed(view)
                }
            } catch EtcdError.compacted {
            } catch {
                if Task.isCancelled { return }
                logger.warning("etcd cannot be watched", metadata: ["reason": "\(ErrorText.of(error))"])
                try? await Task.sleep(for: backoff.next())
            }
        }
    }
}
