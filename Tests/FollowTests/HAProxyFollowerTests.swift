import Follow
import Foundation
import NIOCore
import NIOPosix
import Shared
import TestSupport
import Testing
import Wire

/// The follower on a HAProxy in memory, and on a real one with requests.
@Suite("Follower of HAProxy", .timeLimit(.minutes(2)))
struct HAProxyFollowerTests {
    let log = RecordedLog()

    func following(
        _ runtime: any HAProxyRuntime,
        _ feed: Feed,
        authority: String? = nil,
        _ change: (inout HAProxySettings) -> Void = { _ in },
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        var settings = HAProxySettings(backend: "web")
        change(&settings)
        let follower = HAProxyFollower(
            settings: settings,
            runtime: runtime,
            feed: feed.feed,
            authority: { authority },
            pace: HAProxyFollower.Pace(interval: .milliseconds(20), unsettled: .milliseconds(10)),
            logger: log.logger
        )
        try await withBackground { background in
            background.start { try await follower.run() }
            try await body()
        }
    }

    @Test func setsAreFollowed() async throws {
        let (proxy, feed) = (InMemoryHAProxy(), Feed())
        try await following(proxy, feed) {
            feed.tell(Feed.set(3, [1, 2]))
            try await feed.settles(3)
            #expect(proxy.serving == ["cms-vm1", "cms-vm2"])
            feed.tell(Feed.set(4, [2]))
            try await feed.settles(4)
            #expect(proxy.servers.map(\.name) == ["cms-vm2"])
        }
    }

    @Test func aSessionHoldsTheAcknowledgementUp() async throws {
        let (proxy, feed) = (InMemoryHAProxy(), Feed())
        try await following(proxy, feed) {
            feed.tell(Feed.set(3, [1, 2]))
            try await feed.settles(3)
            proxy.busy("cms-vm1", sessions: 1)
            feed.tell(Feed.set(4, [2]))
            try await waitUntil("vm1 is withdrawn") { proxy.serving == ["cms-vm2"] }
            try await waitUntil("it is looked at again") { log.contains("still in use") }
            #expect(feed.feed.settled == 3)
            proxy.busy("cms-vm1", sessions: 0)
            try await feed.settles(4)
        }
    }

    @Test func anIdleConnectionHoldsUpTheRemovalAlone() async throws {
        let (proxy, feed) = (InMemoryHAProxy(), Feed())
        let resting = HAProxyServer(
            name: "cms-vm1",
            address: IPAddress("127.0.0.1"),
            port: 9001,
            isInMaintenance: true,
            weight: 1,
            sessions: 0
        )
        proxy.intrude(resting)
        proxy.busy("cms-vm1", sessions: 0, idleConnections: 1)
        try await following(proxy, feed) {
            feed.tell(Feed.set(4, []))
            try await feed.settles(4)
            #expect(proxy.servers.count == 1)
            proxy.busy("cms-vm1", sessions: 0, idleConnections: 0)
            try await waitUntil("it is removed") { proxy.servers.isEmpty }
            #expect(log.warnings.isEmpty)
        }
    }

    @Test func aRestartIsPutRight() async throws {
        let (proxy, feed) = (InMemoryHAProxy(), Feed())
        let other = HAProxyServer(
            name: "static1",
            address: IPAddress("127.0.0.1"),
            port: 9,
            isInMaintenance: false,
            weight: 1,
            sessions: 0
        )
        try await following(proxy, feed) {
            feed.tell(Feed.set(3, [1, 2]))
            try await feed.settles(3)
            proxy.goAway(true)
            try await waitUntil("it is told") { log.contains("HAProxy cannot be told") }
            proxy.restart([other])
            proxy.goAway(false)
            try await waitUntil("all servers are back") {
                proxy.serving == ["cms-vm1", "cms-vm2", "static1"]
            }
            try await waitUntil("it is told") { log.contains("HAProxy answers again") }
        }
    }

    @Test func aRefusalIsToldOnceAndTriedAgain() async throws {
        let (proxy, feed) = (InMemoryHAProxy(), Feed())
        proxy.refuse(HAProxyError(words: "Permission denied", backend: "web", command: "add server"))
        try await following(proxy, feed) {
            feed.tell(Feed.set(3, [1]))
            try await waitUntil("it is told") { !log.warnings.isEmpty }
            #expect(feed.feed.settled == nil)
            proxy.refuse(nil)
            try await feed.settles(3)
            #expect(log.warnings.count == 1)
        }
    }

    @Test func theAuthorityIsHandedOverBeforeTheFirstServer() async throws {
        let (proxy, feed) = (InMemoryHAProxy(), Feed())
        try await following(proxy, feed, authority: "pem", { $0.authority = .controller(name: "ca") }) {
            feed.tell(Feed.set(3, [1], scheme: "https"))
            try await feed.settles(3)
            proxy.restart()
            try await waitUntil("the server is back") { proxy.serving == ["cms-vm1"] }
            #expect(log.warnings.isEmpty)
        }
    }

    @Test func theSetOfTheLastRunIsServedAndNotAcknowledged() async throws {
        let proxy = InMemoryHAProxy()
        let feed = Feed(stored: Feed.set(3, [1]))
        try await following(proxy, feed) {
            try await waitUntil("vm1 serves") { proxy.serving == ["cms-vm1"] }
            #expect(feed.feed.settled == nil)
            feed.tell(Feed.set(3, [1]))
            try await feed.settles(3)
        }
    }

