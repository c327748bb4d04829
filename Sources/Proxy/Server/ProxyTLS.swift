import NIOCertificateReloading
import NIOSSL
import Shared

/// What the server shows in TLS handshakes.
struct ProxyTLS: Sendable {
    /// For whoever asks for no name, as the controller and clients that go by address do.
    let identity: NIOSSLContext
    /// For whoever asks for a name; `nil` where there is no certificate for that.
    let named: NIOSSLContext?

    init(identity: RotatingIdentity, certificate: ServiceCertificate?) throws {
        var configuration = try TLSConfiguration.cmsServer(identity: identity, asksForClientCertificate: false)
        Self.open(&configuration)
        self.identity = try NIOSSLContext(configuration: configuration)
        guard let certificate else {
            named = nil
            return
        }
        var own = try TLSConfiguration.makeServerConfiguration(certificateReloader: certificate.reloader)
        Self.open(&own)
        named = try NIOSSLContext(configuration: own)
    }

    /// Browsers of some years ago speak TLS 1.2.
    private static func open(_ configuration: inout TLSConfiguration) {
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
    }
}
