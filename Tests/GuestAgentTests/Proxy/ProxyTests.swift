import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Proxy
import Shared
import Synchronization
import TestSupport
import Testing
import Wire

@testable import GuestAgent

/// Runs an agent in front of a service.
@discardableResult
func withProxy<Value: Sendable>(
    port: Int,
    change: (inout ProxiedService) -> Void = { _ in },
    _ body: @escaping @Sendable (Agent, AgentCaller) async throws -> Value
) async throws -> Value {
    var service = ProxiedService(settings: ProxySettings(upstream: .tcp(HostPort(host: "127.0.0.1", port: port))))
    service.healthInterval = .milliseconds(100)
    change(&service)
    return try await withServingAgent(change: { $0.service = .proxy(service) }, body)
}

@Suite("A service behind the agent")
struct ProxyTests {
    @Test("gets the request as it was, with who asks and without what concerns one connection", .timeLimit(.minutes(1)))
    func forwards() async throws {
        try await FakeService().serve { port in
            try await withProxy(port: port) { _, caller in
                let answer = try await caller.get(
                    "/echo/a%20b?x=1&y=%2F",
                    headers: [
                        ("x-mine", "1"), ("x-forwarded-for", "6.6.6.6"), ("forwarded", "for=6.6.6.6"),
                        ("proxy-authorization", "secret"), ("x-real-ip", "6.6.6.6"),
                    ]
                )
                #expect(answer.status == 200)
                #expect(answer.body.hasPrefix("GET /echo/a%20b?x=1&y=%2F HTTP/1.1\n"))
                #expect(answer.body.contains("x-mine: 1"))
                #expect(answer.body.contains("x-forwarded-for: 127.0.0.1\n"))
                #expect(answer.body.contains("x-forwarded-proto: https"))
                #expect(answer.body.contains("forwarded: for=127.0.0.1;host=\"127.0.0.1:\(caller.port)\";proto=https"))
                #expect(!answer.body.contains("6.6.6.6") && !answer.body.contains("secret"))
                #expect(answer.headers.first(name: "x-own") == "yes")
                #expect(!answer.headers.contains(name: "keep-alive"))
            }
        }
    }

    @Test("takes paths of its own for itself, and only those", .timeLimit(.minutes(1)))
    func ownPaths() async throws {
        try await FakeService().serve { port in
            try await withProxy(port: port) { _, caller in
                try await eventually("it is well") { try await caller.get("/.cms/healthz").status == 200 }
                #expect(try await caller.get("/.cms/metrics").body.contains("cms_agent_requests_in_flight"))
                #expect(try await caller.get("/.cms/nothing").problem?.code == "not-found")
                #expect(try await caller.get("/.cmsx").body.hasPrefix("GET /.cmsx "))
                #expect(try await caller.get("/healthz").body.hasPrefix("GET /healthz "))
                #expect(try await caller.get("/fib/1").body.hasPrefix("GET /fib/1 "))
            }
        }
    }

    @Test("gets bodies in chunks, and its trailers arrive", .timeLimit(.minutes(1)))
    func bodies() async throws {
        try await FakeService().serve { port in
            try await withProxy(port: port) { _, caller in
                let raw = try await RawConnection.open(port: caller.port, tls: caller.tls)
                try await raw.send(
                    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n"
                        + "X-Sum: 2\r\nSet-Cookie: a=b\r\n\r\n"
                )
                let echo = try await raw.read { $0.contains("X-Sum: 2") }
                #expect(echo.contains("size 11\nhello world\n"))
                #expect(!echo.contains("Set-Cookie"))
                try await raw.send("GET /chunks HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n")
                let chunks = try await raw.read { $0.hasSuffix("x-sum: 3\r\n\r\n") }
                #expect(chunks.contains("one,"))
                // HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
                try await raw.send("GET /chunks HTTP/1.0\r\n\r\n")
                let old = try await raw.read { $0.hasSuffix("one,two,three") }
                #expect(old.hasPrefix("HTTP/1.0 200"))
                try await raw.waitForClose()
            }
        }
    }

