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

/// A watcher against a controller on loopback.
@Suite(.timeLimit(.minutes(1))) struct EndpointWatcherTests {
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

    /// A running watcher and what it tells.
    struct Watch: Sendable {
        let pool: EndpointPool
        let events: AsyncStream<WatchEvent>

        /// Waits for a notice of `kind`; returns the names in effect.
        func notice(_ kind: EndpointNotice.Kind) async throws -> [String] {
            let event = try await first(of: events) { event in
                if case .notice(let notice, _, _) = event { notice.kind == kind } else { false }
            }
            guard case .notice(_, let endpoints, _) = event else { return [] }
            return endpoints.map(\.name)
        }

        /// Waits until the stream broke; returns the reason.
        func disconnection() async throws -> String {
            let event = try await first(of: events) { event in
                if case .disconnected = event { true } else { false }
            }
            guard case .disconnected(let reason, _) = event else { return "" }
            return reason
        }
    }

    func watching(
        _ fake: FakeController,
        silence: Duration = .seconds(6),
        _ body: @escaping @Sendable (Watch) async throws -> Void
    ) async throws {
        try await withLoopbackServer(fake.router, identity: server) { port in
            try await watching(port: port, silence: silence, body)
        }
    }

    func watching(
        port: Int,
        silence: Duration = .seconds(6),
        _ body: @escaping @Sendable (Watch) async throws -> Void
    ) async throws {
        let pool = EndpointPool()
        let (events, tell) = AsyncStream<WatchEvent>.makeStream()
        var settings = EndpointWatcher.Settings()
        settings.silence = silence
        settings.backoff = Backoff(base: .milliseconds(10), maximum: .milliseconds(50))
        settings.acknowledgementRetry = .milliseconds(10)
        let watcher = EndpointWatcher(
            controller: HostPort(host: "127.0.0.1", port: port),
            identity: identity,
            pool: pool,
            settings: settings,
            onEvent: { tell.yield($0) }
        )
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                defer { tell.finish() }
                try await watcher.run()
                return false
            }
            group.addTask {
                try await body(Watch(pool: pool, events: events))
                return true
            }
            defer { group.cancelAll() }
            while let isDone = try await group.next(), !isDone {}
        }
    }

    @Test func takesTheSetThenChangesAndAcknowledgesEach() async throws {
        let fake = FakeController(authority, endpoints: [vm1])
        try await watching(fake) { watch in
            let names1 = try await watch.notice(.set)
            #expect(names1 == ["vm1"])
            #expect(watch.pool.revision == 1)
            let seen2 = try await first(of: fake.observations)
            #expect(seen2 == .watch(from: nil))
            let seen3 = try await first(of: fake.observations)
            #expect(seen3 == .acknowledged(1))
            try fake.announceScaling("vm2")
            let names4 = try await watch.notice(.scaling)
            #expect(names4 == ["vm1"])
            try fake.change(added: [vm2])
            let names5 = try await watch.notice(.change)
            #expect(names5 == ["vm1", "vm2"])
            #expect(watch.pool.endpoints == [vm1, vm2])
            let seen6 = try await first(of: fake.observations)
            #expect(seen6 == .acknowledged(2))
        }
    }

    @Test func anAcknowledgementThatFailsIsSentAgain() async throws {
        let fake = FakeController(authority, endpoints: [vm1])
        fake.failAcknowledgements(2)
        try await watching(fake) { _ in
            _ = try await first(of: fake.observations) { $0 == .acknowledged(1) }
        }
    }

    @Test func aDroppedStreamIsTakenUpWhereItBroke() async throws {
        let fake = FakeController(authority, endpoints: [vm1])
        try await watching(fake) { watch in
            _ = try await watch.notice(.set)
            _ = try await first(of: fake.observations) { $0 == .watch(from: nil) }
            fake.dropStreams()
            _ = try await watch.disconnection()
            #expect(watch.pool.endpoints == [vm1], "the last known endpoints stay in use")
            _ = try await first(of: fake.observations) { $0 == .watch(from: 1) }
            _ = try await first(of: watch.events) { $0 == .connected }
            _ = try await first(of: fake.observations) { $0 == .acknowledged(1) }
            try fake.change(added: [vm2])
            let names7 = try await watch.notice(.change)
            #expect(names7 == ["vm1", "vm2"])
        }
    }

    @Test func aGapIsHealedByReadingTheWholeSet() async throws {
        let fake = FakeController(authority, endpoints: [vm1])
        try await watching(fake) { watch in
            _ = try await watch.notice(.set)
            _ = try await first(of: fake.observations) { $0 == .watch(from: nil) }
            try fake.change(added: [vm2], revision: 5)
            let reason8 = try await watch.disconnection()
            #expect(reason8.contains("revision 5"))
            #expect(watch.pool.endpoints == [vm1], "a change behind a gap is not put into effect")
            _ = try await first(of: fake.observations) { $0 == .watch(from: nil) }
            let names9 = try await watch.notice(.set)
            #expect(names9 == ["vm1", "vm2"])
            #expect(watch.pool.revision == 5)
        }
    }

    @Test(arguments: [
        "garbage\n", "{}\n", "[1,2]\n", #"{"kind":"set","revision":-1,"at":"2026-01-01T00:00:00Z"}"# + "\n",
    ])
    func aLineThatIsNoNoticeBreaksTheStreamAndNothingElse(line: String) async throws {
        let fake = FakeController(authority, endpoints: [vm1])
        try await watching(fake) { watch in
            _ = try await watch.notice(.set)
            fake.send(ByteBuffer(string: line))
            let reason10 = try await watch.disconnection()
            #expect(reason10.contains("not a notice"))
            let names11 = try await watch.notice(.set)
            #expect(names11 == ["vm1"])
        }
    }

    @Test func anUnknownKindIsLeftAside() async throws {
        let fake = FakeController(authority, endpoints: [vm1])
        try await watching(fake) { watch in
            _ = try await watch.notice(.set)
            fake.send(ByteBuffer(string: #"{"kind":"weather","revision":9,"at":"2026-01-01T00:00:00Z"}"# + "\n"))
            try fake.change(added: [vm2])
            let names12 = try await watch.notice(.change)
            #expect(names12 == ["vm1", "vm2"])
        }
    }

    @Test func aSilentStreamIsBrokenOff() async throws {
        let fake = FakeController(authority, endpoints: [vm1])
        fake.keepSilent(true)
        try await watching(fake, silence: .milliseconds(300)) { watch in
            let reason13 = try await watch.disconnection()
            #expect(reason13.contains("silent"))
            fake.keepSilent(false)
            let names14 = try await watch.notice(.set)
            #expect(names14 == ["vm1"])
        }
    }

    @Test(arguments: [HTTPStatus.unauthorized, .forbidden])
    func aRefusalAtTheFirstConnectionIsFinal(status: HTTPStatus) async throws {
        let fake = FakeController(authority)
        let problem = Problem(.init(code: status.rawValue), code: "refused", detail: "show a client certificate")
        fake.refuse(problem)
        await #expect(throws: problem) {
            try await watching(fake) { watch in
                for await _ in watch.events {}
                // The watcher has ended: its error is what the test is about.
                try await Task.sleep(for: .seconds(3600))
            }
        }
    }

    @Test func aRefusalLaterIsTriedAgain() async throws {
        let fake = FakeController(authority, endpoints: [vm1])
        try await watching(fake) { watch in
            _ = try await watch.notice(.set)
            fake.refuse(Problem(.forbidden, code: "refused", detail: "not now"))
            fake.dropStreams()
            _ = try await watch.disconnection()
            let reason15 = try await watch.disconnection()
            #expect(reason15.contains("not now"))
            fake.refuse(nil)
            _ = try await first(of: watch.events) { $0 == .connected }
        }
    }

    @Test func aControllerThatRestartsIsFoundAgain() async throws {
        let before = FakeController(authority, endpoints: [vm1])
        let after = FakeController(authority, endpoints: [vm2])
        try after.change(revision: 7)
        let relay = try await Relay()
        try await withLoopbackServer(before.router, identity: server) { first in
            try await withLoopbackServer(after.router, identity: server) { second in
                try await watching(port: relay.port) { watch in
                    let reason = try await watch.disconnection()
                    #expect(reason.contains("connect"), "nobody is there yet")
                    try await relay.open(to: first)
                    let names = try await watch.notice(.set)
                    #expect(names == ["vm1"])
                    await relay.cut()
                    _ = try await watch.disconnection()
                    #expect(watch.pool.endpoints == [vm1])
                    try await relay.open(to: second)
                    let newNames = try await watch.notice(.set)
                    #expect(newNames == ["vm2"])
                    #expect(watch.pool.revision == 7)
                }
                await relay.cut()
            }
        }
    }

    @Test func aControllerOfAnotherAuthorityIsNotTrusted() async throws {
        let foreign = try RotatingIdentity(TestAuthority().server())
        let fake = FakeController(authority, endpoints: [vm1])
        try await withLoopbackServer(fake.router, identity: foreign) { port in
            try await watching(port: port) { watch in
                let reason19 = try await watch.disconnection()
                #expect(reason19.contains("TLS"))
                #expect(watch.pool.revision == nil)
            }
        }
    }
}

/// Status codes as test arguments.
enum HTTPStatus: Int, Sendable {
    case unauthorized = 401
    case forbidden = 403
}
