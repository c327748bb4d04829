import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOSSL
import Shared
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes the connections to whichever controller is to be asked.
struct ControllerConnections: Sendable {
    let known: KnownControllers
    let clients: ControllerClients
    let timeout: Duration

    /// A connection to the controller whose turn it is.
    func connection(_ rotation: ControllerRotation) -> ControllerConnection {
        let isHasty = rotation.isHasty(among: known.list)
        return ControllerConnection(
            controller: rotation.current,
            client: clients.client(isHasty: isHasty),
            timeout: timeout,
            pinTimeout: isHasty ? min(timeout, ControllerClients.hastyConnect) : timeout
        )
    }
}

/// One controller's routes as this agent calls them.
struct ControllerConnection: Sendable {
    /// Why a call had no usable answer.
    enum Failure: Error, CustomStringConvertible {
        /// The controller answered with an error.
        case refused(Problem)
        /// The answer was not what the route promises.
        case garbled(String)

        var description: String {
            switch self {
            case .refused(let problem): "the controller refused: \(problem)"
            case .garbled(let reason): "the controller's answer makes no sense: \(reason)"
            }
        }
    }

    /// The longest line of a command stream in bytes; a command has a hundred.
    static let commandLine = 64 * 1024

    let controller: HostPort
    let client: HTTPClient
    let timeout: Duration
    /// The longest wait for the authority's certificate.
    let pinTimeout: Duration

    init(controller: HostPort, client: HTTPClient, timeout: Duration, pinTimeout: Duration? = nil) {
        self.controller = controller
        self.client = client
        self.timeout = timeout
        self.pinTimeout = pinTimeout ?? timeout
    }

    /// `POST /v1/enroll`.
    func enroll(_ request: EnrollmentRequest, tls: TLSConfiguration) async throws -> IssuedCertificate {
        try await exchange(.POST, "/v1/enroll", request, tls: tls, timeout: timeout)
    }

    /// `POST /v1/renew`.
    func renew(_ request: RenewalRequest, tls: TLSConfiguration) async throws -> IssuedCertificate {
        try await exchange(.POST, "/v1/renew", request, tls: tls, timeout: timeout)
    }

    /// `PUT /v1/agents/{uuid}`.
    func register(
        uuid: String,
        _ registration: AgentRegistration,
        tls: TLSConfiguration
    ) async throws -> RegistrationAnswer {
        try await exchange(.PUT, "/v1/agents/\(uuid)", registration, tls: tls, timeout: timeout)
    }

    /// `POST /v1/agents/{uuid}/reports`.
    func report(uuid: String, _ report: LoadReport, tls: TLSConfiguration, timeout: Duration) async throws {
        let path = "/v1/agents/\(uuid)/reports"
        let response = try await send(.POST, path, report, tls: tls, timeout: timeout)
        _ = try await accepted(response, timeout: timeout)
    }

    /// `GET /v1/agents/{uuid}/commands?watch`: returns when the stream has been opened.
    func commands(uuid: String, tls: TLSConfiguration) async throws -> LineSequence<HTTPClientResponse.Body> {
        var request = makeRequest(.GET, "/v1/agents/\(uuid)/commands?watch", tls: tls)
        request.headers.add(name: "accept", value: "application/x-ndjson, application/json")
        // The deadline is for the head only; silence in the stream is the session's to notice.
        let response = try await client.execute(request, deadline: .now() + TimeAmount(timeout))
        guard response.status == .ok else { throw await Self.problem(of: response, timeout: timeout) }
        return LineSequence(response.body, limit: Self.commandLine)
    }

    private func exchange<Answer: Decodable & Sendable>(
        _ method: HTTPMethod,
        _ path: String,
        _ message: some Encodable,
        tls: TLSConfiguration,
        timeout: Duration
    ) async throws -> Answer {
        let response = try await send(method, path, message, tls: tls, timeout: timeout)
        let body = try await accepted(response, timeout: timeout)
        do {
            return try WireCoding.decode(Answer.self, from: body)
        } catch {
            throw Failure.garbled("\(method.rawValue) \(path) gave no \(Answer.self): \(ErrorText.of(error))")
        }
    }

    private func send(
        _ method: HTTPMethod,
        _ path: String,
        _ message: some Encodable,
        tls: TLSConfiguration,
        timeout: Duration
    ) async throws -> HTTPClientResponse {
        var request = makeRequest(method, path, tls: tls)
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: try WireCoding.encoder().encode(message)))
        return try await client.execute(request, deadline: .now() + TimeAmount(timeout))
    }

    private func makeRequest(_ method: HTTPMethod, _ path: String, tls: TLSConfiguration) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "https://\(controller)\(path)")
        request.method = method
        request.tlsConfiguration = tls
        return request
    }

    /// The body of a good answer; throws for any other.
    private func accepted(_ response: HTTPClientResponse, timeout: Duration) async throws -> ByteBuffer {
        guard (200...299).contains(response.status.code) else {
            throw await Self.problem(of: response, timeout: timeout)
        }
        return try await withDeadline(timeout) { try await response.body.collect(upTo: WireLimits.answerBody) }
    }

    private static func problem(of response: HTTPClientResponse, timeout: Duration) async -> Failure {
        let body = try? await withDeadline(timeout) { try await response.body.collect(upTo: 64 * 1024) }
        if let body, var problem = try? WireCoding.decode(Problem.self, from: body) {
            // The status line counts, whatever the body says.
            problem.statusCode = Int(response.status.code)
            return .refused(problem)
        }
        return .refused(
            Problem(
                HTTPResponse.Status(code: Int(response.status.code)),
                code: "http-\(response.status.code)",
                detail: "the answer came without an explanation"
            )
        )
    }
}
