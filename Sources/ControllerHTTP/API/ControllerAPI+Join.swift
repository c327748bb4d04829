import Foundation
import HTTPTypes
import Hummingbird
import Lifecycle
import Monitoring
import NIOCore
import Orchestration
import Persistence
import Shared
import Wire

/// How a machine becomes a controller of the same authority.
extension ControllerAPI {
    /// How long a machine that joins has to fetch the authority.
    private static let joiningLifetime = Duration.seconds(300)

    /// `POST /v1/join`: a certificate of a few minutes with which the authority can be fetched, for a token.
    @Sendable func join(_ request: Request, _ context: PeerContext) async throws -> Response {
        let sender = (context.address ?? IPAddress(family: .v4, value: 0)).sender
        guard joins.admit(sender, now: parts.clock.now) else {
            throw Problem(
                .tooManyRequests,
                code: "too-often",
                detail: "too many attempts from \(sender); wait a second"
            )
        }
        let message = try await request.message(ControllerJoinRequest.self, limit: WireLimits.enrollmentBody)
        guard SPIFFEID.isName(message.name) else {
            throw refuse(
                Problem(
                    .badRequest,
                    code: "out-of-range",
                    detail: "'name' is no controller's name: 1 to 64 letters, digits, '.', '_' or '-'"
                ),
                context
            )
        }
        let key: String
        do {
            key = try keyFingerprint(ofRequest: message.csr)
        } catch let problem as Problem {
            throw refuse(problem, context)
        }
        let outcome = try await parts.store.redeemToken(
            hash: JoinToken.hash(of: message.token),
            uuid: ControllerJoinRequest.tokenSubject(message.name),
            key: key,
            now: parts.clock.date
        )
        if let problem = Self.problem(of: outcome, remedy: "--for-controller \(message.name)") {
            throw refuse(problem, context)
        }
        let leaf = CertificateAuthority.Leaf(
            id: .joiningController(name: message.name),
            usage: .client,
            lifetime: Self.joiningLifetime
        )
        return try Response.message(
            try parts.authority.issue(leaf, forRequest: message.csr, now: parts.clock.date)
        )
    }

    /// `GET /v1/authority`: the certificate authority with its key, for a machine that joins, and for nobody else.
    @Sendable func authority(_ request: Request, _ context: PeerContext) async throws -> Response {
        let name: String
        do {
            name = try context.requireJoiningController()
        } catch let problem as Problem {
            throw refuse(problem, context)
        }
        let bundle = try parts.authority.bundlePEM()
        parts.report(
            ControllerEvent(
                .controllerJoined,
                at: parts.clock.date,
                detail:
                    "the machine at \(context.address?.description ?? "unknown address") got the certificate authority "
                    + "with its key, to be the controller '\(name)'"
            )
        )
        return Response(
            status: .ok,
            headers: [.contentType: "application/x-pem-file", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: bundle))
        )
    }
}
