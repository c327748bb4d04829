import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServerSupport
import ServiceLifecycle
import Shared
import SwiftASN1
import Synchronization
import TestSupport
import Wire
import X509

@testable import GuestAgent

/// A controller over real TLS with knobs for everything that can go wrong.
///
/// It remembers what it was sent.
///
/// ``serve(port:_:)`` may be used several times after another, as a controller that is started anew.
final class FakeController: Sendable {
    /// What an enrollment or a renewal gets.
    enum Issuing: Sendable {
        case proper
        case refuse(HTTPResponse.Status, code: String)
        case garbage
        case otherAuthority
        case otherUUID
        case otherKey
        case expired
    }

    /// What a registration or a report gets.
    enum Answering: Sendable {
        case proper
        case refuse(HTTPResponse.Status, code: String)
        case garbage
        case problem(Problem)
    }

    /// The knobs.
    struct Knobs: Sendable {
        var token = "the-token"
        var tokenIsSpent = false
        var enrollment = Issuing.proper
        var renewal = Issuing.proper
        var registration = Answering.proper
        var reports = Answering.proper
        var lifetime = Duration.seconds(3600)
        var serverName = "vm1"
        var reportSeconds = 1.0
        var heartbeats = true
        var heartbeatSeconds = 2.0
        /// What answers and heartbeats say of live controllers.
        var controllers: [String]?
    }

    /// What came.
    struct Record: Sendable {
        var enrollments: [EnrollmentRequest] = []
        var renewals: [(request: RenewalRequest, by: SPIFFEID?)] = []
        var registrations: [AgentRegistration] = []
        var registrationPeers: [SPIFFEID?] = []
        var streams = 0
        var reports: [(report: LoadReport, at: ContinuousClock.Instant, connection: ObjectIdentifier)] = []
        var issued: [Certificate] = []
    }

    static let uuid = "0f2a4c66-9f6a-4d8e-8f7e-2b1f6a7c9d10"

    let authority: TestAuthority
    let knobs = Mutex(Knobs())
    private let record = Mutex(Record())
    private let isClosing = Mutex(false)
    private let streams = Mutex<[Int: AsyncStream<ByteBuffer?>.Continuation]>([:])

    init(_ authority: TestAuthority? = nil) throws {
        self.authority = try authority ?? TestAuthority()
    }

    var pin: String { get throws { try authority.authority.certificate.fingerprint() } }

    /// What came until now.
    var seen: Record { record.withLock { $0 } }

    /// The number of command streams that are open.
    var openStreams: Int { streams.withLock { $0.count } }

