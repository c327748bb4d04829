import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTLS
import NIOCore
import NIOHTTP1
import NIOSSL
import Shared
import Synchronization
import Wire

/// A guest's agent on loopback: enrolls with what its domain was given, serves, registers, reports; and misbehaves on
/// demand.
public final class FakeAgent: Sendable {
    /// How it answers `/fib/20`.
    public enum Answer: Sendable {
        /// 6765.
        case right
        /// Another number.
        case wrong
        /// Bytes that are no JSON.
        case garbage
        /// Nothing for so long.
        case late(Duration)
    }

    /// What a test turns.
    public struct Behaviour: Sendable {
        /// Whether it enrolls and registers at all.
        public var registers = true
        /// The UUID it gives as its own; `nil` for the right one.
        public var claimedUUID: String?
        /// How it answers the probe.
        public var answer = Answer.right
        /// Whether `/healthz` says that all is well.
        public var isHealthy = true
        /// The busy share it reports, percent; `nil` for no reports.
        public var busy: Double? = 5
        /// The requests a second it reports, with what goes with them; `nil` for none.
        public var requestsPerSecond: Double?

        /// A good agent, with little to do.
        public init() {}
    }

    /// The machine's UUID.
    public let uuid: String
    private let credentials: [String: String]
    private let state: Mutex<State>

    private struct State {
        var behaviour: Behaviour
        var identity: Identity?
        var refusals: [String] = []
        var commands = 0
        var reports = 0
        var answers = 0
        var healthChecks = 0
        var url: String?
    }

    /// An agent.
    ///
    /// - Parameters:
    ///   - uuid: The machine's UUID.
    ///   - credentials: What the controller gave the domain: `cms.join-token`, `cms.controller`, `cms.ca-hash`.
    ///   - identity: What a former life of it got; it enrolls without one.
    ///   - behaviour: How it behaves.
    public init(
        uuid: String,
        credentials: [String: String],
        identity: Identity? = nil,
        behaviour: Behaviour = Behaviour()
    ) {
        self.uuid = uuid
        self.credentials = credentials
        self.state = Mutex(State(behaviour: behaviour, identity: identity))
    }

    /// How it behaves from now on.
    public var behaviour: Behaviour {
        get { state.withLock { $0.behaviour } }
        set { state.withLock { $0.behaviour = newValue } }
    }

    /// What it got from the controller.
    public var identity: Identity? { state.withLock { $0.identity } }
    /// The codes of the refusals it met.
    public var refusals: [String] { state.withLock { $0.refusals } }
    /// Lines of its command streams.
    public var commands: Int { state.withLock { $0.commands } }
    /// Reports that were taken.
    public var reports: Int { state.withLock { $0.reports } }
    /// Numbers that it was asked for.
    public var answers: Int { state.withLock { $0.answers } }
    /// How often it was asked whether it is well.
    public var healthChecks: Int { state.withLock { $0.healthChecks } }
    /// Where it serves.
    public var url: String? { state.withLock { $0.url } }

    /// The same machine's agent after a restart.
    public func reborn() -> FakeAgent {
        FakeAgent(uuid: uuid, credentials: credentials, identity: identity, behaviour: behaviour)
    }

