import Client
import Foundation
import HTTPTypes
import NIOCore
import Shared
import TestSupport
import Testing
import Wire

/// The whole program against a controller and agents on loopback.
@Suite(.timeLimit(.minutes(2))) struct ProgramTests {
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

    /// A controller with vm1 in service and vm2 at hand.
    struct Site: Sendable {
        let controller: FakeController
        let port: Int
        let vm1: FakeAgent
        let vm2: FakeAgent
        let second: Endpoint
    }

    func withSite(_ body: @escaping @Sendable (Site) async throws -> Void) async throws {
        let (vm1, vm2) = (FakeAgent("vm1"), FakeAgent("vm2"))
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await withLoopbackServer(vm1.router, identity: server) { first in
            try await withLoopbackServer(vm2.router, identity: server) { second in
                let controller = FakeController(authority, endpoints: [vm1.endpoint(port: first)])
                try await withLoopbackServer(controller.router, identity: server) { port in
                    let second = vm2.endpoint(port: second)
                    try await body(
                        Site(controller: controller, port: port, vm1: vm1, vm2: vm2, second: second)
                    )
                }
            }
        }
    }

    func start(_ arguments: [String], port: Int) throws -> Program {
        let common = ["--controller", "127.0.0.1:\(port)", "--identity", directory + "/identity"]
        return try Program(arguments + common, environment: ["HOME": directory], directory: directory)
    }

    func events(_ text: String) throws -> [RunEvent] {
        try text.split(separator: "\n").map { line in
            try WireCoding.decode(RunEvent.self, from: ByteBuffer(string: String(line)))
        }
    }

    func lastSummary(of events: [RunEvent]) -> SummaryEvent? {
        if case .summary(let summary) = events.last { summary } else { nil }
    }

    @Test func aRampGoesOnUntilTheSecondInstanceHasAnswered() async throws {
        try await withSite { site in
            let log = directory + "/log.txt"
            let file = directory + "/events.jsonl"
            let program = try start(
                [
                    "--mode", "ramp", "--low-duration", "200ms", "--pause", "100ms", "--tail", "300ms",
                    "--ramp-timeout", "60s", "--log-file", log, "--events-file", file, "--n", "30",
                ],
                port: site.port
            )
            // The first large request: high has begun.
            for await n in site.vm1.requests where n == 30 { break }
            try site.controller.announceScaling("vm2")
            try site.controller.change(added: [site.second])
            let run = await program.finish()
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.contains("the controller scales out, vm2 is on its way: overloaded"))
            #expect(run.output.contains("endpoints, revision 2: vm1, vm2"))
            let events = try events(String(contentsOfFile: file, encoding: .utf8))
            let phases = events.compactMap { event in
                if case .phase(let phase) = event { phase.phase } else { nil }
            }
            #expect(phases == [.low, .pause, .high, .tail])
            let summary = try #require(lastSummary(of: events))
            #expect(summary.servers.map(\.server) == ["vm1", "vm2"])
            #expect(summary.total.failed == 0)
            #expect(summary.endpoints == ["vm1", "vm2"])
            #expect(summary.revision == 2)
            let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == summary.total.ok, "one line for each answer")
            #expect(lines.last?.contains("Fibonacci(30) = 832040, server vm") == true)
        }
    }

    @Test func jsonOnStandardOutputIsNothingButEvents() async throws {
        try await withSite { site in
            let program = try start(
                ["--mode", "high", "--requests", "40", "--output", "json", "--balance", "least-outstanding"],
                port: site.port
            )
            let run = await program.finish()
            let endedAt = Date()
            #expect(run.status == 0, "\(run.errors)")
            let events = try events(run.output)
            let lastAnswer = events.dropLast().last { event in
                if case .answer = event { true } else { false }
            }
            let wait = endedAt.timeIntervalSince(try #require(lastAnswer).at)
            #expect(wait < 3, "an open watch stream must not hold up the end")
            #expect(lastSummary(of: events)?.total.ok == 40)
            #expect(run.errors.isEmpty)
            let connections = events.filter { event in
                if case .connection = event { true } else { false }
            }
            #expect(connections.count == 1, "the end of the run is no broken connection")
        }
    }

    @Test func anInterruptEndsTheRunWithItsSummaryAndNoFailure() async throws {
        try await withSite { site in
            let program = try start(["--mode", "high", "--output", "json"], port: site.port)
            for await _ in site.vm1.requests { break }
            // What is under way now will never be answered.
            site.vm1.behave(.hangs)
            try await wait(until: { program.output.contains("\"type\":\"answer\"") })
            program.interrupt()
            let run = await program.finish()
            #expect(run.status == 0, "\(run.errors)")
            #expect(lastSummary(of: try events(run.output))?.total.failed == 0)
        }
    }

    @Test func wrongAnswersMakeTheRunFail() async throws {
        try await withSite { site in
            site.vm1.behave(.lies)
            let run = try await start(["--mode", "high", "--requests", "3"], port: site.port).finish()
            #expect(run.status == 1)
            #expect(run.errors.contains("3 of 3 requests failed"))
            #expect(run.output.contains("wrong answer: F("))
        }
    }

    @Test func theGroupThatIsNamedIsWatchedAndAcknowledged() async throws {
        try await withSite { site in
            site.controller.serve(group: "web & more")
            let run = try await start(
                ["--group", "web & more", "--mode", "high", "--requests", "20"],
                port: site.port
            ).finish()
            #expect(run.status == 0, "\(run.errors)")
            #expect(site.controller.groupsOfAcknowledgements == ["web & more"])
        }
    }

    @Test func aGroupThatIsNotThereEndsTheRunWithTheNamesOfThoseThatAre() async throws {
        try await withSite { site in
            site.controller.serve(group: "web")
            let run = try await start(["--group", "wed"], port: site.port).finish()
            #expect(run.status == 1)
            #expect(run.errors.contains("there are: web"), "\(run.errors)")
        }
    }

    @Test func aRefusedIdentityEndsTheRunWithTheControllersWords() async throws {
        try await withSite { site in
            let problem = Problem(.forbidden, code: "revoked", detail: "this certificate was revoked; ask for another")
            site.controller.refuse(problem)
            let run = try await start(["--mode", "low"], port: site.port).finish()
            #expect(run.status == 1)
            #expect(run.errors.contains("this certificate was revoked; ask for another"))
        }
    }

    @Test func aRampWithoutASecondInstanceFailsAndSaysSo() async throws {
        try await withSite { site in
            let run = try await start(
                ["--mode", "ramp", "--low-duration", "0s", "--pause", "0s", "--ramp-timeout", "1s"],
                port: site.port
            ).finish()
            #expect(run.status == 1)
            #expect(run.errors.contains("no new instance answered within 1 s"))
        }
    }

    @Test(arguments: [
        ([], "--controller"), (["--controller", "x", "--mode", "up"], "up"),
        (["--controller", "x", "--n", "30...99"], "30...99"), (["--controller", "x", "--duration", "soon"], "soon"),
        (["--controller", "x", "--mode", "ramp", "--duration", "1s"], "--ramp-timeout"),
        (["--controller", "x", "--identity", "/nonexistent"], "cms-controller client add"),
    ])
    func wrongCommandLinesAreRefused(arguments: [String], word: String) async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let run = try await Program(arguments, environment: ["HOME": directory], directory: directory).finish()
        #expect(run.status == 64)
        #expect(run.errors.contains(word))
    }
}
