import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Shared
import TestSupport
import Testing
import Wire

@testable import GuestAgent

@Suite("The HTTPS endpoint", .serialized, .timeLimit(.minutes(2)))
struct AgentServiceTests {
    /// Work that would take centuries; allowed by raising the limit.
    private let endless = "/fib/90"

    @Test("both routes answer number, result and name")
    func answers() async throws {
        try await withServingAgent { agent, caller in
            agent.status.server = "vm7"
            for (path, n, value) in [("/fib/20", 20, UInt64(6765)), ("/0", 0, 0), ("/1", 1, 1), ("/fib/25", 25, 75025)]
            {
                let answer = try await caller.get(path)
                #expect(answer.status == 200)
                #expect(answer.headers["content-type"] == ["application/json"])
                #expect(answer.number == FibonacciAnswer(input: n, result: value, server: "vm7"))
            }
            #expect(try await caller.get("/20").body == #"{"input":20,"result":6765,"server":"vm7"}"#)
        }
    }

    @Test("a bad n gets a problem that says the range")
    func badNumbers() async throws {
        try await withServingAgent(change: { $0.maximumN = 30 }) { agent, caller in
            let paths = [
                "/fib/31", "/fib/-1", "/abc", "/fib/1.5", "/fib/+5", "/fib/99999999999999999999999", "/%31",
                "/fib/0x10",
                "/" + String(repeating: "9", count: 5000),
            ]
            for path in paths {
                let answer = try await caller.get(path)
                #expect(answer.status == 400, "\(path)")
                #expect(answer.headers["content-type"] == ["application/problem+json"])
                let problem = try #require(answer.problem)
                #expect(problem.code == "n-out-of-range")
                #expect(problem.detail.contains("from 0 to 30"))
                #expect(answer.body.utf8.count < 500)
            }
            #expect(try await caller.get("/fib/30").status == 200)
            #expect(agent.statistics.totals.outcomes[.badRequest] == UInt64(paths.count))
        }
    }