    /// Lives until it is cancelled.
    public func run() async throws {
        guard behaviour.registers, let controller = credentials["cms.controller"].flatMap({ HostPort($0) }) else {
            return
        }
        let client = HTTPClient.cms(connectTimeout: .seconds(2), readTimeout: .seconds(6))
        do {
            let identity = try await enrolled(controller, client)
            state.withLock { $0.identity = identity }
            try await serve(identity, controller, client)
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private func enrolled(_ controller: HostPort, _ client: HTTPClient) async throws -> Identity {
        if let identity { return identity }
        // One key for one token: when an answer is lost, the controller takes the same key again, and no other.
        let request = try CertificateRequest(commonName: "fake")
        while true {
            do {
                let authority = try await AuthorityPin.fetch(from: controller, pin: credentials["cms.ca-hash"] ?? "")
                let issued = try await send(
                    .POST,
                    "https://\(controller)/v1/enroll",
                    EnrollmentRequest(
                        token: credentials["cms.join-token"] ?? "",
                        uuid: behaviour.claimedUUID ?? uuid,
                        csr: request.pem
                    ),
                    tls: try .cmsClient(identity: nil, authority: authority),
                    client
                )
                return try request.identity(with: WireCoding.decode(IssuedCertificate.self, from: issued))
            } catch {
                // Whatever it is, real agents try again, too.
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    private func serve(_ identity: Identity, _ controller: HostPort, _ client: HTTPClient) async throws {
        let rotating = try RotatingIdentity(identity)
        let port = AsyncStream.makeStream(of: Int.self)
        let router = Router()
        router.get("/healthz") { [self] _, _ in
            state.withLock { state in
                state.healthChecks += 1
                return state.behaviour.isHealthy ? HTTPResponse.Status.ok : .serviceUnavailable
            }
        }
        router.get("/fib/{n}") { [self] _, context in try await answer(context.parameters.require("n", as: Int.self)) }
        // In the family of the controller, from where it will be asked.
        let own = controller.host.contains(":") ? "::1" : "127.0.0.1"
        let application = Application(
            router: router,
            server: try .tls(
                .http1(),
                tlsConfiguration: .cmsServer(identity: rotating, asksForClientCertificate: false)
            ),
            configuration: ApplicationConfiguration(address: .hostname(own, port: 0)),
            onServerRunning: { channel in port.continuation.yield(channel.localAddress?.port ?? 0) },
            logger: .quiet
        )
        try await withThrowingTaskGroup { group in
            group.addTask { try await application.run() }
            group.addTask { [self] in
                for await number in port.stream {
                    state.withLock { $0.url = "https://\(HostPort(host: own, port: number))" }
                    try await keepSession(port: number, rotating, "https://\(controller)/v1/agents/\(uuid)", client)
                }
            }
            defer { group.cancelAll() }
            _ = try await group.next()
        }
    }

    private func answer(_ n: Int) async throws -> Response {
        state.withLock { $0.answers += 1 }
        let text =
            switch behaviour.answer {
            case .right: #"{"input":\#(n),"result":6765,"server":"fake"}"#
            case .wrong: #"{"input":\#(n),"result":6766,"server":"fake"}"#
            case .garbage: "\u{0}\u{1}<html>"
            case .late(let pause):
                try await { () async throws -> String in
                    try await Task.sleep(for: pause)
                    return #"{"input":\#(n),"result":6765,"server":"fake"}"#
                }()
            }
        return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private func keepSession(
        port: Int,
        _ identity: RotatingIdentity,
        _ base: String,
        _ client: HTTPClient
    ) async throws {
        while !Task.isCancelled {
            do {
                // What a guest calls itself is not what the hypervisor calls it.
                let registration = AgentRegistration(version: "0", hostname: "localhost", port: port, vCPUs: 1)
                _ = try await send(.PUT, base, registration, tls: identity.clientConfiguration, client)
                var request = HTTPClientRequest(url: "\(base)/commands?watch")
                request.tlsConfiguration = identity.clientConfiguration
                let response = try await client.execute(request, timeout: .seconds(5))
                guard response.status == .ok else { throw NeverHappened(description: "no stream") }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { [self] in
                        for try await _ in LineSequence(response.body, limit: 65_536) {
                            state.withLock { $0.commands += 1 }
                        }
                    }
                    group.addTask { [self] in try await report(base, identity, client) }
                    defer { group.cancelAll() }
                    _ = try await group.next()
                }
            } catch {
                try Task.checkCancellation()
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func report(_ base: String, _ identity: RotatingIdentity, _ client: HTTPClient) async throws {
        for sequence in UInt64(1)... {
            if let busy = behaviour.busy {
                var report = LoadReport(sequence: sequence, measuredAt: Date(), cause: "interval")
                report.busy = busy
                if let rate = behaviour.requestsPerSecond {
                    report.requestsPerSecond = rate
                    report.serviceTimeP50 = 0.1 + busy / 400
                    report.serviceTimeP99 = 0.2 + busy / 100
                    report.inFlight = Int(rate / 5)
                    report.queued = busy > 95 ? 6 : 0
                }
                _ = try await send(.POST, "\(base)/reports", report, tls: identity.clientConfiguration, client)
                state.withLock { $0.reports += 1 }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func send(
        _ method: HTTPMethod,
        _ url: String,
        _ message: some Encodable,
        tls: TLSConfiguration,
        _ client: HTTPClient
    ) async throws -> ByteBuffer {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.tlsConfiguration = tls
        request.body = .bytes(ByteBuffer(bytes: try WireCoding.encoder().encode(message)))
        let response = try await client.execute(request, timeout: .seconds(5))
        let body = try await response.body.collect(upTo: 65_536)
        guard (200...299).contains(response.status.code) else {
            let problem = try? WireCoding.decode(Problem.self, from: body)
            let code = problem?.code ?? "\(response.status.code)"
            state.withLock { $0.refusals.append(code) }
            throw NeverHappened(description: "accepted: \(code)")
        }
        return body
    }
}
