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
/// use meanwhile. Each revision is acknowledged to the controller once it is in effect.
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

    private let controller: HostPort
    private let identity: RotatingIdentity
    private let pool: EndpointPool
    private let settings: Settings
    /// Who says which revision is in effect; without one each is as soon as it is in the pool.
    private let gate: AcknowledgementGate?
    private let onEvent: @Sendable (WatchEvent) -> Void

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
        self.controller = controller
        self.identity = identity
        self.pool = pool
        self.settings = settings
        self.gate = nil
        self.onEvent = onEvent
    }

    /// A watcher whose sets go to `gate`; what is put into effect there is acknowledged.
    package init(
        controller: HostPort,
        identity: RotatingIdentity,
        gate: AcknowledgementGate,
        settings: Settings = Settings(),
        onEvent: @escaping @Sendable (WatchEvent) -> Void = { _ in }
    ) {
        self.controller = controller
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
        let http = HTTPClient.cms(
            readTimeout: TimeAmount(settings.silence),
            deadPeerTimeout: TimeAmount(settings.silence)
        )
        let api = DiscoveryAPI(address: controller, identity: identity, http: http)
        let (revisions, acknowledge) = AsyncStream<EndpointAcknowledgement>.makeStream(
            bufferingPolicy: .bufferingNewest(1)
        )
        gate?.open(acknowledge)
        let result: Result<Void, any Error>
        do {
            try await cancelWhenGracefulShutdown {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await self.sendAcknowledgements(revisions, api) }
                    group.addTask { try await self.watch(api, acknowledge) }
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
        await http.shutDown(within: .milliseconds(250))
        try result.get()
    }

    private func watch(_ api: DiscoveryAPI, _ acknowledge: AsyncStream<EndpointAcknowledgement>.Continuation)
        async throws
    {
        var table = EndpointTable()
        var backoff = settings.backoff
        var resume = false
        var wasAccepted = false
        while !Task.isCancelled {
            var reader = StreamReader(table: table)
            let reason: String
            do {
                try await read(
                    &reader,
                    from: api.watch(group: settings.group, from: resume ? table.revision : nil),
                    acknowledge
                )
                reason = "the controller closed the stream"
                resume = true
            } catch let problem as Problem {
                if [401, 403, 404].contains(problem.statusCode), !wasAccepted { throw problem }
                reason = problem.description
                resume = false
            } catch let fault as StreamFault {
                reason = fault.description
                resume = false
            } catch {
                reason = Self.words(for: error, controller: controller)
                resume = true
            }
            if Task.isCancelled { break }
            table = reader.table
            if reader.isLive {
                wasAccepted = true
                backoff.reset()
            }
            let wait = backoff.next()
            onEvent(.disconnected(reason: reason, retryIn: wait))
            try? await ContinuousClock().sleep(for: wait)
        }
    }

    private struct StreamReader {
        var table: EndpointTable
        var isLive = false
        /// The controller's number of this stream.
        var watch: UInt64?
    }

    /// The stream says something that cannot be followed.
    private struct StreamFault: Error, CustomStringConvertible {
        let description: String
    }

    private func read(
        _ reader: inout StreamReader,
        from lines: DiscoveryAPI.Lines,
        _ acknowledge: AsyncStream<EndpointAcknowledgement>.Continuation
    ) async throws {
        for try await line in lines {
            let receivedAt = Date()
            guard let notice = try? WireCoding.decode(EndpointNotice.self, from: line) else {
                throw StreamFault(description: "the controller sent a line that is not a notice")
            }
            reader.watch = notice.watch ?? reader.watch
            let effect = reader.table.apply(notice)
            switch effect {
            case .gap(let known, let told):
                let have = known.map { "revision \($0)" } ?? "no revision"
                throw StreamFault(description: "the controller told of revision \(told), known is \(have)")
            case .malformed(let reason):
                throw StreamFault(description: "the controller sent \(reason)")
            case .updated:
                if let set = reader.table.set {
                    pool.update(set)
                    if let gate {
                        gate.told(set, watch: reader.watch, isWhole: notice.kind == .set)
                    } else {
                        acknowledge.yield(EndpointAcknowledgement(revision: set.revision, watch: reader.watch))
                    }
                }
            case .unchanged, .ignored: break
            }
            if !reader.isLive, case .ignored = effect {
            } else if !reader.isLive {
                reader.isLive = true
                // A controller that was restarted does not know what is in effect here.
                if case .unchanged = effect, let revision = reader.table.revision {
                    if let gate {
                        gate.resumed(watch: reader.watch)
                    } else {
                        acknowledge.yield(EndpointAcknowledgement(revision: revision, watch: reader.watch))
                    }
                }
                onEvent(.connected)
            }
            switch notice.kind {
            case .set, .change, .scaling, .scaled:
                onEvent(.notice(notice, endpoints: reader.table.endpoints, receivedAt: receivedAt))
            case .heartbeat, .unknown: break
            }
        }
    }

    /// Acknowledges the newest revision, again until the controller has taken it or a newer one is there.
    private func sendAcknowledgements(_ revisions: AsyncStream<EndpointAcknowledgement>, _ api: DiscoveryAPI) async {
        for await message in revisions {
            var tries = 0
            while !Task.isCancelled, isDue(message, tries: tries) {
                do {
                    try await api.acknowledge(message, group: settings.group)
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
    private func isDue(_ message: EndpointAcknowledgement, tries: Int) -> Bool {
        // Behind a gate nothing else follows when this one is lost.
        guard let gate else { return tries < 5 && pool.revision == message.revision }
        return gate.isNewest(message)
    }

    private static func words(for error: any Error, controller: HostPort) -> String {
        if let error = error as? HTTPClientError, error == .readTimeout {
            return "the controller at \(controller) has fallen silent"
        }
        return "controller \(controller): \(ErrorText.of(error))"
    }
}
