import NIOSSL
import Shared

/// Whom a client believes to be an endpoint, and what it shows there.
package struct EndpointTrust: Sendable {
    /// A file of authorities that cannot be used.
    package struct Unusable: Error, CustomStringConvertible {
        /// The file and the reason.
        package let description: String
    }

    /// The TLS settings of the next request.
    let configuration: @Sendable () -> TLSConfiguration
    /// Whether an endpoint may be asked without TLS.
    let allowsPlain: Bool
    /// What helps when an endpoint's certificate is not trusted.
    let remedy: String?

    /// Endpoints show a certificate of the controller's authority, and are shown the client's.
    ///
    /// - Parameters:
    ///   - identity: The client's.
    ///   - allowsPlain: Whether services that the controller names by `http://` are asked, too.
    package static func identity(_ identity: RotatingIdentity, allowsPlain: Bool = false) -> EndpointTrust {
        EndpointTrust(
            configuration: { identity.clientConfiguration },
            allowsPlain: allowsPlain,
            remedy: allowsPlain ? "--ca FILE names the authority of a service that shows a certificate of its own" : nil
        )
    }

    /// Endpoints show a certificate of an authority that this machine trusts; nothing is shown to them.
    package static var system: EndpointTrust {
        fixed(.default, remedy: "--ca FILE names its authority, and --insecure asks whoever answers")
    }

    /// Endpoints show a certificate of an authority in a PEM file; nothing is shown to them.
    ///
    /// - Throws: Unusable.
    package static func authorities(file: String) throws(Unusable) -> EndpointTrust {
        let found: [NIOSSLCertificate]
        do {
            found = try NIOSSLCertificate.fromPEMFile(file)
        } catch {
            throw Unusable(description: "'\(file)' cannot be read as certificates in PEM form")
        }
        guard !found.isEmpty else { throw Unusable(description: "'\(file)' holds no certificate in PEM form") }
        return fixed(.file(file), remedy: "is its authority in \(file)?")
    }

    /// Whoever answers is believed: it is not known who that is.
    package static var anyone: EndpointTrust {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .none
        return EndpointTrust(configuration: { [configuration] in configuration }, allowsPlain: true, remedy: nil)
    }

    private static func fixed(_ roots: NIOSSLTrustRoots, remedy: String) -> EndpointTrust {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.trustRoots = roots
        return EndpointTrust(configuration: { [configuration] in configuration }, allowsPlain: true, remedy: remedy)
    }

    /// What `error` means for a request, with what helps against a certificate that is not trusted.
    func failure(_ error: any Error) -> any Error {
        guard let remedy, TLSFailure.isOfForeignCertificate(error) else { return error }
        var failure = AttemptFailure(classifying: error)
        failure.reason += "; \(remedy)"
        return failure
    }
}
