import NIOCertificateReloading
import NIOCore
import NIOSSL
import Synchronization
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The identity a program shows, which can be replaced while connections are open.
///
/// Servers take it through NIO's certificate reloading, handshake by handshake; clients take
/// clientConfiguration for each request, and a new identity makes new connections.
public final class RotatingIdentity: Sendable {
    private struct State {
        var identity: Identity
        var override: NIOSSLContextConfigurationOverride
        var client: TLSConfiguration
    }

    private let state: Mutex<State>

    /// Begins with `identity`.
    public init(_ identity: Identity) throws {
        self.state = Mutex(try Self.makeState(identity))
    }

    /// The identity now in use.
    public var current: Identity { state.withLock { $0.identity } }

    /// The TLS settings of a client that shows this identity and trusts its authority only.
    public var clientConfiguration: TLSConfiguration { state.withLock { $0.client } }

    /// Puts `identity` into use for all handshakes from now on. Open connections stay.
    public func replace(with identity: Identity) throws {
        let new = try Self.makeState(identity)
        state.withLock { $0 = new }
    }

    private static func makeState(_ identity: Identity) throws -> State {
        var override = NIOSSLContextConfigurationOverride()
        override.certificateChain = try identity.nioChain()
        override.privateKey = try identity.nioKey()
        return State(
            identity: identity,
            override: override,
            client: try TLSConfiguration.cmsClient(identity: identity, authority: identity.authority)
        )
    }
}

extension RotatingIdentity: CertificateReloader {
    /// What NIO asks for at each handshake.
    public var sslContextConfigurationOverride: NIOSSLContextConfigurationOverride {
        state.withLock { $0.override }
    }
}