    @Test("unknown paths are 404, other methods 405")
    func unknown() async throws {
        try await withServingAgent { _, caller in
            for path in ["/", "/fib", "/fib/", "/fib/1/2", "/a/b", "/healthz/x"] {
                #expect(try await caller.get(path).problem?.statusCode == 404, "\(path)")
            }
            let answer = try await caller.get("/fib/1", method: .DELETE)
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == ["GET"])
        }
    }

    @Test("a full queue answers 503 with Retry-After while probes are answered promptly")
    func overload() async throws {
        let change: (inout AgentConfiguration) -> Void = {
            $0.maximumN = 93
            $0.queueLimit = 1
            $0.workers = SystemInformation.onlineCPUs
        }
        try await withServingAgent(change: change) { agent, caller in
            let workers = try agent.builtInPool.snapshot.workers
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0...workers { group.addTask { _ = try? await caller.get(endless, timeout: .seconds(60)) } }
                try await eventually("all workers compute and one request waits") {
                    try agent.builtInPool.snapshot == .init(workers: workers, inFlight: workers, queued: 1)
                }
                let answer = try await caller.get("/fib/1")
                #expect(answer.status == 503)
                #expect(answer.headers["retry-after"] == ["1"])
                #expect(answer.problem?.code == "overloaded")
                var waits: [Duration] = []
                for _ in 0..<20 {
                    let start = ContinuousClock.now
                    let health = try await caller.get("/healthz")
                    waits.append(ContinuousClock.now - start)
                    #expect(health.status == 200)
                }
                // Every vCPU computes without end meanwhile.
                #expect(waits.sorted()[10] < .milliseconds(250))
                group.cancelAll()
            }
        }
    }

    @Test("the deadline is the agent's own, or the caller's when that is shorter")
    func deadline() async throws {
        let change: (inout AgentConfiguration) -> Void = {
            $0.maximumN = 93
            $0.requestDeadline = .seconds(2)
        }
        try await withServingAgent(change: change) { agent, caller in
            for (milliseconds, range) in [("40", 0.04...1.9), ("99999999999", 2.0...20)] {
                let start = ContinuousClock.now
                let answer = try await caller.get(endless, headers: [("CMS-Deadline-Milliseconds", milliseconds)])
                #expect(answer.status == 504)
                #expect(answer.problem?.code == "deadline-exceeded")
                #expect(range.contains((ContinuousClock.now - start).seconds))
            }
            for bad in ["", "0", "-5", "soon", "1.5", "99999999999999999999999"] {
                let answer = try await caller.get("/1", headers: [("CMS-Deadline-Milliseconds", bad)])
                #expect(answer.problem?.code == "bad-deadline", "\(bad)")
            }
            #expect(agent.statistics.totals.outcomes[.deadline] == 2)
        }
    }

    @Test("a computation stops when its caller has gone, and a waiting one gives up its place")
    func callerGone() async throws {
        let change: (inout AgentConfiguration) -> Void = {
            $0.maximumN = 93
            $0.workers = 1
            $0.queueLimit = 4
            $0.requestDeadline = .seconds(600)
        }
        try await withServingAgent(change: change) { agent, caller in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 { group.addTask { _ = try? await caller.get(endless, timeout: .seconds(600)) } }
                try await eventually("one computes, two wait") {
                    try agent.builtInPool.snapshot == .init(workers: 1, inFlight: 1, queued: 2)
                }
                group.cancelAll()
            }
            try await eventually("nothing computes or waits") {
                try agent.builtInPool.snapshot == .init(workers: 1, inFlight: 0, queued: 0)
            }
            try await eventually("they are counted") { agent.statistics.totals.outcomes[.abandoned] == 3 }
            #expect(try await caller.get("/fib/10").number?.result == 55)
        }
    }

    @Test("many requests go over one connection")
    func keepAlive() async throws {
        try await withServingAgent { _, caller in
            let connection = try await RawConnection.open(port: caller.port, tls: caller.tls)
            for n in 1...5 {
                try await connection.send("GET /fib/\(n) HTTP/1.1\r\nHost: x\r\n\r\n")
                let text = try await connection.read { $0.hasSuffix("}") }
                #expect(text.hasPrefix("HTTP/1.1 200 OK"))
                #expect(text.contains("\"input\":\(n),"))
            }
            try await connection.close()
        }
    }

    @Test("a peer that sends a body without end, or too large a header, loses its connection")
    func oversized() async throws {
        try await withServingAgent { agent, caller in
            let body = try await RawConnection.open(port: caller.port, tls: caller.tls)
            try await body.send("POST /fib/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
            try? await body.send(String(repeating: "x", count: 100_000))
            try await body.waitForClose()
            let header = try await RawConnection.open(port: caller.port, tls: caller.tls)
            try? await header.send("GET /1 HTTP/1.1\r\nX: " + String(repeating: "y", count: 100_000))
            try await header.waitForClose()
            let garbage = try await RawConnection.open(port: caller.port, tls: caller.tls)
            try? await garbage.send("\u{0}\u{1}\u{2}garbage\r\n\r\n")
            try await garbage.waitForClose()
            #expect(try await caller.get("/fib/10").status == 200)
        }
    }

    @Test("TLS 1.2 and clients that trust another authority get no connection")
    func foreignPeers() async throws {
        try await withServingAgent { _, caller in
            var old = caller.tls
            old.minimumTLSVersion = .tlsv12
            old.maximumTLSVersion = .tlsv12
            let foreign = try TLSConfiguration.cmsClient(
                identity: nil,
                authority: TestAuthority().authority.certificate
            )
            for tls in [old, foreign] {
                await #expect(throws: (any Error).self) {
                    try await AgentCaller(port: caller.port, client: caller.client, tls: tls).get("/1")
                }
            }
            #expect(try await caller.get("/1").status == 200)
        }
    }

    @Test("draining refuses new work and finishes what there is")
    func draining() async throws {
        try await withServingAgent(change: { $0.maximumN = 93 }) { agent, caller in
            async let running = caller.get(endless, headers: [("CMS-Deadline-Milliseconds", "700")])
            try await eventually("it computes") { try agent.builtInPool.snapshot.inFlight == 1 }
            agent.status.drain(alternatives: ["https://192.0.2.1:8000"])
            let refused = try await caller.get("/fib/1")
            #expect(refused.status == 503)
            #expect(refused.problem?.code == "draining")
            #expect(refused.headers["retry-after"] == ["0"])
            #expect(refused.headers["location"] == ["https://192.0.2.1:8000/fib/1"], "it says where else to go")
            let health = try WireCoding.decode(
                AgentHealth.self,
                from: ByteBuffer(string: try await caller.get("/healthz").body)
            )
            #expect(health.status == "draining")
            // It came to its own end and was not cut off.
            #expect(try await running.status == 504)
            agent.status.resume()
            #expect(try await caller.get("/fib/1").status == 200)
        }
    }

    @Test("the metrics tell what happened")
    func metrics() async throws {
        try await withServingAgent { _, caller in
            _ = try await caller.get("/fib/10")
            _ = try await caller.get("/fib/x")
            let answer = try await caller.get("/metrics")
            #expect(answer.headers["content-type"].first?.hasPrefix("text/plain") == true)
            let lines = Set(answer.body.split(separator: "\n").map(String.init))
            #expect(lines.contains(#"cms_agent_requests_total{outcome="ok"} 1"#))
            #expect(lines.contains(#"cms_agent_requests_total{outcome="bad_request"} 1"#))
            #expect(lines.contains("cms_agent_requests_in_flight 0"))
            #expect(lines.contains(#"cms_agent_service_time_seconds_bucket{le="+Inf"} 1"#))
            #expect(lines.contains("cms_agent_service_time_seconds_count 1"))
            #expect(answer.body.contains("\ncms_agent_cpu_seconds_total{mode=\"busy\"} "))
            #expect(lines.contains(#"cms_agent_build_info{version="\#(CMSVersion.current)"} 1"#))
            // Every sample belongs to a family that was declared.
            for line in lines where !line.hasPrefix("#") {
                let name = line.prefix { $0 != "{" && $0 != " " }
                let family = ["_bucket", "_sum", "_count"].reduce(String(name)) { name, suffix in
                    name.hasPrefix(AgentMetricNames.serviceTime.name) && name.hasSuffix(suffix)
                        ? String(name.dropLast(suffix.count)) : name
                }
                #expect(answer.body.contains("\n# TYPE \(family) "), "\(line)")
            }
        }
    }

    @Test("on [::] it serves senders with IPv4 too, whether or not the machine has IPv6")
    func bothFamilies() async throws {
        try await withServingAgent(change: { $0.listen = HostPort(host: "::", port: 0) }) { _, caller in
            let answer = try await caller.get("/healthz")
            #expect(answer.status == 200)
        }
    }

    @Test("a port that is taken is said so")
    func portTaken() async throws {
        try await withServingAgent { _, caller in
            await #expect {
                try await withServingAgent(change: { $0.listen = HostPort(host: "127.0.0.1", port: caller.port) }) {
                    _,
                    _ in
                }
            } throws: {
                "\($0)".contains("cannot listen on 127.0.0.1:\(caller.port)") && "\($0)".contains("--listen")
            }
        }
    }

    @Test("a graceful shutdown finishes what is in flight")
    func gracefulShutdown() async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority()
            try IdentityStore(directory: directory).save(authority.server(.agent(uuid: FakeController.uuid)))
            let configuration = AgentConfiguration(
                listen: HostPort(host: "127.0.0.1", port: 0),
                controllers: ControllerList(HostPort(host: "127.0.0.1", port: 9)),
                uuid: FakeController.uuid,
                state: AgentStateDirectory(path: directory),
                maximumN: 93,
                workers: 1,
                credentials: { Credentials() },
                timing: testTiming()
            )
            let logger = Logger(label: "agent") { _ in SwiftLogNoOpLogHandler() }
            let agent = Agent(configuration: configuration, logger: logger)
            let group = ServiceGroup(services: [agent], logger: logger)
            let tls = try TLSConfiguration.cmsClient(identity: nil, authority: authority.authority.certificate)
            try await withClient { client in
                async let ended: Void = group.run()
                let port = try await agent.listening.wait()
                let caller = AgentCaller(port: port, client: client, tls: tls)
                async let running = caller.get("/fib/90", headers: [("CMS-Deadline-Milliseconds", "600")])
                try await eventually("it computes") { try agent.builtInPool.snapshot.inFlight == 1 }
                await group.triggerGracefulShutdown()
                #expect(try await running.status == 504)
                try await ended
                await #expect(throws: (any Error).self) { try await caller.get("/fib/1") }
            }
        }
    }
}
