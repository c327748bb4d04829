import AsyncHTTPClient
import EmbeddedStore
import Foundation
import Glibc
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOSSL
import Shared
import Wire
import X509

/// Brings the certificate authority of a running controller to this machine, which is to be a controller, too.
///
/// The authority is pinned by its hash before anything is sent; its key comes over mutual TLS, with a certificate that the
/// single-use token buys.
package struct ControllerJoin: Sendable {
    /// Why this machine did not join.
    package enum Failure: Error, CustomStringConvertible {
        /// The controller refused.
        case refused(HostPort, String)
        /// What came is not what was asked for.
        case unusable(String)

        /// One sentence with the remedy.
        package var description: String {
            switch self {
            case .refused(let address, let reason): "the controller at \(address) refused: \(reason)"
            case .unusable(let reason): "what the controller sent cannot be used: \(reason); nothing was changed"
            }
        }
    }

    /// What became of it.
    package enum Outcome: Sendable, Equatable {
        /// The authority is here.
        ///
        /// - Parameter kept: The file of the one that it replaced.
        case joined(kept: String?)
        /// It was here already; nothing was asked.
        case alreadyJoined
    }

    /// The longest answer that is read, bytes.
    private static let answerLimit = 64 << 10
    private let controller: HostPort
    private let name: String
    private let directory: StateDirectory
    private let timeout: TimeAmount

    /// - Parameters:
    ///   - controller: Where the running controller is.
    ///   - name: How this one is to be called; the token was made for it.
    ///   - directory: Where its state is to be.
    ///   - timeout: The longest wait for each answer.
    package init(controller: HostPort, name: String, directory: StateDirectory, timeout: TimeAmount = .seconds(10)) {
        self.controller = controller
        self.name = name
        self.directory = directory
        self.timeout = timeout
    }

    /// Joins.
    ///
    /// - Parameters:
    ///   - token: The single-use token.
    ///   - authorityHash: The fingerprint of the authority.
    ///   - replaces: Whether another authority that is here already is replaced.
    /// - Throws: ``Failure``, AuthorityPin.Failure, StateDirectory.Failure, or what the connection throws.
    package func run(token: String, authorityHash: String, replaces: Bool, now: Date = Date()) async throws -> Outcome {
        if let present = try directory.authorityIfAny() {
            if try present.certificate.fingerprint() == authorityHash.lowercased() { return .alreadyJoined }
            guard replaces else { throw StateDirectory.Failure.hasAuthority(path: directory.path) }
        }
        // A controller that runs here would go on with what it has read.
        let lock = try directory.lock()
        defer { close(lock) }
        let pinned = try await AuthorityPin.fetch(from: controller, pin: authorityHash, timeout: timeout)
        let client = HTTPClient.cms(readTimeout: timeout)
        let result: Result<CertificateAuthority, any Error>
        do {
            result = .success(try await fetch(token: token, pinned: pinned, client))
        } catch {
            result = .failure(error)
        }
        try? await client.shutdown()
        return .joined(kept: try directory.adopt(try result.get(), replaces: replaces, now: now))
    }

    private func fetch(token: String, pinned: Certificate, _ client: HTTPClient) async throws -> CertificateAuthority {
        let request = try CertificateRequest(commonName: "cms-controller \(name)")
        let message = ControllerJoinRequest(token: token, name: name, csr: request.pem)
        let answer = try await exchange(
            .POST,
            "/v1/join",
            WireCoding.line(message),
            tls: .cmsClient(identity: nil, authority: pinned),
            client
        )
        let identity: Identity
        do {
            identity = try request.identity(with: WireCoding.decode(IssuedCertificate.self, from: answer))
        } catch {
            throw Failure.unusable("its certificate cannot be read or is for another key")
        }
        guard pinned.publicKey.isValidSignature(identity.certificate.signature, for: identity.certificate),
            identity.authority == pinned
        else { throw Failure.unusable("the pinned authority did not sign its certificate") }
        let tls = try TLSConfiguration.cmsClient(identity: identity, authority: pinned)
        let bundle = try await exchange(.GET, "/v1/authority", nil, tls: tls, client)
        let authority: CertificateAuthority
        do {
            authority = try CertificateAuthority(bundlePEM: String(buffer: bundle))
        } catch {
            // Never the text itself, nor what an error might quote of it.
            throw Failure.unusable("it is no certificate with its key")
        }
        guard authority.certificate == pinned else {
            throw Failure.unusable("it is another authority than the pinned one")
        }
        return authority
    }

    private func exchange(
        _ method: HTTPMethod,
        _ path: String,
        _ body: ByteBuffer?,
        tls: TLSConfiguration,
        _ client: HTTPClient
    ) async throws -> ByteBuffer {
        var request = HTTPClientRequest(url: "https://\(controller)\(path)")
        request.method = method
        request.tlsConfiguration = tls
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(body)
        }
        let response = try await client.execute(request, timeout: timeout)
        let answer = try await response.body.collect(upTo: Self.answerLimit)
        guard response.status == .ok else {
            let problem = try? WireCoding.decode(Problem.self, from: answer)
            throw Failure.refused(controller, problem?.detail ?? "it answered \(response.status.code)")
        }
        return answer
    }
}
