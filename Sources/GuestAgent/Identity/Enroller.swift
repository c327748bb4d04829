import AsyncHTTPClient
import Logging
import NIOCore
import NIOSSL
import Shared
import Synchronization
import Wire
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Gets certificates from the controller: the first one for a token, the later ones for the one before.
package struct Enroller: Sendable {
    /// Why there is no certificate.
    package enum Failure: Error, CustomStringConvertible {
        /// Nothing to try with; the text names what is missing.
        case missing(String)
        /// The controller refuses and will go on refusing.
        case refused(Problem)
        /// The certificate that came is not the one asked for.
        case unusable(String)

        /// One sentence with the remedy.
        package var description: String {
            switch self {
            case .missing(let what): "cannot enroll: \(what)"
            case .refused(let problem): "the controller refused: \(problem)"
            case .unusable(let reason): "the controller's certificate cannot be used: \(reason)"
            }
        }
    }

    /// The machine's UUID in lower case.
    package let uuid: String
    private var api: ControllerConnection
    private let requests = RequestKeeper()

    init(uuid: String, api: ControllerConnection) {
        self.uuid = uuid
        self.api = api
    }

    /// An enroller for one use from a command line.
    package init(uuid: String, controller: HostPort, client: HTTPClient, timeout: Duration = .seconds(5)) {
        self.init(uuid: uuid, api: ControllerConnection(controller: controller, client: client, timeout: timeout))
    }

    /// The same enroller at another controller; a token goes there with the key that it was shown with before.
    func at(_ api: ControllerConnection) -> Enroller {
        var enroller = self
        enroller.api = api
        return enroller
    }

    /// The same enroller at another controller.
    package func at(_ controller: HostPort) -> Enroller {
        at(ControllerConnection(controller: controller, client: api.client, timeout: api.timeout))
    }

    /// Enrolls: learns the authority with the pinned hash, sends the token, checks what comes back.
    ///
    /// - Throws: ``Failure``, AuthorityPin.Failure, or what the connection throws; only the last is worth a quick retry.
    package func enroll(token: String, authorityHash: String) async throws -> Identity {
        guard Fingerprint.isWellFormed(authorityHash) else {
            throw Failure.missing("the CA hash must be 'sha256:' and 64 hexadecimal digits")
        }
        let authority = try await AuthorityPin.fetch(
            from: api.controller,
            pin: authorityHash,
            timeout: TimeAmount(api.pinTimeout)
        )
        let tls = try TLSConfiguration.cmsClient(identity: nil, authority: authority)
        let request = try requests.request(for: token, uuid: uuid)
        let message = EnrollmentRequest(token: token, uuid: uuid, csr: request.pem)
        let issued = try await definitive { try await api.enroll(message, tls: tls) }
        return try check(issued, for: request, authorityHash: authorityHash, now: Date())
    }

    /// Renews `identity` with a new key.
    ///
    /// - Throws: ``Failure``, or what the connection throws.
    package func renew(_ identity: Identity) async throws -> Identity {
        let tls = try TLSConfiguration.cmsClient(identity: identity, authority: identity.authority)
        let request = try CertificateRequest(commonName: "cms-agent \(uuid)")
        let issued = try await definitive { try await api.renew(RenewalRequest(csr: request.pem), tls: tls) }
        return try check(issued, for: request, authorityHash: identity.authority.fingerprint(), now: Date())
    }

    /// Tells a refusal that will be repeated (400, 401, 403) from an error that may pass.
    private func definitive<Value>(_ call: () async throws -> Value) async throws -> Value {
        do {
            return try await call()
        } catch ControllerConnection.Failure.refused(let problem) where [400, 401, 403].contains(problem.statusCode) {
            throw Failure.refused(problem)
        }
    }

    private func check(
        _ issued: IssuedCertificate,
        for request: CertificateRequest,
        authorityHash: String,
        now: Date
    ) throws -> Identity {
        let identity: Identity
        do {
            identity = try request.identity(with: issued)
        } catch {
            throw Failure.unusable("it cannot be read or is for another key")
        }
        guard try identity.authority.fingerprint() == authorityHash.lowercased() else {
            throw Failure.unusable("it came with another authority than the pinned one")
        }
        let certificate = identity.certificate
        guard identity.authority.publicKey.isValidSignature(certificate.signature, for: certificate) else {
            throw Failure.unusable("the pinned authority did not sign it")
        }
        guard identity.spiffeID == .agent(uuid: uuid) else {
            throw Failure.unusable("it is for \(identity.spiffeID?.uri ?? "nobody"), not for this machine (\(uuid))")
        }
        // One that is not valid yet is kept: this machine's clock lags, and the token that it cost is spent.
        guard now < certificate.notValidAfter else {
            throw Failure.unusable("it has ended already (it is \(now.rfc3339) here); check this machine's clock")
        }
        return identity
    }
}

/// Keeps the key that a token was shown with.
///
/// The answer can be lost after the controller has used the token up. The controller takes the same token once more for
/// the same key, and for no other.
private final class RequestKeeper: Sendable {
    private let last = Mutex<(token: String, request: CertificateRequest)?>(nil)

    /// The request for `token`: the one it was shown with before, or a new one.
    func request(for token: String, uuid: String) throws -> CertificateRequest {
        try last.withLock { last in
            if let last, last.token == token { return last.request }
            let request = try CertificateRequest(commonName: "cms-agent \(uuid)")
            last = (token, request)
            return request
        }
    }
}
