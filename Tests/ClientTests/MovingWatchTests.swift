import Client
import HTTPTypes
import NIOCore
import Shared
import Synchronization
import TestSupport
import Testing
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A watch that moves between controllers on loopback.
@Suite(.timeLimit(.minutes(1))) struct MovingWatchTests {
    let authority: TestAuthority
    let server: RotatingIdentity
    let identity: RotatingIdentity
    let vm1 = Endpoint(id: "1", name: "vm1", url: "https://192.0.2.1:8000")
    let vm2 = Endpoint(id: "2", name: "vm2", url: "https://192.0.2.2:8000")

    init() throws {
        authority = try TestAuthority()
        server = try RotatingIdentity(authority.server())
        identity = try RotatingIdentity(authority.client())
    }

    /// A running watcher, and what it tells.
    struct Watch: Sendable {
        let pool: EndpointPool
        let known: KnownControllers
        let events: AsyncStream<WatchEvent>
    }

    /// The next controller was asked only after a wait.
    struct NotAtOnce: Error {}

    /// The pools' revisions and sizes, as they were when each event came.
    final class Past: Sendable {
        let seen = Mutex<[(revision: UInt64?, count: Int)]>([])
    }

    /// Runs a watcher that begins with these controllers.
    func watching(
        _ controllers: [HostPort],
        past: Past = Past(),
        _ body: @escaping @Sendable (Watch) async throws -> Void
    ) async throws {
        let pool = EndpointPool()
        let known = KnownControllers(try #require(ControllerList(controllers)))
        let (events, tell) = AsyncStream<WatchEvent>.makeStream()
        var settings = EndpointWatcher.Settings()
        settings.backoff = Backoff(base: .milliseconds(10), maximum: .milliseconds(50))
        let watcher = EndpointWatcher(known: known, identity: identity, pool: pool, settings: settings) { event in
            past.seen.withLock { $0.append((pool.revision, pool.endpoints.count)) }
            tell.yield(event)
        }
        try await withBackground { background in
            background.start { try await watcher.run() }
            try await body(Watch(pool: pool, known: known, events: events))
        }
    }

    func withTwo(
        _ first: FakeController,
        _ second: FakeController,
        _ body: (_ relay: Relay, _ a: HostPort, _ b: HostPort) async throws -> Void
    ) async throws {
        let relay = try await Relay()
        try await withLoopbackServer(first.router, identity: server) { port in
            try await relay.open(to: port)
            try await withLoopbackServer(second.router, identity: server) { other in
                try await body(
                    relay,
                    HostPort(host: "127.0.0.1", port: relay.port),
                    HostPort(host: "127.0.0.1", port: other)
                )
            }
        }
        await relay.cut()
    }

    @Test func goesOnAtTheNextOneWhereItWasAndAcknowledgesThere() async throws {
        let first = FakeController(authority, endpoints: [vm1])
        let second = FakeController(authority, endpoints: [vm1])
        let past = Past()
        try await withTwo(first, second) { relay, a, b in
            // The other one is told of in the first line; the client was given one alone.
            first.tell([a, b])
            try await watching([a], past: past) { watch in
                _ = try await value(watch.events) { $0 == .connected }
                #expect(watch.known.list.all == [a, b])
                await relay.cut()
                let end = try await value(watch.events) { if case .disconnected = $0 { true } else { false } }
                guard case .disconnected(_, .zero) = end else { throw NotAtOnce() }
                _ = try await value(watch.events) { $0 == .connected }
                #expect(watch.known.inUse == b)
                #expect(try await question(second) == .watch(from: 1), "it is not read anew")
                #expect(try await question(second) == .acknowledged(1))
                try second.change(added: [vm2])
                _ = try await value(watch.events) { event in
                    if case .notice(let notice, _, _) = event { notice.kind == .change } else { false }
                }
                #expect(watch.pool.endpoints == [vm1, vm2])
            }
        }
        #expect(past.seen.withLock { $0.allSatisfy { $0.count > 0 } }, "the pool was never emptied")
    }

    @Test func neverGoesBackInRevision() async throws {
        let first = FakeController(authority, endpoints: [vm1, vm2])
        try first.change(revision: 7)
        // It lags behind: its set is the one of long ago.
        let second = FakeController(authority, endpoints: [])
        let past = Past()
        try await withTwo(first, second) { relay, a, b in
            let third = FakeController(authority, endpoints: [vm1, vm2])
            try third.change(revision: 8)
            third.refuse(.noController([], detail: "not yet"))
            try await withLoopbackServer(third.router, identity: server) { port in
                let c = HostPort(host: "127.0.0.1", port: port)
                first.tell([a, b, c])
                try await watching([a], past: past) { watch in
                    _ = try await value(watch.events) { $0 == .connected }
                    await relay.cut()
                    _ = try await value(watch.events) { event in
                        if case .disconnected(let reason, _) = event { reason.contains("older") } else { false }
                    }
                    #expect(watch.pool.revision == 7 && watch.pool.endpoints == [vm1, vm2])
                    third.refuse(nil)
                    _ = try await value(watch.events) { $0 == .connected }
                    #expect(watch.pool.revision == 8 && watch.known.inUse == c)
                }
            }
        }
        let revisions = past.seen.withLock { $0.compactMap(\.revision) }
        #expect(revisions == revisions.sorted())
        #expect(past.seen.withLock { $0.allSatisfy { $0.count > 0 } })
    }

    @Test func aSingleControllerWithANewStoreIsFollowed() async throws {
        let first = FakeController(authority, endpoints: [vm1])
        try first.change(revision: 7)
        let second = FakeController(authority, endpoints: [vm2])
        let relay = try await Relay()
        try await withLoopbackServer(first.router, identity: server) { before in
            try await withLoopbackServer(second.router, identity: server) { after in
                try await relay.open(to: before)
                let pool = EndpointPool()
                var settings = EndpointWatcher.Settings()
                settings.backoff = Backoff(base: .milliseconds(10), maximum: .milliseconds(50))
                let watcher = EndpointWatcher(
                    controller: HostPort(host: "127.0.0.1", port: relay.port),
                    identity: identity,
                    pool: pool,
                    settings: settings
                )
                try await withBackground { background in
                    background.start { try await watcher.run() }
                    try await wait { pool.revision == 7 }
                    await relay.cut()
                    try await relay.open(to: after)
                    try await wait { pool.revision == 1 }
                    #expect(pool.endpoints == [vm2])
                }
            }
        }
        await relay.cut()
    }

    @Test func aRefusalIsFinalOnlyWhenAllRefuse() async throws {
        let first = FakeController(authority)
        let problem = Problem(.notFound, code: "no-such-group", detail: "there are others")
        first.refuse(problem)
        let second = FakeController(authority, endpoints: [vm1])
        try await withTwo(first, second) { _, a, b in
            try await watching([a, b]) { watch in
                _ = try await value(watch.events) { $0 == .connected }
                #expect(watch.pool.endpoints == [vm1])
            }
            second.refuse(problem)
            await #expect(throws: problem) {
                let watcher = EndpointWatcher(
                    known: KnownControllers(try #require(ControllerList([a, b]))),
                    identity: identity,
                    pool: EndpointPool()
                )
                try await watcher.run()
            }
        }
    }

    @Test func theCertificateIsRenewedAtWhicheverAnswers() async throws {
        let fake = FakeController(authority)
        let old = try RotatingIdentity(authority.client(lifetime: .seconds(100), now: Date().addingTimeInterval(-80)))
        try await withLoopbackServer(fake.router, identity: server) { port in
            let controllers = [9, port].map { HostPort(host: "127.0.0.1", port: $0) }
            let (events, tell) = AsyncStream<IdentityRenewer.Event>.makeStream()
            let renewer = IdentityRenewer(
                known: KnownControllers(try #require(ControllerList(controllers))),
                identity: old,
                store: nil,
                backoff: Backoff(base: .milliseconds(10), maximum: .milliseconds(50)),
                onEvent: { tell.yield($0) }
            )
            try await withBackground { background in
                background.start { try await renewer.run() }
                _ = try await value(events) { if case .renewed = $0 { true } else { false } }
            }
        }
    }

    private func question(_ fake: FakeController) async throws -> FakeController.Observation {
        try await value(fake.observations) { _ in true }
    }

    private func value<Value: Sendable>(
        _ stream: AsyncStream<Value>,
        where isWanted: (Value) -> Bool
    ) async throws -> Value {
        try await first(of: stream, where: isWanted)
    }
}
