import Foundation
import HTTPTypes
import NIOCore
import NIOSSL
import Shared
import Synchronization
import TestSupport
import Testing
import Wire

@testable import GuestAgent

@Suite("The session with the controller", .serialized, .timeLimit(.minutes(2)))
struct SessionTests {
    /// Runs an agent with an identity on disk against a controller.
    @discardableResult
    private func withSession<Value: Sendable>(
        _ fake: FakeController,
        at controller: HostPort,
        directory: String,
        credentials: Credentials = Credentials(),
        change: (inout AgentConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (Agent) async throws -> Value
    ) async throws -> Value {
        let state = AgentStateDirectory(path: directory)
        if try state.identity.load() == nil {
            try state.identity.save(fake.authority.server(.agent(uuid: FakeController.uuid)))
        }
        var configuration = AgentConfiguration(
            listen: HostPort(host: "127.0.0.1", port: 0),
            controllers: ControllerList(controller),
            uuid: FakeController.uuid,
            state: state,
            workers: 2,
            credentials: { credentials },
            timing: testTiming()
        )
        change(&configuration)
        return try await withAgent(configuration, body)
    }

    private func hasSession(_ fake: FakeController, _ agent: Agent) async throws {
        try await eventually("a session") { fake.openStreams == 1 && agent.status.hasSession }
    }

    @Test("the agent registers as itself, opens its stream, takes its name and keeps it over a restart")
    func registers() async throws {
        let fake = try FakeController()
        try await withTemporaryDirectory { directory in
            try await fake.serve { controller in
                let port = try await withSession(fake, at: controller, directory: directory) { agent in
                    try await hasSession(fake, agent)
                    #expect(agent.status.server == "vm1")
                    return try await agent.listening.wait()
                }
                let record = fake.seen
                #expect(record.registrations.first?.port == port)
                #expect(record.registrations.first?.version == CMSVersion.current)
                #expect(record.registrations.first?.vCPUs == SystemInformation.onlineCPUs)
                #expect(record.registrationPeers.first == .agent(uuid: FakeController.uuid))
            }
            // Started again without a controller, it still knows its name.
            let gone = HostPort(host: "127.0.0.1", port: 9)
            try await withSession(fake, at: gone, directory: directory) { agent in
                _ = try await agent.listening.wait()
                #expect(agent.status.server == "vm1")
            }
        }
    }

    @Test("a name that is none is not taken", arguments: ["", "a b", "x\"y", String(repeating: "x", count: 65)])
    func badName(name: String) async throws {
        let fake = try FakeController()
        fake.knobs.withLock { $0.serverName = name }
        try await withTemporaryDirectory { directory in
            try await fake.serve { controller in
                try await withSession(fake, at: controller, directory: directory) { agent in
                    try await hasSession(fake, agent)
                    #expect(agent.status.server == SystemInformation.hostname)
                }
            }
        }
    }

    @Test("reports come on the beat over one connection, numbered, with what was measured")
    func reports() async throws {
        let fake = try FakeController()
        fake.knobs.withLock { $0.reportSeconds = 0.2 }
        try await withTemporaryDirectory { directory in
            try await fake.serve { controller in
                try await withSession(fake, at: controller, directory: directory) { agent in
                    try await eventually("ten reports of the beat") {
                        fake.seen.reports.count { $0.report.cause == "interval" } >= 10
                    }
                }
            }
        }
        let reports = fake.seen.reports
        // A machine that is busy may lose one to the next; none comes twice or late.
        let numbers = reports.map(\.report.sequence)
        #expect(numbers.first == 1 && numbers == numbers.sorted() && Set(numbers).count == numbers.count)
        // The command stream may take the first report's connection and leave its own to the reports that follow.
        #expect(Set(reports.dropFirst().map(\.connection)).count == 1)
        let beat = reports.filter { $0.report.cause == "interval" }.map(\.report.measuredAt)
        // Ten beats of 0.2 s, never closer; a machine that is busy leaves some out. That a late one moves no other is
        // tried on the pacer.
        #expect(beat[9].timeIntervalSince(beat[0]) > 1.8 - 0.19)
        let last = try #require(reports.last?.report)
        let busy = try #require(last.busy)
        #expect((0...100).contains(busy))
        #expect(last.memoryTotal ?? 0 > last.memoryUsed ?? .max)
        #expect(last.runnable != nil)
        #expect(last.inFlight == 0)
        #expect(last.queued == 0)
        #expect(last.accepting == true)
        #expect(last.serviceTimeP50 == nil)
    }

    @Test("a load that comes is told long before the beat")
    func change() async throws {
        let fake = try FakeController()
        fake.knobs.withLock { $0.reportSeconds = 60 }
        try await withTemporaryDirectory { directory in
            try await fake.serve { controller in
                try await withSession(fake, at: controller, directory: directory) { agent in
                    try await eventually("the first report") { !fake.seen.reports.isEmpty }
                    let deadline = ContinuousClock.now + .seconds(20)
                    let jobs = try (0..<6).map { _ in try agent.builtInPool.submit(90, deadline: deadline) }
                    try await eventually("a report of the change") {
                        fake.seen.reports.contains {
                            $0.report.cause == "change" && $0.report.inFlight == 2 && $0.report.queued == 4
                        }
                    }
                    for job in jobs { try agent.builtInPool.abandon(job) }
                }
            }
        }
    }

    @Test("commands are obeyed")
    func commands() async throws {
        let fake = try FakeController()
        fake.knobs.withLock { $0.reportSeconds = 60 }
        try await withTemporaryDirectory { directory in
            try await fake.serve { controller in
                try await withSession(fake, at: controller, directory: directory) { agent in
                    try await hasSession(fake, agent)
                    fake.send(.drain)
                    try await eventually("it drains") { agent.status.isDraining }
                    try await eventually("that is reported") {
                        fake.seen.reports.contains { $0.report.accepting == false }
                    }
                    fake.send(.resume)
                    try await eventually("it takes work") { !agent.status.isDraining }
                    fake.send(.probe)
                    try await eventually("it reports") {
                        fake.seen.reports.contains { $0.report.cause == "probe" }
                    }
                    let before = agent.keeper.identity.current?.current.certificate
                    fake.send(.rotate)
                    try await eventually("it renews") { fake.seen.renewals.count == 1 }
                    try await eventually("it uses the new one") {
                        agent.keeper.identity.current?.current.certificate != before
                    }
                    #expect(fake.seen.streams == 1)
                }
            }
        }
    }

    @Test("it comes back after a controller that was started anew, and serves meanwhile")
    func reconnects() async throws {
        let fake = try FakeController()
        try await withTemporaryDirectory { directory in
            let port = try await LoopbackPort.free()
            let controller = HostPort(host: "127.0.0.1", port: port)
            let tls = try TLSConfiguration.cmsClient(identity: nil, authority: fake.authority.authority.certificate)
            try await withSession(fake, at: controller, directory: directory) { agent in
                let own = try await agent.listening.wait()
                for round in 1...3 {
                    _ = try await fake.serve(port: port) { _ in
                        try await hasSession(fake, agent)
                        return true
                    }
                    try await eventually("the session is over") { !agent.status.hasSession }
                    #expect(fake.seen.registrations.count >= round)
                    try await withClient { client in
                        let answer = try await AgentCaller(port: own, client: client, tls: tls).get("/fib/10")
                        #expect(answer.number?.result == 55)
                    }
                }
            }
        }
    }

    @Test("a dropped stream and a silent one are both opened again")
    func brokenStreams() async throws {
        let fake = try FakeController()
        fake.knobs.withLock { $0.heartbeatSeconds = 0.1 }
        try await withTemporaryDirectory { directory in
            try await fake.serve { controller in
                try await withSession(fake, at: controller, directory: directory) { agent in
                    try await hasSession(fake, agent)
                    fake.dropStreams()
                    try await eventually("a second stream") { fake.seen.streams >= 2 }
                    try await hasSession(fake, agent)
                    let before = fake.seen.streams
                    fake.knobs.withLock { $0.heartbeats = false }
                    try await eventually("another stream") { fake.seen.streams > before }
                    fake.knobs.withLock { $0.heartbeats = true }
                    try await hasSession(fake, agent)
                }
            }
        }
    }

    @Test(
        "a controller that does not know the agent any more gets a new registration",
        arguments: [(404, "not-found"), (409, "not-registered"), (403, "forbidden")]
    )
    func notRegistered(status: Int, code: String) async throws {
        let fake = try FakeController()
        try await withTemporaryDirectory { directory in
            try await fake.serve { controller in
                try await withSession(fake, at: controller, directory: directory) { agent in
                    try await hasSession(fake, agent)
                    let before = fake.seen.registrations.count
                    fake.knobs.withLock { $0.reports = .refuse(.init(code: status), code: code) }
                    try await eventually("it registers again") {
                        fake.seen.registrations.count > before
                    }
                    fake.knobs.withLock { $0.reports = .proper }
                    try await hasSession(fake, agent)
                }
            }
        }
    }

    @Test(
        "reports that are refused otherwise do not end the session",
        arguments: [FakeController.Answering.refuse(.internalServerError, code: "internal"), .garbage]
    )
    func lostReports(answering: FakeController.Answering) async throws {
        let fake = try FakeController()
        fake.knobs.withLock {
            $0.reports = answering
            $0.reportSeconds = 0.1
        }
        try await withTemporaryDirectory { directory in
            try await fake.serve { controller in
                try await withSession(fake, at: controller, directory: directory) { agent in
                    try await eventually("reports go on") { fake.seen.reports.count >= 5 }
                    #expect(fake.seen.streams == 1)
                    #expect(agent.status.hasSession)
                }
            }
        }
    }

    @Test("a refused registration is tried again until it is accepted")
    func refusedRegistration() async throws {
        let fake = try FakeController()
        let refusals: [FakeController.Answering] = [
            .refuse(.unauthorized, code: "unauthorized"), .refuse(.forbidden, code: "outside"),
            .refuse(.internalServerError, code: "internal"), .garbage,
        ]
        try await withTemporaryDirectory { directory in
            try await fake.serve { controller in
                try await withSession(fake, at: controller, directory: directory) { agent in
                    for refusal in refusals {
                        fake.knobs.withLock { $0.registration = refusal }
                        fake.dropStreams()
                        let before = fake.seen.registrations.count
                        try await eventually("it tries again") {
                            fake.seen.registrations.count >= before + 2
                        }
                    }
                    fake.knobs.withLock { $0.registration = .proper }
                    try await hasSession(fake, agent)
                }
            }
        }
    }

    @Test("told to enroll anew, it does so when it has a token, and once only")
    func enrollsAnew() async throws {
        let fake = try FakeController()
        fake.knobs.withLock { $0.registration = .refuse(.forbidden, code: "reenroll") }
        try await withTemporaryDirectory { directory in
            let credentials = Credentials(token: "the-token", authorityHash: try fake.pin)
            try await fake.serve { controller in
                try await withSession(fake, at: controller, directory: directory, credentials: credentials) { agent in
                    try await eventually("it enrolls") { fake.seen.issued.count == 1 }
                    let before = fake.seen.registrations.count
                    try await eventually("it goes on trying to register") {
                        fake.seen.registrations.count >= before + 3
                    }
                    fake.knobs.withLock { $0.registration = .proper }
                    try await hasSession(fake, agent)
                    #expect(fake.seen.enrollments.count == 1)
                }
            }
        }
    }

    @Test("a controller whose authority is not the agent's makes no session, and the agent serves on")
    func foreignController() async throws {
        let fake = try FakeController()
        let impostor = try FakeController()
        try await withTemporaryDirectory { directory in
            try await impostor.serve { controller in
                try await withSession(fake, at: controller, directory: directory) { agent in
                    let port = try await agent.listening.wait()
                    let tls = try TLSConfiguration.cmsClient(
                        identity: nil,
                        authority: fake.authority.authority.certificate
                    )
                    try await withClient { client in
                        for _ in 0..<20 {
                            let answer = try await AgentCaller(port: port, client: client, tls: tls).get("/fib/10")
                            #expect(answer.number?.result == 55)
                        }
                    }
                    #expect(!agent.status.hasSession)
                }
            }
        }
        #expect(impostor.seen.registrations.isEmpty)
    }

    @Test("garbage on the command stream does no harm")
    func garbage() async throws {
        let fake = try FakeController()
        try await withTemporaryDirectory { directory in
            try await fake.serve { controller in
                try await withSession(fake, at: controller, directory: directory) { agent in
                    try await hasSession(fake, agent)
                    fake.send(.unknown("dance"))
                    for text in [
                        "\n\n\n", "{}\n", "[]\n", "{\"kind\":\"drain\"}\n", "{\"kind\":7,\"sequence\":1}\n", "\u{0}\n",
                        "{\"kind\":\"drain\",\"sequence\":-1,\"at\":\"2026-01-01T00:00:00Z\"}\n",
                        "{\"kind\":\"drain\",\"sequence\":1,\"at\":\"yesterday\"}\n",
                        String(repeating: "[", count: 30000) + "\n",
                    ] {
                        fake.send(raw: ByteBuffer(string: text))
                    }
                    fake.send(raw: ByteBuffer(bytes: [0xFF, 0xFE, 0xC0, 0x0A]))
                    fake.send(.probe)
                    try await eventually("the next good command is obeyed") {
                        fake.seen.reports.contains { $0.report.cause == "probe" }
                    }
                    #expect(!agent.status.isDraining)
                    #expect(fake.seen.streams == 1)
                }
            }
        }
    }

    @Test("a line of ten megabytes ends the session, not the agent")
    func endlessLine() async throws {
        let fake = try FakeController()
        try await withTemporaryDirectory { directory in
            try await fake.serve { controller in
                try await withSession(fake, at: controller, directory: directory) { agent in
                    try await hasSession(fake, agent)
                    fake.send(raw: ByteBuffer(repeating: UInt8(ascii: "x"), count: 10 << 20))
                    try await eventually("a second stream") { fake.seen.streams >= 2 }
                    try await eventually("a session again") { agent.status.hasSession }
                }
            }
        }
    }
}
