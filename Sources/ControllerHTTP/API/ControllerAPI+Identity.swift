import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Lifecycle
import Logging
import Monitoring
import Orchestration
import Persistence
import Shared
import SwiftASN1
import Wire
import X509

extension ControllerAPI {
    /// `POST /v1/enroll`: the one route that gives something to a peer without a certificate.
    @Sendable func enroll(_ request: Request, _ context: PeerContext) async throws -> Response {
        let address = try guestAddress(context, of: parts.groups)
        guard enrollments.admit(address, now: parts.clock.now) else {
            throw Problem(
                .tooManyRequests,
                code: "too-often",
                detail: "too many attempts from \(address); wait a second"
            )
        }
        let message = try await request.message(EnrollmentRequest.self, limit: WireLimits.enrollmentBody)
        let uuid = message.uuid.lowercased()
        let (domain, _) = try admit(uuid, context)
        // A first certificate is given only on the hypervisor's present word.
        guard parts.groups.contains(where: { $0.view.snapshot(of: domain.host).domains != nil }) else {
            throw Problem(
                .serviceUnavailable,
                code: "hypervisor-lost",
                detail: "the hypervisor does not answer; try again later"
            )
        }
        let key = try keyFingerprint(ofRequest: message.csr)
        let outcome = try await parts.store.redeemToken(
            hash: JoinToken.hash(of: message.token),
            uuid: uuid,
            key: key,
            now: parts.clock.date
        )
        if let problem = Self.problem(of: outcome, remedy: domain.name) { throw refuse(problem, context) }
        let issued = try parts.authority.issue(
            parts.policy.current.agent(uuid: uuid, name: domain.name, address: address),
            forRequest: message.csr,
            now: parts.clock.date
        )
        parts.report(
            ControllerEvent(
                .agentEnrolled,
                at: parts.clock.date,
                instance: domain.name,
                detail: "the agent at \(address) got a certificate until \(issued.notAfter.rfc3339)"
            )
        )
        return try Response.message(issued)
    }

    /// `POST /v1/renew`: the next certificate for the identity of the present one.
    @Sendable func renew(_ request: Request, _ context: PeerContext) async throws -> Response {
        let id = try context.requireIdentity()
        let message = try await request.message(RenewalRequest.self, limit: WireLimits.enrollmentBody)
        _ = try keyFingerprint(ofRequest: message.csr)
        let leaf: CertificateAuthority.Leaf
        switch id {
        case .agent(let uuid):
            let (domain, address) = try admit(uuid, context)
            leaf = parts.policy.current.agent(uuid: uuid, name: domain.name, address: address)
        case .client, .operator:
            leaf = parts.policy.current.client(id)
        case .controller, .joiningController:
            throw Problem(.forbidden, code: "wrong-role", detail: "the controller renews its certificate by itself")
        }
        let issued = try parts.authority.issue(leaf, forRequest: message.csr, now: parts.clock.date)
        parts.logger.info("certificate renewed", metadata: ["id": "\(id)", "until": "\(issued.notAfter.rfc3339)"])
        return try Response.message(issued)
    }

    /// Checks that an agent's machine and address are the group's.
    func admit(_ uuid: String, _ context: PeerContext) throws -> (FleetObservation.Domain, IPAddress) {
        _ = try guestAddress(context, of: parts.groups)
        let snapshots = parts.groups.map { ($0, $0.view.snapshot) }
        // An agent may come back while the hypervisor is away: what was known last counts. With nothing known it waits.
        let written = parts.groups.lazy.compactMap { group in self.written(uuid, in: group).map { (group, $0) } }.first
        guard written != nil || snapshots.contains(where: { $1.domains != nil || !$1.known.isEmpty }) else {
            throw Problem(
                .serviceUnavailable,
                code: "hypervisor-lost",
                detail: "the hypervisor does not answer; try again later"
            )
        }
        let found = snapshots.lazy.compactMap { group, snapshot in
            snapshot.known.first { $0.uuid == uuid }.map { (group, $0) }
        }.first
        guard let (group, domain) = found ?? written else {
            throw refuse(
                Problem(
                    .forbidden,
                    code: "unknown-machine",
                    detail: "no domain with the UUID \(uuid.prefix(36)) is on the group's networks"
                ),
                context
            )
        }
        guard domain.isActive else {
            throw refuse(
                Problem(.forbidden, code: "not-running", detail: "the domain '\(domain.name)' does not run"),
                context
            )
        }
        // A guest of one group may not pass for one of another.
        return (domain, try guestAddress(context, of: [group]))
    }

    /// A machine that the ledger has on a host which has not answered since this controller began: its agent may go on as
    /// it would at a controller that has seen it.
    private func written(_ uuid: String, in group: GroupRuntime) -> FleetObservation.Domain? {
        guard let row = group.status.fleet?.instances[uuid], row.state != .off, let host = row.host,
            group.view.snapshot(of: host).domains == nil
        else { return nil }
        var domain = FleetObservation.Domain(uuid: uuid, name: row.name, isRunning: true, isActive: true)
        domain.host = host
        return domain
    }

    /// The sender's address, which must be one that a guest can have: in the range, and not the host's own, whose
    /// certificate only the controller may hold.
    private func guestAddress(_ context: PeerContext, of groups: [GroupRuntime]) throws -> IPAddress {
        let ranges = groups.map(\.configuration.hosts)
        if let address = context.address, ranges.contains(where: { $0.contains(address) }),
            !parts.hostAddresses.contains(address)
        {
            return address
        }
        let text = context.address?.description ?? "this address"
        throw refuse(
            Problem(
                .forbidden,
                code: "foreign-address",
                detail: "\(text) is not the address of a guest in "
                    + ranges.map(\.description).joined(separator: ", ")
            ),
            context
        )
    }

    /// The hash of the key that a request for a certificate names, and is signed by.
    func keyFingerprint(ofRequest pem: String) throws -> String {
        guard pem.utf8.count <= WireLimits.enrollmentBody,
            let request = try? CertificateSigningRequest(pemEncoded: pem),
            request.publicKey.isValidSignature(request.signature, for: request),
            let key = P256.Signing.PublicKey(request.publicKey)
        else {
            throw Problem(
                .badRequest,
                code: "bad-request-for-certificate",
                detail: "'csr' is not a PKCS #10 request in PEM, signed by the P-256 key it names"
            )
        }
        return JoinToken.hash(of: key.pemRepresentation)
    }

    /// Why a token is not taken; `nil` when it is.
    ///
    /// - Parameter operand: What 'token create' takes to make another.
    static func problem(of outcome: JoinTokenOutcome, remedy operand: String) -> Problem? {
        let remedy = "make another with 'cms-controller token create \(operand)'"
        switch outcome {
        case .accepted: return nil
        case .unknown: return Problem(.unauthorized, code: "token-unknown", detail: "no such join token; \(remedy)")
        case .used:
            return Problem(.unauthorized, code: "token-used", detail: "the join token was used already; \(remedy)")
        case .expired:
            return Problem(.unauthorized, code: "token-expired", detail: "the join token has expired; \(remedy)")
        case .otherMachine:
            return Problem(
                .forbidden,
                code: "token-of-another",
                detail: "the join token was made for another machine; \(remedy)"
            )
        }
    }
}
