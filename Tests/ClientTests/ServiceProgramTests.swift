import Client
import Foundation
import NIOCore
import Shared
import TestSupport
import Testing
import Wire

/// The whole program against services of any kind on loopback, with a controller and without.
@Suite(.timeLimit(.minutes(2))) struct ServiceProgramTests {
    let authority: TestAuthority
    let server: RotatingIdentity
    let directory: String

    init() throws {
        authority = try TestAuthority()
        server = try RotatingIdentity(authority.server())
        directory = NSTemporaryDirectory() + "/cms-client-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try IdentityStore(directory: directory + "/identity").save(authority.client())
    }

    /// Runs the program with `--output json` to its end.
    func run(_ arguments: [String]) async throws -> (run: Program.Run, events: [RunEvent]) {
        let run = try await Program(
            arguments + ["--output", "json"],
            environment: ["HOME": directory],
            directory: directory
        ).finish()
        let events = try run.output.split(separator: "\n").map { line in
            try WireCoding.decode(RunEvent.self, from: ByteBuffer(string: String(line)))
        }
        return (run, events)
    }

    func answers(_ events: [RunEvent]) -> [AnswerEvent] {
        events.compactMap { event in if case .answer(let answer) = event { answer } else { nil } }
    }

    func end(_ events: [RunEvent]) -> SummaryEvent? {
        if case .summary(let summary) = events.last { summary } else { nil }
    }

    func withController(
        _ endpoints: [Endpoint],
        _ body: ([String]) async throws -> Void
    ) async throws {
        let controller = FakeController(authority, endpoints: endpoints)
        try await withLoopbackServer(controller.router, identity: server) { port in
            try await body(["--controller", "127.0.0.1:\(port)", "--identity", directory + "/identity"])
        }
    }

    @Test func aPathIsAskedOfTheEndpointsOfAController() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (tls, plain) = (FakeAgent("vm1"), FakeAgent("vm2"))
        try await withLoopbackServer(tls.router, identity: server) { first in
            try await withLoopbackServer(plain.router, identity: nil) { second in
                // The second serves its clients itself, without TLS.
                let beside = Endpoint(id: "2", name: "vm2", url: "http://127.0.0.1:\(second)")
                try await withController([tls.endpoint(port: first), beside]) { common in
                    let words = ["--path", "/page/202?x=1", "--mode", "high", "--requests", "40"]
                    let (run, events) = try await run(common + words)
                    #expect(run.status == 0, "\(run.errors)")
                    #expect(end(events)?.servers.map(\.server) == ["vm1", "vm2"])
                    #expect(
                        answers(events).allSatisfy { $0.path == "/page/202?x=1" && $0.status == 202 && $0.n == nil }
                    )
                    let refused = try await self.run(common + ["--mode", "high", "--requests", "40"])
                    #expect(
                        end(refused.events)?.servers.map(\.server) == ["vm1"],
                        "numbers are asked of https endpoints alone"
                    )
                }
            }
        }
        #expect(plain.asked > 0)
    }

    @Test func aStatusThatIsNotExpectedFailsWithTheOptionThatSaysSo() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let agent = FakeAgent("vm1")
        try await withLoopbackServer(agent.router, identity: nil) { port in
            let common = ["--url", "http://127.0.0.1:\(port)", "--mode", "high", "--requests", "2", "--path"]
            let failed = try await run(common + ["/page/404"])
            #expect(failed.run.status == 1)
            #expect(failed.run.errors.contains("2 of 2 requests failed"))
            #expect(failed.run.output.contains("404: Not Found, not 200-399 (--expect)"), "\(failed.run.output)")
            let other = try await run(["--url", "http://127.0.0.1:\(port)/other", "--mode", "high", "--requests", "1"])
            #expect(other.run.output.contains("404: Not Found; --path asks a service"), "\(other.run.output)")
            let right = try await run(common + ["/page/404", "--expect", "404"])
            #expect(right.run.status == 0, "\(right.run.errors)")
            #expect(answers(right.events).map(\.bytes) == [30_000, 30_000])
        }
    }

    @Test(arguments: ["low", "high"])
    func anAddressIsAskedForFibonacciNumbersWithoutAControllerOrAnIdentity(mode: String) async throws {
        try FileManager.default.removeItem(atPath: directory + "/identity")
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (vm1, vm2) = (FakeAgent("vm1"), FakeAgent("vm2"))
        try await withLoopbackServer(vm1.router, identity: nil) { first in
            try await withLoopbackServer(vm2.router, identity: nil) { second in
                let urls = [first, second].flatMap { ["--url", "http://127.0.0.1:\($0)/"] }
                let count = mode == "low" ? "10" : "60"
                let (run, events) = try await run(urls + ["--mode", mode, "--requests", count])
                #expect(run.status == 0, "\(run.errors)")
                let summary = try #require(end(events))
                #expect(summary.total.ok == Int(count))
                #expect(summary.revision == nil)
                #expect(summary.endpoints == ["127.0.0.1:\(first)", "127.0.0.1:\(second)"])
                // Behind a balancer the instances' own words say who served.
                #expect(Set(answers(events).map(\.server)).isSubset(of: ["vm1", "vm2"]))
                #expect(answers(events).allSatisfy { $0.result == Fibonacci.number($0.n ?? -1) })
                #expect(events.count == (Int(count) ?? 0) + 2, "a phase and the summary, and nothing of a controller")
            }
        }
    }

    @Test func anAddressOverTLSMustBeTrusted() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let agent = FakeAgent("vm1")
        try await withLoopbackServer(agent.router, identity: server) { port in
            let common = [
                "--url", "https://127.0.0.1:\(port)", "--path", "/page/200", "--mode", "high", "--requests", "2",
            ]
            let stranger = try await run(common + ["--timeout", "4s"])
            #expect(stranger.run.status == 1)
            #expect(stranger.run.output.contains("--ca FILE names its authority"), "\(stranger.run.output)")
            #expect(agent.asked == 0)
            let known = try await run(common + ["--ca", directory + "/identity/ca.pem"])
            #expect(known.run.status == 0, "\(known.run.errors) \(known.run.output)")
            let unchecked = try await run(common + ["--insecure"])
            #expect(unchecked.run.status == 0, "\(unchecked.run.errors)")
            #expect(unchecked.run.output.contains("certificates are not checked (--insecure)"))
        }
    }

    @Test func aServiceOfAControllerMayShowACertificateOfItsOwn() async throws {
        let other = try TestAuthority()
        let agent = FakeAgent("vm1")
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let file = directory + "/own"
        try IdentityStore(directory: file).save(other.client())
        try await withLoopbackServer(agent.router, identity: RotatingIdentity(other.server())) { port in
            try await withController([agent.endpoint(port: port)]) { common in
                let words = common + ["--path", "/page/200", "--mode", "high", "--requests", "2"]
                let stranger = try await run(words + ["--timeout", "1s"])
                #expect(stranger.run.status == 1)
                #expect(stranger.run.output.contains("--ca FILE names the authority"), "\(stranger.run.output)")
                let known = try await run(words + ["--ca", file + "/ca.pem"])
                #expect(known.run.status == 0, "\(known.run.errors) \(known.run.output)")
            }
        }
    }

    @Test func anAddressWhereNobodyListensIsSaidSo() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let port = try await LoopbackPort.free()
        let (run, _) = try await run(
            ["--url", "http://127.0.0.1:\(port)", "--mode", "high", "--requests", "1", "--timeout", "500ms"]
        )
        #expect(run.status == 1)
        #expect(run.errors.contains("1 of 1 requests failed") && !run.errors.contains("controller"))
        #expect(run.output.contains("no program listens on that port"), "\(run.output)")
    }

    @Test(arguments: [
        (["--url", "http://x", "--controller", "y"], "--controller is of a controller"),
        (["--url", "http://x", "--group", "web"], "--group is of a controller"),
        (["--url", "http://x", "--mode", "ramp"], "--mode low or high"), (["--url", "x:80"], "write http://HOST:PORT"),
        (["--url", "http://x", "--url", "http://x/"], "given twice"),
        (["--controller", "x", "--path", "fib"], "from / on"),
        (["--controller", "x", "--path", "/", "--n", "20"], "--n is for Fibonacci"),
        (["--controller", "x", "--expect", "200"], "--expect needs --path"),
        (["--controller", "x", "--path", "/", "--expect", "20"], "20"),
        (["--controller", "x", "--insecure"], "give --url or --path"),
        (["--url", "http://x", "--insecure"], "no --url is"),
        (["--url", "https://x", "--ca", "/nonexistent"], "cannot be read"),
        (["--url", "https://x", "--ca", "/dev/null"], "PEM"),
        (["--url", "https://x", "--ca", "/dev/null", "--insecure"], "not both"),
    ])
    func wrongCommandLinesAreRefused(arguments: [String], word: String) async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let run = try await Program(arguments, environment: ["HOME": directory], directory: directory).finish()
        #expect(run.status == 64)
        #expect(run.errors.contains(word), "\(run.errors)")
    }
}
