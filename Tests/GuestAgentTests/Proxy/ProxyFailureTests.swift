import NIOCore
import Proxy
import Shared
import Synchronization
import TestSupport
import Testing
import Wire

@testable import GuestAgent

@Suite("A service that fails")
struct ProxyFailureTests {
    @Test("is not there: 502 says so, and so does the health", .timeLimit(.minutes(1)))
    func absent() async throws {
        let port = try await LoopbackPort.free()
        try await withProxy(port: port) { agent, caller in
            let answer = try await caller.get("/a")
            #expect(answer.status == 502)
            #expect(answer.problem?.code == "upstream-unreachable")
            #expect(agent.statistics.totals.outcomes[.unreachable] == 1)
            try await eventually("it is told") {
                try await caller.get("/.cms/healthz").problem?.code == "service-unwell"
            }
        }
    }

    @Test(
        "answers garbage, nothing or half a head: 502",
        .timeLimit(.minutes(1)),
        arguments: [
            RawServer.Behaviour.says("nonsense\r\n\r\n"), .says("HTTP/1.1 200 OK\r\nConte"), .closes, .resets,
            .says("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
            .says("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ]
    )
    func garbage(_ behaviour: RawServer.Behaviour) async throws {
        try await RawServer.run(behaviour) { port in
            try await withProxy(port: port) { agent, caller in
                let answer = try await caller.get("/a")
                #expect(answer.status == 502)
                #expect(answer.problem?.code == "upstream-broken")
                #expect(agent.statistics.totals.outcomes[.brokenOff] == 1)
                #expect(agent.status.admission.admitted == 0)
            }
        }
    }

    @Test("breaks off in the middle of a body: the client sees that it is not whole", .timeLimit(.minutes(1)))
    func breaksOff() async throws {
        try await FakeService().serve { port in
            try await withProxy(port: port) { agent, caller in
                await #expect(throws: (any Error).self) { try await caller.get("/break") }
                try await eventually("it is counted") { agent.statistics.totals.outcomes[.brokenOff] == 1 }
            }
        }
    }

    @Test("does not answer in time: 504, by its own limit or by what the client says", .timeLimit(.minutes(1)))
    func silent() async throws {
        try await FakeService().serve { port in
            try await withProxy(port: port, change: { $0.settings.responseTimeout = .milliseconds(300) }) {
                agent,
                caller in
                let answer = try await caller.get("/hang")
                #expect(answer.problem?.code == "upstream-timeout")
            }
            try await withProxy(port: port) { agent, caller in
                let answer = try await caller.get("/hang", headers: [("CMS-Deadline-Milliseconds", "200")])
                #expect(answer.status == 504)
                #expect(agent.status.admission.admitted == 0)
            }
        }
    }

    /// Requests that two readers may read differently.
    static let smuggling: [(name: String, request: String, status: String)] = [
        ("two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", "400"),
        (
            "the same length twice",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "400"
        ),
        ("a list of lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello", "400"),
        ("a length with a sign", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello", "400"),
        (
            "length and chunks",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "400"
        ),
        (
            "chunks and length",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            "400"
        ),
        ("another coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501"),
        ("an unknown coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "501"),
        ("chunked twice", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "400"),
        ("chunks in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"),
        ("a folded field", "GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n 2\r\n\r\n", "400"),
        ("a folded length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n 5\r\n\r\nhello", "400"),
        ("a blank before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "400"),
        ("a bare line feed", "GET / HTTP/1.1\nHost: a\n\n", "400"),
        ("no host", "GET / HTTP/1.1\r\nX: 1\r\n\r\n", "400"),
        ("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"),
        ("a host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400"),
        (
            "a bad chunk", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
            "400"
        ),
        (
            "a chunk size with a sign", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
            "400"
        ),
        ("no method", " / HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "405"),
        ("an endless head", "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 70_000))\r\n\r\n", "431"),
    ]

    @Test("requests that can be read in two ways are refused, and their connection ends", .timeLimit(.minutes(1)))
    func smuggled() async throws {
        let service = FakeService()
        try await service.serve { port in
            try await withProxy(port: port) { agent, caller in
                for (name, request, status) in Self.smuggling {
                    let raw = try await RawConnection.open(port: caller.port, tls: caller.tls)
                    // What a smuggler hides stands behind it, and must be read by nobody.
                    try await raw.send(request + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
                    let answer = try await raw.read { $0.contains("\r\n\r\n") }
                    #expect(
                        answer.hasPrefix("HTTP/1.1 \(status)") || answer.hasPrefix("HTTP/1.0 \(status)"),
                        "\(name): \(answer)"
                    )
                    try await raw.waitForClose()
                }
                #expect(!service.requests.withLock { $0 }.contains { $0.contains("smuggled") })
                #expect(agent.status.admission.admitted == 0)
            }
        }
    }
}
