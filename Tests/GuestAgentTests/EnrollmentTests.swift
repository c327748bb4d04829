import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOSSL
import Shared
import Synchronization
import TestSupport
import Testing
import Wire
import X509

@testable import GuestAgent

@Suite("Enrollment and renewal", .serialized, .timeLimit(.minutes(2)))
struct EnrollmentTests {
    /// Runs an agent without an identity against `fake`.
    @discardableResult
    private func withNewAgent<Value: Sendable>(
        _ fake: FakeController,
        at controller: HostPort,
        directory: String,
        credentials: Credentials? = nil,
        _ body: @escaping @Sendable (Agent) async throws -> Value
    ) async throws -> Value {
        let credentials = try credentials ?? Credentials(token: "the-token", authorityHash: fake.pin)
        let configuration = AgentConfiguration(
            listen: HostPort(host: "127.0.0.1", port: 0),
            controllers: ControllerList(controller),
            uuid: FakeController.uuid,
            state: AgentStateDirectory(path: directory),
            workers: 1,
            credentials: { credentials },
            timing: testTiming()
        )
        return try await withAgent(configuration, body)
    }

    @Test("a controller that is not there refuses, and resets nothing")
    func refused() async throws {
        let controller = HostPort(host: "127.0.0.1", port: try await LoopbackPort.free())
        try await withClient { client in
            let enroller = Enroller(uuid: FakeController.uuid, controller: controller, client: client)
            let pin = "sha256:" + String(repeating: "0", count: 64)
            let error = await #expect(throws: AuthorityPin.Failure.self) {
                try await enroller.enroll(token: "t", authorityHash: pin)
            }
            #expect(
                error?.description
                    == "cannot reach the controller at \(controller): the connection was refused: no program "
                    + "listens on that port"
            )
        }
    }

    @Test("an agent that is stopped while it enrolls ends at once and warns of nothing")
    func stopped() async throws {
        let log = RecordedLog()
        try await withTemporaryDirectory { directory in
            let isAsked = Latch<Void>()
            try await RawServer.run(.silent, onData: { isAsked.set(()) }) { port in
                let credentials = Credentials(
                    token: "the-token",
                    authorityHash: "sha256:" + String(repeating: "0", count: 64)
                )
                let configuration = AgentConfiguration(
                    listen: HostPort(host: "127.0.0.1", port: 0),
                    controllers: ControllerList(HostPort(host: "127.0.0.1", port: port)),
                    uuid: FakeController.uuid,
                    state: AgentStateDirectory(path: directory),
                    workers: 1,
                    credentials: { credentials },
                    timing: testTiming()
                )
                let start = ContinuousClock.now
                try await withAgent(configuration, logger: log.logger) { _ in
                    try await isAsked.wait()
                }
                #expect(start.duration(to: .now) < .seconds(4), "it did not wait for an answer")
            }
        }
        #expect(log.warnings.isEmpty)
    }

    @Test("a new machine enrolls, saves its identity, and serves with it")
    func enrolls() async throws {
        let fake = try FakeController()
        try await withTemporaryDirectory { directory in
            try await fake.serve { controller in
                try await withNewAgent(fake, at: controller, directory: directory) { agent in
                    let port = try await agent.listening.wait()
                    let tls = try TLSConfiguration.cmsClient(
                        identity: nil,
                        authority: fake.authority.authority.certificate
                    )
                    try await withClient { client in
                        let answer = try await AgentCaller(port: port, client: client, tls: tls).get("/fib/20")
                        #expect(answer.number?.result == 6765)
                    }
                }
            }
            let enrollments = fake.seen.enrollments
            #expect(enrollments.count == 1)
            #expect(enrollments.first?.token == "the-token")
            #expect(enrollments.first?.uuid == FakeController.uuid)
            let state = AgentStateDirectory(path: directory)
            let saved = try #require(try state.identity.load())
            #expect(saved.spiffeID == .agent(uuid: FakeController.uuid))
            #expect(saved.certificate == fake.seen.issued.first)
            #expect(state.isSpent(token: "the-token"))
            #expect(state.controller?.hasPrefix("127.0.0.1:") == true)
        }
    }

    @Test("an identity on disk serves at once, without the controller and without the token")
    func coldStart() async throws {
        try await withServingAgent { agent, caller in
            let hadToEnroll = agent.keeper.needsEnrollment.current != nil
            #expect(!hadToEnroll)
            let answer = try await caller.get("/fib/10")
            #expect(answer.number?.result == 55)
        }
    }

    @Test("an identity of another machine, of another authority, or out of date is not used")
    func unusableOnDisk() async throws {
        let fake = try FakeController()
        let other = try TestAuthority()
        let identities = [
            try fake.authority.server(.agent(uuid: UUID().uuidString.lowercased())),
            try other.server(.agent(uuid: FakeController.uuid)),
            try fake.authority.server(
                .agent(uuid: FakeController.uuid),
                lifetime: .seconds(60),
                now: Date(timeIntervalSinceNow: -3600)
            ),
        ]
        for identity in identities {
            try await withTemporaryDirectory { directory in
                fake.knobs.withLock { $0.tokenIsSpent = false }
                try IdentityStore(directory: directory).save(identity)
                try await fake.serve { controller in
                    try await withNewAgent(fake, at: controller, directory: directory) { agent in
                        _ = try await agent.listening.wait()
                    }
                }
                let now = try #require(try IdentityStore(directory: directory).load())
                #expect(now.certificate == fake.seen.issued.last)
            }
        }
        #expect(fake.seen.enrollments.count == 3)
    }

    @Test("an unreadable identity on disk is replaced")
    func brokenOnDisk() async throws {
        let fake = try FakeController()
        try await withTemporaryDirectory { directory in
            try "garbage".write(toFile: directory + "/cert.pem", atomically: true, encoding: .utf8)
            try await fake.serve { controller in
                try await withNewAgent(fake, at: controller, directory: directory) { agent in
                    _ = try await agent.listening.wait()
                }
            }
            #expect(try IdentityStore(directory: directory).load() != nil)
        }
    }

    @Test(
        "what the controller should not have given is not used, and the agent goes on trying",
        arguments: [
            FakeController.Issuing.garbage, .otherAuthority, .otherUUID, .otherKey, .expired,
            .refuse(.internalServerError, code: "internal"), .refuse(.tooManyRequests, code: "rate-limited"),
            .refuse(.unauthorized, code: "token-used"), .refuse(.forbidden, code: "outside"),
        ]
    )
    func badAnswers(issuing: FakeController.Issuing) async throws {
        let fake = try FakeController()
        fake.knobs.withLock { $0.enrollment = issuing }
        try await withTemporaryDirectory { directory in
            try await fake.serve { controller in
                try await withNewAgent(fake, at: controller, directory: directory) { agent in
                    try await eventually("it has tried more than once") {
                        fake.seen.enrollments.count >= 2
                    }
                    #expect(agent.listening.current == nil)
                    #expect(try IdentityStore(directory: directory).load() == nil)
                    // The controller may have used the token up for the first attempt's key: it must be the same one.
                    #expect(Set(fake.seen.enrollments.map(\.csr)).count == 1)
                    // As soon as the answer is right, it is taken.
                    fake.knobs.withLock { $0.enrollment = .proper }
                    _ = try await agent.listening.wait()
                }
            }
        }
    }

    @Test("a controller with another authority never sees the token")
    func wrongAuthority() async throws {
        let fake = try FakeController()
        let pinned = try TestAuthority().authority.certificate.fingerprint()
        let enroller = { @Sendable (controller: HostPort) in
            try await withClient { client in
                try await Enroller(uuid: FakeController.uuid, controller: controller, client: client)
                    .enroll(token: "the-token", authorityHash: pinned)
            }
        }
        try await fake.serve { controller in
            await #expect {
                _ = try await enroller(controller)
            } throws: { error in
                guard case AuthorityPin.Failure.mismatch = error else { return false }
                return "\(error)".contains(pinned)
            }
        }
        #expect(fake.seen.enrollments.isEmpty)
    }

    @Test("an agent that comes before its controller enrolls when that is there")
    func controllerComesLater() async throws {
        let fake = try FakeController()
        try await withTemporaryDirectory { directory in
            // A port that was free a moment ago.
            let port = try await LoopbackPort.free()
            let controller = HostPort(host: "127.0.0.1", port: port)
            try await withNewAgent(fake, at: controller, directory: directory) { agent in
                try await agent.keeper.needsEnrollment.wait()
                #expect(agent.listening.current == nil)
                _ = try await fake.serve(port: port) { _ in try await agent.listening.wait() }
            }
        }
    }

    @Test("without a token, or with a spent one, nothing is sent")
    func noToken() async throws {
        let fake = try FakeController()
        for credentials in [
            Credentials(authorityHash: try fake.pin), Credentials(token: "spent", authorityHash: try fake.pin),
            Credentials(token: "the-token"),
        ] {
            try await withTemporaryDirectory { directory in
                try AgentStateDirectory(path: directory).markSpent(token: "spent")
                try await fake.serve { controller in
                    let identity = try fake.authority.server(.agent(uuid: FakeController.uuid))
                    try await withNewAgent(fake, at: controller, directory: directory, credentials: credentials) {
                        agent in
                        try await agent.keeper.needsEnrollment.wait()
                        // 'cms-agent enroll' run by hand meanwhile.
                        try IdentityStore(directory: directory).save(identity)
                        _ = try await agent.listening.wait()
                    }
                }
            }
        }
        #expect(fake.seen.enrollments.isEmpty)
    }

    @Test("a certificate of a few seconds is renewed again and again, with new keys, over one open connection")
    func renews() async throws {
        let fake = try FakeController()
        fake.knobs.withLock { $0.lifetime = .seconds(3) }
        try await withTemporaryDirectory { directory in
            try await fake.serve { controller in
                try await withNewAgent(fake, at: controller, directory: directory) { agent in
                    let port = try await agent.listening.wait()
                    let tls = try TLSConfiguration.cmsClient(
                        identity: nil,
                        authority: fake.authority.authority.certificate
                    )
                    let connection = try await RawConnection.open(port: port, tls: tls)
                    try await eventually("it has renewed three times") {
                        fake.seen.renewals.count >= 3
                    }
                    try await connection.send("GET /fib/10 HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(try await connection.read { $0.hasSuffix("}") }.contains("\"result\":55"))
                    try await connection.close()
                    try await eventually("new connections see the newest certificate, and so does the disk") {
                        let newest = fake.seen.issued.last
                        return agent.keeper.identity.current?.current.certificate == newest
                            && (try? IdentityStore(directory: directory).load()?.certificate) == newest
                    }
                }
            }
        }
        let record = fake.seen
        #expect(record.enrollments.count == 1)
        #expect(record.renewals.allSatisfy { $0.by == .agent(uuid: FakeController.uuid) })
        #expect(Set(record.issued.map(\.publicKey)).count == record.issued.count)
    }

    @Test("a certificate that ended while the controller was away is replaced by token, if there is a new one")
    func endedMeanwhile() async throws {
        let fake = try FakeController()
        fake.knobs.withLock {
            $0.lifetime = .seconds(1)
            $0.renewal = .refuse(.internalServerError, code: "internal")
        }
        try await withTemporaryDirectory { directory in
            let hash = try fake.pin
            // The token of the first enrollment, later another one.
            let credentials: @Sendable () -> Credentials = {
                let isFirst = fake.seen.enrollments.isEmpty
                return Credentials(token: isFirst ? "the-token" : "second-token", authorityHash: hash)
            }
            try await fake.serve { controller in
                let configuration = AgentConfiguration(
                    listen: HostPort(host: "127.0.0.1", port: 0),
                    controllers: ControllerList(controller),
                    uuid: FakeController.uuid,
                    state: AgentStateDirectory(path: directory),
                    workers: 1,
                    credentials: credentials,
                    timing: testTiming()
                )
                try await withAgent(configuration) { agent in
                    _ = try await agent.listening.wait()
                    fake.knobs.withLock {
                        $0.token = "second-token"
                        $0.tokenIsSpent = false
                        $0.lifetime = .seconds(3600)
                    }
                    try await eventually("it has enrolled again") {
                        agent.keeper.identity.current?.current.certificate.notValidAfter
                            ?? .distantPast > Date(timeIntervalSinceNow: 1800)
                    }
                }
            }
        }
        #expect(fake.seen.enrollments.map(\.token) == ["the-token", "second-token"])
    }
}
