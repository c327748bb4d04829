import Foundation
import Proxy
import Synchronization
import TestSupport
import Testing

@testable import GuestAgent

@Suite("Requests that come before the one ahead of them is answered")
struct ProxyPipeliningTests {
    @Test("are answered in their order, one at a time", .timeLimit(.minutes(1)))
    func order() async throws {
        try await FakeService().serve { port in
            try await withProxy(port: port) { agent, caller in
                let raw = try await RawConnection.open(port: caller.port, tls: caller.tls)
                try await raw.send(
                    "POST /echo/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nfirst"
                        + "GET /.cms/metrics HTTP/1.1\r\nHost: a\r\n\r\n"
                        + "POST /echo/3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nthird\r\n0\r\n\r\n"
                        + "GET /echo/4 HTTP/1.1\r\nHost: a\r\n\r\nGET /echo/5 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                        + "GET /echo/6 HTTP/1.1\r\nHost: a\r\n\r\n"
                )
                let all = try await raw.read { $0.contains("GET /echo/5") }
                let marks = ["POST /echo/1", "first", "cms_agent_requests", "POST /echo/3", "third", "GET /echo/4"]
                let places = marks.map { all.range(of: $0)?.lowerBound }
                #expect(!places.contains(nil))
                #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
                try await raw.waitForClose()
                // The last one had been told that nothing after it is read.
                #expect(agent.statistics.totals.outcomes[.ok] == 4)
            }
        }
    }

    @Test("are answered also when what follows is not HTTP", .timeLimit(.minutes(1)))
    func garbage() async throws {
        try await FakeService().serve { port in
            try await withProxy(port: port) { agent, caller in
                let raw = try await RawConnection.open(port: caller.port, tls: caller.tls)
                try await raw.send("GET /echo/1 HTTP/1.1\r\nHost: a\r\n\r\nGET /echo/2 HTTP/1.1\r\n folded: x\r\n\r\n")
                let all = try await raw.read { $0.contains("bad-request") }
                #expect(all.hasPrefix("HTTP/1.1 200"))
                #expect(all.contains("GET /echo/1") && !all.contains("GET /echo/2"))
                try await raw.waitForClose()
                #expect(agent.statistics.totals.outcomes[.badRequest] == 1)
                #expect(agent.status.admission.admitted == 0)
            }
        }
    }

    @Test("are bounded: a client that sends on and on is left", .timeLimit(.minutes(1)))
    func bounded() async throws {
        let service = FakeService()
        try await service.serve { port in
            try await withProxy(port: port) { agent, caller in
                let raw = try await RawConnection.open(port: caller.port, tls: caller.tls)
                try await raw.send("GET /hang HTTP/1.1\r\nHost: a\r\n\r\n")
                try await eventually("it is at the service") { agent.status.admission.admitted == 1 }
                // The proxy may close before all is out.
                try? await raw.send(String(repeating: "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", count: 4096))
                try await raw.waitForClose()
                try await eventually("its request is given up") { agent.status.admission.admitted == 0 }
                #expect(!service.requests.withLock { $0.contains("GET /echo") })
            }
        }
    }
}