    @Test("is asked before a body is sent, where the client waits for that", .timeLimit(.minutes(1)))
    func expectContinue() async throws {
        try await FakeService().serve { port in
            try await withProxy(port: port) { _, caller in
                let raw = try await RawConnection.open(port: caller.port, tls: caller.tls)
                try await raw.send(
                    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
                )
                _ = try await raw.read { $0.hasPrefix("HTTP/1.1 100") && $0.hasSuffix("\r\n\r\n") }
                try await raw.send("hello")
                let echo = try await raw.read { $0.contains("size 5\nhello") }
                #expect(echo.hasPrefix("HTTP/1.1 200"))
                try await raw.close()
            }
        }
    }

    @Test("may answer without a body", .timeLimit(.minutes(1)))
    func bodyless() async throws {
        try await FakeService().serve { port in
            try await withProxy(port: port) { _, caller in
                let raw = try await RawConnection.open(port: caller.port, tls: caller.tls)
                for (line, status) in [
                    ("HEAD /chunks", "200"), ("HEAD /long/7", "200"), ("GET /status/204", "204"),
                    ("GET /status/304", "304"),
                ] {
                    try await raw.send("\(line) HTTP/1.1\r\nHost: a\r\n\r\n")
                    let answer = try await raw.read { $0.hasSuffix("\r\n\r\n") }
                    #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(line)")
                }
                try await raw.send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await raw.read { $0.contains("GET /echo") }
                try await raw.close()
            }
        }
    }

    @Test(
        "a large body passes in both directions",
        .timeLimit(.minutes(2)),
        arguments: [HTTPClient.Configuration.HTTPVersion.automatic, .http1Only]
    )
    func large(_ version: HTTPClient.Configuration.HTTPVersion) async throws {
        let size = 24 << 20
        try await FakeService().serve { port in
            try await withProxy(port: port) { _, caller in
                var configuration = HTTPClient.Configuration()
                configuration.httpVersion = version
                let client = HTTPClient(configuration: configuration)
                var request = HTTPClientRequest(url: "https://127.0.0.1:\(caller.port)/echo")
                request.method = .POST
                request.tlsConfiguration = caller.tls
                request.body = .bytes(ByteBuffer(repeating: 0x61, count: size))
                let up = try await client.execute(request, timeout: .seconds(60))
                #expect(String(buffer: try await up.body.collect(upTo: 1 << 20)).contains("size \(size)\n"))
                request = HTTPClientRequest(url: "https://127.0.0.1:\(caller.port)/long/\(size)")
                request.tlsConfiguration = caller.tls
                let down = try await client.execute(request, timeout: .seconds(60))
                var count = 0
                for try await part in down.body { count += part.readableBytes }
                #expect(count == size)
                try await client.shutdown()
            }
        }
    }

    @Test(
        "a connection that becomes another protocol carries bytes, and does not keep a place",
        .timeLimit(.minutes(1))
    )
    func upgrade() async throws {
        try await FakeService().serve { port in
            try await withProxy(port: port, change: { $0.settings.concurrency = 1 }) { agent, caller in
                let raw = try await RawConnection.open(port: caller.port, tls: caller.tls)
                try await raw.send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly")
                let answer = try await raw.read { $0.hasSuffix("early") }
                #expect(answer.hasPrefix("HTTP/1.1 101"))
                try await raw.send("later")
                _ = try await raw.read { $0 == "later" }
                #expect(agent.status.admission.admitted == 1)
                #expect(try await caller.get("/echo").status == 200)
                try await raw.close()
                try await eventually("the connection is counted as over") { agent.status.admission.admitted == 0 }
            }
        }
    }