    @Test("slots of a real HAProxy get addresses, and run out", .enabled(if: RealHAProxy.isInstalled))
    func slots() async throws {
        let feed = Feed()
        let proxy = try await RealHAProxy(
            port: LoopbackPort.free(),
            servers: ["server-template slot 2 127.0.0.1:9 disabled", "server other 127.0.0.1:9"]
        )
        defer { proxy.stop() }
        @Sendable func serving() async throws -> [Int] {
            try await proxy.runtime.servers(of: "web").filter { !$0.isInMaintenance && !$0.isDraining }
                .map(\.port).sorted()
        }
        let change: (inout HAProxySettings) -> Void = {
            $0.mode = .slots
            $0.prefix = "slot"
        }
        try await following(proxy.runtime, feed, change) {
            feed.tell(Feed.set(3, [1, 2]))
            try await feed.settles(3)
            #expect(try await serving() == [9, 9001, 9002])
            feed.tell(Feed.set(4, [1, 2, 3]))
            try await waitUntil("it is told") { log.contains("no slot is free for 'vm3'") }
            #expect(feed.feed.settled == 3)
            feed.tell(Feed.set(5, [2, 3]))
            try await feed.settles(5)
            #expect(try await serving() == [9, 9002, 9003])
        }
    }

    @Test("requests on a real HAProxy: none fails while servers come and go", .enabled(if: RealHAProxy.isInstalled))
    func traffic() async throws {
        let feed = Feed()
        let servers = try await [SlowServer(), SlowServer()]
        let endpoints = servers.enumerated().map { index, server in
            Endpoint(id: "id-\(index)", name: "vm\(index)", url: "http://127.0.0.1:\(server.port)")
        }
        let proxy = try await RealHAProxy(port: LoopbackPort.free())
        defer { proxy.stop() }
        try await following(proxy.runtime, feed) {
            feed.tell(EndpointSet(revision: 1, endpoints: endpoints))
            try await feed.settles(1)
            let slow = Task { try await SlowServer.get(port: proxy.port, path: "/slow") }
            try await waitUntil("the slow request is under way") { servers.contains { $0.waiting > 0 } }
            let busy = try #require(servers.firstIndex { $0.waiting > 0 })
            feed.tell(EndpointSet(revision: 2, endpoints: [endpoints[1 - busy]]))
            try await waitUntil("it is withdrawn") {
                try await proxy.runtime.servers(of: "web").first { $0.name == "cms-vm\(busy)" }
                    .map { $0.isDraining || $0.isInMaintenance } ?? false
            }
            for _ in 0..<20 {
                let answer = try await SlowServer.get(port: proxy.port, path: "/")
                #expect(answer.contains("port \(servers[1 - busy].port)"))
            }
            #expect(feed.feed.settled == 1, "a request is still under way")
            servers[busy].release()
            #expect(try await slow.value.contains("port \(servers[busy].port)"))
            try await feed.settles(2)
            try await waitUntil("it is removed") {
                try await proxy.runtime.servers(of: "web").map(\.name) == ["cms-vm\(1 - busy)"]
            }
        }
    }
}

@Suite("TLS from HAProxy to the instances", .timeLimit(.minutes(1)), .enabled(if: RealHAProxy.isInstalled))
struct HAProxyTLSTests {
    /// What HAProxy answers when the instance `name` shows a certificate for localhost.
    func answer(
        name: String,
        of authority: TestAuthority,
        trusting trusted: TestAuthority,
        checks: Bool = false
    ) async throws -> String {
        let server = try await SlowServer(identity: authority.server())
        let proxy = try await RealHAProxy(port: LoopbackPort.free())
        defer { proxy.stop() }
        let feed = Feed()
        var settings = HAProxySettings(backend: "web")
        settings.authority = .controller(name: "cms-ca-test")
        settings.checks = checks
        settings.options = checks ? "inter 50ms" : ""
        let pem = try trusted.server().authority.pem()
        let follower = HAProxyFollower(
            settings: settings,
            runtime: proxy.runtime,
            feed: feed.feed,
            authority: { pem },
            logger: RecordedLog().logger
        )
        return try await withBackground { background in
            background.start { try await follower.run() }
            let endpoint = Endpoint(id: "1", name: name, url: "https://127.0.0.1:\(server.port)")
            feed.tell(EndpointSet(revision: 1, endpoints: [endpoint]))
            try await feed.settles(1)
            if checks { try await waitUntil("it was checked") { server.served >= 5 } }
            return try await SlowServer.get(port: proxy.port, path: "/")
        }
    }

    @Test func theInstanceOfTheControllersAuthorityIsReached() async throws {
        let authority = try TestAuthority()
        #expect(try await answer(name: "localhost", of: authority, trusting: authority).hasPrefix("HTTP/1.1 200"))
    }

    @Test func checksAreMadeOverTLS() async throws {
        let authority = try TestAuthority()
        let answer = try await answer(name: "localhost", of: authority, trusting: authority, checks: true)
        #expect(answer.hasPrefix("HTTP/1.1 200"))
    }

    @Test func anotherAuthorityIsNotTrusted() async throws {
        let answer = try await answer(name: "localhost", of: TestAuthority(), trusting: TestAuthority())
        #expect(answer.hasPrefix("HTTP/1.1 503"))
    }

    @Test func anotherInstancesCertificateIsNotTaken() async throws {
        let authority = try TestAuthority()
        #expect(try await answer(name: "vm7", of: authority, trusting: authority).hasPrefix("HTTP/1.1 503"))
    }
}

extension RecordedLog {
    /// Whether a message with these words was logged.
    func contains(_ words: String) -> Bool { messages.contains { $0.contains(words) } }
}
