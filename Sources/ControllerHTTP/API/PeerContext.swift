import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOSSL
import Shared
import SwiftASN1
import Wire
import X509

/// Who sent a request, as the TLS layer or a token proved it.
package enum Peer: Sendable, Equatable {
    /// No certificate was shown.
    case anonymous
    /// Someone at the web interface who may look, and no more.
    case reader
    /// A certificate of our authority was shown, for this identity.
    case identified(SPIFFEID)
    /// A certificate of our authority was shown that names no identity.
    case nameless
}

/// A request's context with its sender.
package struct PeerContext: RequestContext {
    /// What Hummingbird keeps.
    package var coreContext: CoreRequestContextStorage
    /// Who sent the request; filled in by ``PeerMiddleware``.
    package var peer: Peer = .anonymous
    /// Whether a controller passed the request on for ``peer``; it is not passed on again.
    package var isForwarded = false
    /// The sender's address; `nil` where the transport has none.
    package let address: IPAddress?
    /// The connection, below any HTTP/2 stream.
    let connection: any Channel
    /// What carries this request alone at a time: the connection, or the stream of an HTTP/2 one.
    package let channel: any Channel

    /// The context of a request that came over `source`.
    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        connection = source.channel.parent.flatMap { $0.parent == nil ? nil : $0 } ?? source.channel
        address = connection.remoteAddress?.ip
    }

    /// JSON as the whole API writes it.
    package var requestDecoder: JSONDecoder { WireCoding.decoder() }
    /// JSON as the whole API writes it.
    package var responseEncoder: JSONEncoder { WireCoding.encoder() }
}

/// Fills in who sent a request, from the certificate of its connection.
struct PeerMiddleware: RouterMiddleware {
    typealias Context = PeerContext

    func handle(
        _ request: Request,
        context: PeerContext,
        next: (Request, PeerContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let shown = try? await context.connection.nioSSL_peerCertificate().get() {
            let certificate = try? Certificate(derEncoded: shown.toDERBytes())
            context.peer = certificate?.spiffeID.map(Peer.identified) ?? .nameless
        }
        return try await next(request, context)
    }
}

extension PeerContext {
    /// The name of a client or an operator.
    ///
    /// - Throws: A 401 problem without a certificate, a 403 problem with one for another role.
    func requireClient() throws -> String {
        switch try requireIdentity() {
        case .client(let name), .operator(let name): return name
        case let other: throw Self.forbidden(other, needs: "client")
        }
    }

    /// The name of an operator.
    func requireOperator() throws -> String {
        switch try requireIdentity() {
        case .operator(let name): return name
        case let other: throw Self.forbidden(other, needs: "operator")
        }
    }

    /// The name of the machine that becomes a controller.
    func requireJoiningController() throws -> String {
        switch try requireIdentity() {
        case .joiningController(let name): return name
        case let other: throw Self.forbidden(other, needs: "controller")
        }
    }

    /// Checks that the sender may look at everything: an operator, or someone whom the web interface lets look.
    func requireReader() throws {
        if peer == .reader { return }
        _ = try requireOperator()
    }

    /// Checks that the sender is the agent of the machine `uuid`.
    func requireAgent(uuid: String) throws {
        let identity = try requireIdentity()
        guard case .agent(let own) = identity else { throw Self.forbidden(identity, needs: "agent") }
        guard own == uuid else {
            throw Problem(
                .forbidden,
                code: "other-agent",
                detail: "the certificate is for the agent of \(own), which may not act for \(uuid)"
            )
        }
    }

    /// The sender's identity.
    func requireIdentity() throws -> SPIFFEID {
        switch peer {
        case .identified(let id): return id
        case .reader:
            throw Problem(
                .forbidden,
                code: "read-only",
                detail: "this needs the token of the web interface, or an operator's certificate on the other port"
            )
        case .anonymous:
            throw Problem(
                .unauthorized,
                code: "no-certificate",
                detail: "this route needs a client certificate of the controller's authority; "
                    + "make one with 'cms-controller client add NAME --out DIR'"
            )
        case .nameless:
            throw Problem(
                .forbidden,
                code: "no-identity",
                detail: "the certificate names no identity of this trust domain"
            )
        }
    }

    private static func forbidden(_ id: SPIFFEID, needs role: String) -> Problem {
        Problem(
            .forbidden,
            code: "wrong-role",
            detail: "the certificate is for \(id), this route is for the role '\(role)'"
        )
    }
}
