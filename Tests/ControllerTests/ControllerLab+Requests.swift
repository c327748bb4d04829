import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Shared
import Synchronization
import TestSupport
import Testing
import Wire

@testable import EmbeddedStore
@testable import Orchestration
@testable import Persistence

/// What came back.
struct Answer: Sendable {
    let status: Int
    let isHTTP2: Bool
    let body: ByteBuffer

    /// The problem's code, if it is a problem.
    var code: String? { (try? WireCoding.decode(Problem.self, from: body))?.code }

    func message<Message: Decodable>(_ type: Message.Type) throws -> Message {
        try WireCoding.decode(type, from: body)
    }
}

extension ControllerLab {
    /// Sends one request.
    func call(
        _ running: Running,
        _ method: HTTPMethod,
        _ path: String,
        tls: TLSConfiguration,
        _ body: ByteBuffer? = nil,
        with client: HTTPClient? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "https://\(HostPort(host: listen, port: running.port))\(path)")
        request.method = method
        request.tlsConfiguration = tls
        if let body { request.body = .bytes(body) }
        let response = try await (client ?? self.client).execute(request, timeout: .seconds(10))
        return Answer(
            status: Int(response.status.code),
            isHTTP2: response.version == .http2,
            body: try await response.body.collect(upTo: WireLimits.answerBody)
        )
    }

    /// Sends one request as `identity`.
    func call(
        _ running: Running,
        _ method: HTTPMethod,
        _ path: String,
        as identity: Identity? = nil,
        _ body: ByteBuffer? = nil,
        with client: HTTPClient? = nil
    ) async throws -> Answer {
        try await call(running, method, path, tls: tls(identity), body, with: client)
    }

    /// Asks for a certificate.
    func enroll(
        _ running: Running,
        token: String,
        uuid: String,
        csr: String? = nil
    ) async throws -> Answer {
        let csr = try csr ?? CertificateRequest(commonName: "x").pem
        let message = EnrollmentRequest(token: token, uuid: uuid, csr: csr)
        return try await call(running, .POST, "/v1/enroll", WireCoding.line(message))
    }

    /// A join token in the store.
    func token(for uuid: String, lifetime: TimeInterval = 60) async throws -> String {
        let token = JoinToken()
        try await store().addToken(
            JoinTokenRecord(hash: token.hash, uuid: uuid, expires: Date().addingTimeInterval(lifetime))
        )
        return token.secret
    }

    /// Opens a watch and collects its lines until it ends.
    func watch(_ running: Running, query: String = "watch", with client: HTTPClient? = nil) throws -> WatchLog {
        let log = WatchLog()
        let tls = try tls(clientIdentity())
        let client = client ?? self.client
        background.start {
            defer { log.end() }
            var request = HTTPClientRequest(
                url: "https://\(HostPort(host: listen, port: running.port))/v1/endpoints?\(query)"
            )
            request.tlsConfiguration = tls
            let response = try await client.execute(request, timeout: .seconds(10))
            guard response.status == .ok else { return }
            for try await line in LineSequence(response.body, limit: WireLimits.streamLine) {
                log.add(try WireCoding.decode(EndpointNotice.self, from: line))
            }
        }
        return log
    }
}

/// What a watching client was told.
final class WatchLog: Sendable {
    private let state = Mutex((notices: [EndpointNotice](), ended: false))

    var notices: [EndpointNotice] { state.withLock { $0.notices } }
    var isEnded: Bool { state.withLock { $0.ended } }

    fileprivate func add(_ notice: EndpointNotice) { state.withLock { $0.notices.append(notice) } }
    fileprivate func end() { state.withLock { $0.ended = true } }

    /// The endpoints' names after the last line, as a client would have put the lines together.
    var names: Set<String> {
        var names: Set<String> = []
        for notice in notices {
            if notice.kind == .set { names = Set((notice.endpoints ?? []).map(\.name)) }
            names.formUnion((notice.added ?? []).map(\.name))
            names.subtract((notice.removed ?? []).map(\.name))
        }
        return names
    }

    /// The lines but the heartbeats, as `kind` or `kind name`.
    var story: [String] {
        notices.filter { $0.kind != .heartbeat }.map { notice in
            let added = (notice.added ?? []).map { " +\($0.name)" }.joined()
            let removed = (notice.removed ?? []).map { " -\($0.name)" }.joined()
            return notice.kind.word + added + removed + (notice.name.map { " \($0)" } ?? "")
        }
    }
}
