import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1
import Shared
import Wire

/// The requests that a client makes to the controller, over mutual TLS.
struct DiscoveryAPI: Sendable {
    /// The controller's address.
    let address: HostPort
    /// What is shown, and whom it trusts.
    let identity: RotatingIdentity
    /// The connections.
    let http: HTTPClient

    /// An open watch stream.
    typealias Lines = LineSequence<HTTPClientResponse.Body>

    /// Opens `GET /v1/endpoints?watch` of a group, from a known revision where one is given.
    ///
    /// - Throws: Problem when the controller refuses.
    func watch(group: String?, from revision: UInt64?) async throws -> Lines {
        var query = revision.map { "watch&from=\($0)" } ?? "watch"
        if let group { query += "&group=\(Self.escaped(group))" }
        // The stream has no end of its own; the HTTP client breaks it off when it falls silent.
        let response = try await http.execute(request("/v1/endpoints?\(query)"), deadline: .distantFuture)
        guard response.status == .ok else { throw await Self.problem(response) }
        return LineSequence(response.body, limit: WireLimits.streamLine)
    }

    /// `POST /v1/endpoints/acks`.
    func acknowledge(_ message: EndpointAcknowledgement, group: String?) async throws {
        let query = group.map { "?group=\(Self.escaped($0))" } ?? ""
        let response = try await post("/v1/endpoints/acks\(query)", message)
        guard (200...299).contains(response.status.code) else { throw await Self.problem(response) }
        _ = try await response.body.collect(upTo: WireLimits.answerBody)
    }

    /// `POST /v1/renew`.
    func renew(_ message: RenewalRequest) async throws -> IssuedCertificate {
        let response = try await post("/v1/renew", message)
        guard (200...299).contains(response.status.code) else { throw await Self.problem(response) }
        let body = try await response.body.collect(upTo: WireLimits.answerBody)
        do {
            return try WireCoding.decode(IssuedCertificate.self, from: body)
        } catch {
            throw AttemptFailure(.final, "the controller's answer holds no certificate: \(ErrorText.of(error))")
        }
    }

    /// A text as the value of a query's key.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = byte < 0x80 && (UnicodeScalar(byte).properties.isAlphabetic || (0x30...0x39).contains(byte))
            return isPlain || "._-~".utf8.contains(byte)
                ? String(UnicodeScalar(byte)) : "%\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
        }.joined()
    }

    private func post(_ path: String, _ message: some Encodable) async throws -> HTTPClientResponse {
        var request = request(path)
        request.method = .POST
        request.headers.replaceOrAdd(name: "content-type", value: "application/json")
        request.body = .bytes(try WireCoding.line(message))
        return try await http.execute(request, timeout: .seconds(10))
    }

    private func request(_ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "https://\(address)\(path)")
        request.tlsConfiguration = identity.clientConfiguration
        request.headers.add(name: "user-agent", value: "cms-client/\(CMSVersion.current)")
        return request
    }

    /// The controller's own words, or the bare status when it gave none.
    private static func problem(_ response: HTTPClientResponse) async -> Problem {
        let body = try? await response.body.collect(upTo: WireLimits.answerBody)
        if let body, let problem = try? WireCoding.decode(Problem.self, from: body) { return problem }
        return Problem(
            .init(code: Int(response.status.code), reasonPhrase: response.status.reasonPhrase),
            code: "http-\(response.status.code)",
            detail: "the controller answered \(response.status.code) \(response.status.reasonPhrase)"
        )
    }
}