    @Test("a WebSocket is told when the endpoint drains", .timeLimit(.minutes(1)))
    func toldOfDeparture() async throws {
        try await FakeService().serve { port in
            try await withProxy(port: port) { agent, caller in
                let raw = try await RawConnection.open(port: caller.port, tls: caller.tls)
                try await raw.send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
                _ = try await raw.read { $0.hasPrefix("HTTP/1.1 101") && $0.hasSuffix("\r\n\r\n") }
                // Half a frame: two of three bytes. The notice waits for the rest.
                try await raw.send("\u{02}\u{03}ab")
                _ = try await raw.read { $0 == "\u{02}\u{03}ab" }
                // Enough of them that each event loop has one: when all are told, every loop has looked.
                var others: [RawConnection] = []
                for _ in 0..<2 * System.coreCount {
                    let other = try await RawConnection.open(port: caller.port, tls: caller.tls)
                    try await other.send(
                        "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
                    )
                    _ = try await other.read { $0.hasPrefix("HTTP/1.1 101") && $0.hasSuffix("\r\n\r\n") }
                    others.append(other)
                }
                agent.status.drain(alternatives: [])
                for other in others {
                    _ = try await other.read { !$0.isEmpty }
                    try await other.close()
                }
                try await eventually("the others are over") { agent.status.admission.admitted == 1 }
                try await raw.send("c")
                let told = try await raw.read { $0.utf8.count >= 2 }
                #expect(told.unicodeScalars.first == "c")
                #expect(told.utf8.count > 1)
                #expect(agent.status.admission.admitted == 1)
                try await raw.close()
                try await eventually("it is over") { agent.status.admission.admitted == 0 }
            }
        }
    }

    @Test("a request that is refused while draining is sent elsewhere", .timeLimit(.minutes(1)))
    func draining() async throws {
        let service = FakeService()
        try await service.serve { port in
            try await withProxy(port: port) { agent, caller in
                agent.status.drain(alternatives: ["https://other:8000"])
                let answer = try await caller.get("/a?b=c")
                #expect(answer.status == 503)
                #expect(answer.problem?.code == "draining")
                #expect(answer.headers.first(name: "location") == "https://other:8000/a?b=c")
                #expect(!service.requests.withLock { $0 }.contains("GET /a?b=c"))
                #expect(agent.statistics.totals.outcomes[.draining] == 1)
            }
        }
    }

    @Test("no more requests than allowed are at the service or wait", .timeLimit(.minutes(1)))
    func bounded() async throws {
        let service = FakeService()
        try await service.serve { port in
            let change: (inout ProxiedService) -> Void = {
                $0.settings.concurrency = 1
                $0.settings.queueLimit = 1
            }
            try await withProxy(port: port, change: change) { agent, caller in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try? await caller.get("/hang", timeout: .seconds(30)) }
                    try await eventually("one is there") { service.requests.withLock { $0.contains("GET /hang") } }
                    group.addTask { _ = try? await caller.get("/wait", timeout: .seconds(30)) }
                    try await eventually("one waits") { agent.status.admission.admitted == 2 }
                    #expect(try await caller.get("/third").problem?.code == "overloaded")
                    #expect(!service.requests.withLock { $0.contains("GET /wait") })
                    group.cancelAll()
                }
                try await eventually("nothing is left") { agent.status.admission.admitted == 0 }
                #expect(try await caller.get("/echo").status == 200)
            }
        }
    }

    @Test("a connection that the service closed meanwhile costs no request", .timeLimit(.minutes(1)))
    func repeats() async throws {
        let service = FakeService()
        service.closesAfter.withLock { $0 = 2 }
        try await service.serve { port in
            try await withProxy(port: port) { agent, caller in
                for _ in 0..<20 {
                    let answer = try await caller.get("/echo")
                    #expect(answer.status == 200)
                }
                #expect(agent.statistics.totals.outcomes[.ok] == 20)
                #expect(agent.statistics.totals.outcomes[.brokenOff] ?? 0 == 0)
            }
        }
    }
}