    /// Serves on loopback while `body` runs.
    @discardableResult
    func serve<Value: Sendable>(
        port: Int = 0,
        _ body: @escaping @Sendable (HostPort) async throws -> Value
    ) async throws -> Value {
        isClosing.withLock { $0 = false }
        let listening = Latch<Int>()
        let stopper = AcceptStopper(loops: MultiThreadedEventLoopGroup.singleton)
        let identity = try RotatingIdentity(authority.server())
        let application = Application(
            responder: CallbackResponder<PeerContext> { request, context in
                do {
                    return try await self.respond(request, context)
                } catch let problem as Problem {
                    return problem.response()
                }
            },
            server: try .tls(
                .http1(configuration: .init(additionalChannelHandlers: [HalfClosureDisabler()])),
                tlsConfiguration: .cmsServer(identity: identity, asksForClientCertificate: true)
            ),
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                stopper.serverIsRunning(on: channel)
                listening.set(channel.localAddress?.port ?? 0)
            },
            logger: testLogger
        )
        let quiet = Logger(label: "fake-controller") { _ in SwiftLogNoOpLogHandler() }
        let beat = Heart {
            if self.isClosing.withLock({ $0 }) { self.dropStreams() }
            if self.knobs.withLock({ $0.heartbeats }) { self.send(.heartbeat) }
        }
        let all = ServiceGroup(services: [beat, application, stopper], logger: quiet)
        return try await withService(all, logger: quiet) {
            let port = try await listening.wait()
            defer {
                self.isClosing.withLock { $0 = true }
                self.dropStreams()
            }
            return try await body(HostPort(host: "127.0.0.1", port: port))
        }
    }

    /// Sends a command over all open streams.
    func send(_ kind: AgentCommand.Kind) {
        var command = AgentCommand(kind: kind, sequence: 1, at: Date())
        if kind == .heartbeat { command.controllers = knobs.withLock { $0.controllers } }
        guard let line = try? WireCoding.line(command) else { return }
        send(raw: line)
    }

    /// Sends bytes over all open streams.
    func send(raw: ByteBuffer) {
        for stream in streams.withLock({ Array($0.values) }) { stream.yield(raw) }
    }

    /// Ends all open streams.
    func dropStreams() {
        for stream in streams.withLock({ Array($0.values) }) { stream.finish() }
    }

    private func respond(_ request: Request, _ context: PeerContext) async throws -> Response {
        let path = request.uri.path
        let base = "/v1/agents/\(Self.uuid)"
        switch (request.method, path) {
        case (.post, "/v1/enroll"): return try await enroll(request)
        case (.post, "/v1/renew"): return try await renew(request, context)
        case (.put, base): return try await register(request, context)
        case (.post, base + "/reports"): return try await report(request, context)
        case (.get, base + "/commands") where request.uri.query?.hasPrefix("watch") == true: return stream(request)
        default: throw Problem(.notFound, code: "not-found", detail: "\(request.method) \(path)")
        }
    }

    private func enroll(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: WireLimits.enrollmentBody)
        let message = try WireCoding.decode(EnrollmentRequest.self, from: body)
        record.withLock { $0.enrollments.append(message) }
        let knobs = self.knobs.withLock { $0 }
        if case .proper = knobs.enrollment {
            guard message.token == knobs.token else {
                throw Problem(.unauthorized, code: "token-unknown", detail: "this token was never given")
            }
            guard !knobs.tokenIsSpent else {
                throw Problem(.unauthorized, code: "token-used", detail: "this token has been used")
            }
            self.knobs.withLock { $0.tokenIsSpent = true }
        }
        return try issue(knobs.enrollment, csr: message.csr)
    }

    private func renew(_ request: Request, _ context: PeerContext) async throws -> Response {
        let body = try await request.body.collect(upTo: WireLimits.enrollmentBody)
        let message = try WireCoding.decode(RenewalRequest.self, from: body)
        let peer = try await context.peer()
        record.withLock { $0.renewals.append((message, peer)) }
        return try issue(knobs.withLock { $0.renewal }, csr: message.csr)
    }

    private func issue(_ issuing: Issuing, csr: String) throws -> Response {
        var signer = authority.authority
        var id = SPIFFEID.agent(uuid: Self.uuid)
        var csr = csr
        var now = Date()
        switch issuing {
        case .proper: break
        case .refuse(let status, let code): throw Problem(status, code: code, detail: "refused by the test")
        case .garbage: return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "{\"certificate\":7}")))
        case .otherAuthority: signer = try TestAuthority().authority
        case .otherUUID: id = .agent(uuid: UUID().uuidString.lowercased())
        case .otherKey: csr = try CertificateRequest(commonName: "other").pem
        case .expired: now = Date(timeIntervalSinceNow: -86400)
        }
        let leaf = CertificateAuthority.Leaf(
            id: id,
            addresses: [IPAddress("127.0.0.1")].compactMap { $0 },
            usage: .serverAndClient,
            lifetime: knobs.withLock { $0.lifetime }
        )
        let issued = try signer.issue(leaf, forRequest: csr, now: now)
        let certificate = try Certificate(pemEncoded: issued.certificate)
        record.withLock { $0.issued.append(certificate) }
        return try Self.json(issued)
    }

    private func register(_ request: Request, _ context: PeerContext) async throws -> Response {
        let body = try await request.body.collect(upTo: WireLimits.reportBody)
        let message = try WireCoding.decode(AgentRegistration.self, from: body)
        let peer = try await context.peer()
        record.withLock {
            $0.registrations.append(message)
            $0.registrationPeers.append(peer)
        }
        let knobs = self.knobs.withLock { $0 }
        switch knobs.registration {
        case .refuse(let status, let code): throw Problem(status, code: code, detail: "refused by the test")
        case .problem(let problem): throw problem
        case .garbage: return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "]")))
        case .proper:
            var answer = RegistrationAnswer(
                server: knobs.serverName,
                reportSeconds: knobs.reportSeconds,
                heartbeatSeconds: knobs.heartbeatSeconds
            )
            answer.controllers = knobs.controllers
            return try Self.json(answer)
        }
    }

    private func report(_ request: Request, _ context: PeerContext) async throws -> Response {
        let at = ContinuousClock.now
        let body = try await request.body.collect(upTo: WireLimits.reportBody)
        let message = try WireCoding.decode(LoadReport.self, from: body)
        record.withLock { $0.reports.append((message, at, ObjectIdentifier(context.channel))) }
        switch knobs.withLock({ $0.reports }) {
        case .proper: return Response(status: .noContent)
        case .garbage: return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "]")))
        case .problem(let problem): throw problem
        case .refuse(let status, let code): throw Problem(status, code: code, detail: "refused by the test")
        }
    }

    private func stream(_ request: Request) -> Response {
        let (chunks, continuation) = AsyncStream.makeStream(of: ByteBuffer?.self)
        let id = record.withLock { record in
            record.streams += 1
            return record.streams
        }
        streams.withLock { $0[id] = continuation }
        continuation.onTermination = { _ in self.streams.withLock { _ = $0.removeValue(forKey: id) } }
        return Response(
            status: .ok,
            headers: [.contentType: "application/x-ndjson"],
            body: ResponseBody { writer in
                defer { continuation.finish() }
                // Without this the stream would outlive an agent that has gone.
                try await request.body.consumeWithInboundCloseHandler { _ in
                    for await chunk in chunks {
                        if let chunk { try await writer.write(chunk) }
                    }
                } onInboundClosed: {
                    continuation.finish()
                }
                try await writer.finish(nil)
            }
        )
    }

    private static func json(_ value: some Encodable) throws -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: try WireCoding.encoder().encode(value)))
        )
    }
}

/// A context that can tell who the peer is.
struct PeerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    func peer() async throws -> SPIFFEID? {
        guard let certificate = try await channel.nioSSL_peerCertificate().get() else { return nil }
        return try Certificate(derEncoded: certificate.toDERBytes()).spiffeID
    }
}

/// Does something twenty times a second until the shutdown.
private struct Heart: Service {
    let beat: @Sendable () -> Void

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                beat()
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }
}
