import NIOCertificateReloading
import NIOSSL
import X509

extension TLSConfiguration {
    /// A server: TLS 1.3 only.
    ///
    /// - Parameters:
    ///   - identity: What the server shows; may be replaced while it runs.
    ///   - asksForClientCertificate: Whether clients may show a certificate. One that is shown must be signed by the
    ///     identity's authority, or the handshake fails; none at all is allowed, for the routes decide.
    public static func cmsServer(identity: RotatingIdentity, asksForClientCertificate: Bool) throws -> TLSConfiguration
    {
        let current = identity.current
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try current.nioChain(),
            privateKey: try current.nioKey()
        )
        configuration.minimumTLSVersion = .tlsv13
        configuration.trustRoots = .certificates([
            try NIOSSLCertificate(bytes: current.authority.der(), format: .der)
        ])
        configuration.certificateVerification = asksForClientCertificate ? .optionalVerification : .none
        configuration.setCertificateReloader(identity)
        return configuration
    }

    /// A client: TLS 1.3 only, trusts `authority` alone and checks the server's name or address.
    ///
    /// - Parameters:
    ///   - identity: What the client shows; `nil` for none.
    ///   - authority: The only trust root.
    public static func cmsClient(identity: Identity?, authority: Certificate) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        configuration.trustRoots = .certificates([try NIOSSLCertificate(bytes: authority.der(), format: .der)])
        configuration.certificateVerification = .fullVerification
        if let identity {
            configuration.certificateChain = try identity.nioChain()
            configuration.privateKey = try identity.nioKey()
        }
        return configuration
    }
}
