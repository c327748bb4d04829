import AsyncHTTPClient
import NIOCore
import ServiceLifecycle
import Shared
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Follows the controller's endpoint watch and keeps a pool up to date, for as long as it runs.
///
/// A broken or silent stream is opened again with growing, jittered waits, for ever; the last known endpoints stay in
/// use meanwhile. Each revision is acknowledged to the controller once it is in effect. Where there are several
/// controllers, of which each tells, the watch goes on at the next one at once, and never back in revision.
public struct EndpointWatcher: Service {
    /// Waiting times of the watch.
    public struct Settings: Sendable {
        /// The group whose endpoints are watched; `nil` for the controller's first one.
        public var group: String?
        /// A stream without a line for this long counts as broken.
        public var silence: Duration = .seconds(WireLimits.silenceSeconds)
        /// The waits between attempts.
        public var backoff = Backoff()
        /// The wait before an acknowledgement is sent again.
        public var acknowledgementRetry: Duration = .seconds(1)

        /// The defaults.
        public init() {}
    }

    let known: KnownControllers
    private let identity: RotatingIdentity
    let pool: EndpointPool
    let settings: Settings
    /// Who says which revision is in effect; without one each is as soon as it is in the pool.
    let gate: AcknowledgementGate?
    let onEvent: @Sendable (WatchEvent) -> Void

    /// A watcher, which does nothing before ``run()``.
    ///
    /// - Parameters:
    ///   - controller: The controller's address.
    ///   - identity: What is shown, and whom it trusts.
    ///   - pool: What is kept up to date.
    ///   - settings: Waiting times.
    ///   - onEvent: Told of each event, in order; returns soon.
    public init(
        controller: HostPort,
        identity: RotatingIdentity,
        pool: EndpointPool,
        settings: Settings = Settings(),
        onEvent: @escaping @Sendable (WatchEvent) -> Void = { _ in }
    ) {
        self.known = KnownControllers(ControllerList(controller))
        self.identity = identity
        self.pool = pool
        self.settings = settings
        self.gate = nil
        self.onEvent = onEvent
    }

    /// A watcher of whichever controller answers; others that a controller tells of are taken into `known`.
    package init(
        known: KnownControllers,
        identity: RotatingIdentity,
        pool: EndpointPool,
        settings: Settings = Settings(),
        onEvent: @escaping @Sendable (WatchEvent) -> Void = { _ in }
    ) {
        self.known = known
        self.identity = identity
        self.pool = pool
        self.settings = settings
        self.gate = nil
        self.onEvent = onEvent
    }

    /// A watcher whose sets go to `gate`; what is put into effect there is acknowledged.
    package init(
        known: KnownControllers,
        identity: RotatingIdentity,
        gate: AcknowledgementGate,
        settings: Settings = Settings(),
        onEvent: @escaping @Sendable (WatchEvent) -> Void = { _ in }
    ) {
        self.known = known
        self.identity = identity
        self.pool = EndpointPool()
        self.settings = settings
        self.gate = gate
        self.onEvent = onEvent
    }

    /// Watches until graceful shutdown or cancellation.
    ///
    /// - Throws: Problem when the controller refuses the identity (401, 403), or has no such group (404), before it ever
    ///   accepted the watch.
    public func run() async throws {
        let clients = ControllerClients(
            readTimeout: TimeAmount(settings.silence),
            deadPeerTimeout: TimeAmount(settings.silence)
        )
        let (revisions, acknowledge) = AsyncStream<OutgoingAcknowledgement>.makeStream(
            bufferingPolicy: .bufferingNewest(1)
        )
        gate?.open(acknowledge)
        let result: Result<Void, any Error>
        do {
            try await cancelWhenGracefulShutdown {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await self.sendAcknowledgements(revisions, clients) }
                    group.addTask { try await self.watch(clients, acknowledge) }
                    defer { group.cancelAll() }
                    try await group.next()
                    group.cancelAll()
                    try await group.waitForAll()
                }
            }
            result = .success(())
        } catch is CancellationError {
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await clients.shutDown(within: .milliseconds(250))
        try result.get()
    }

    private func watch(
        _ clients: ControllerClients,
        _ acknowledge: AsyncStream<OutgoingAcknowledgement>.Continuation
    ) async throws {
        var table = EndpointTable()
        var rotation = ControllerRotation(known.list, backoff: settings.backoff)
        var resume = false
        var wasAccepted = false
        while !Task.isCancelled {
            known.inUse = rotation.current
            let http = clients.client(isHasty: rotation.isHasty(among: known.list))
            let api = DiscoveryAPI(address: rotation.current, identity: identity, http: http)
            var reader = StreamReader(table: table, controller: rotation.current)
            let end: Ending
            do {
                try await read(
                    &reader,
                    from: api.watch(group: settings.group, from: resume ? table.revision : nil),
                    acknowledge
                )
                end = Ending("the controller closed the stream")
            } catch {
                end = ending(with: error, at: rotation.current)
            }
            if Task.isCancelled { break }
            table = reader.table
            if let start = reader.liveSince {
                wasAccepted = true
                rotation.connected(at: start)
            }
            let step = rotation.next(after: end.failure, among: known.list, at: .now)
            // A controller that refuses may mind the revision: when nobody else can be asked, the whole set is read anew.
            resume = end.problem == nil ? end.resumes : !step.isRoundOver
            if let problem = end.problem, [401, 403, 404].contains(problem.statusCode), !wasAccepted, step.isRoundOver {
                throw problem
            }
            onEvent(.disconnected(reason: end.reason, retryIn: step.wait))
            if step.wait > .zero { try? await ContinuousClock().sleep(for: step.wait) }
        }
    }

    /// Acknowledges the newest revision, again until the controller has taken it or a newer one is there.
    private func sendAcknowledgements(
        _ revisions: AsyncStream<OutgoingAcknowledgement>,
        _ clients: ControllerClients
    ) async {
        for await message in revisions {
            let http = clients.client(isHasty: !known.list.isSingle)
            let api = DiscoveryAPI(address: message.controller, identity: identity, http: http)
            var tries = 0
            while !Task.isCancelled, isDue(message, tries: tries) {
                do {
                    try await api.acknowledge(message.message, group: settings.group)
                    break
                } catch let problem as Problem where (400...499).contains(problem.statusCode) {
                    break
                } catch {
                    tries += 1
                    try? await ContinuousClock().sleep(for: settings.acknowledgementRetry)
                }
            }
        }
    }

    /// Whether a message that was refused so often for the moment is worth another attempt.
    private func isDue(_ message: OutgoingAcknowledgement, tries: Int) -> Bool {
        // The watch has moved on: its number means nothing elsewhere, and nobody waits for it here.
        guard message.controller == known.inUse else { return false }
        // Behind a gate nothing else follows when this one is lost.
        guard let gate else { return tries < 5 && pool.revision == message.message.revision }
        return gate.isNewest(message)
    }
}
