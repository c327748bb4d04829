import Foundation
import Shared
import Wire

/// A certificate authority for tests, with identities of each role for loopback.
public struct TestAuthority: Sendable {
    /// The authority.
    public let authority: CertificateAuthority

    /// A fresh authority.
    public init(now: Date = Date()) throws {
        authority = try CertificateAuthority(commonName: "test authority", now: now)
    }

    /// An identity that serves on loopback and may act as a client.
    public func server(
        _ id: SPIFFEID = .controller,
        lifetime: Duration = .seconds(3600),
        now: Date = Date()
    ) throws -> Identity {
        try authority.makeIdentity(
            CertificateAuthority.Leaf(
                id: id,
                dnsNames: ["localhost"],
                addresses: ["127.0.0.1", "::1"].compactMap(IPAddress.init),
                usage: .serverAndClient,
                lifetime: lifetime
            ),
            now: now
        )
    }

    /// An identity that may only act as a client.
    public func client(
        _ id: SPIFFEID = .client(name: "test"),
        lifetime: Duration = .seconds(3600),
        now: Date = Date()
    ) throws -> Identity {
        try authority.makeIdentity(
            CertificateAuthority.Leaf(id: id, usage: .client, lifetime: lifetime),
            now: now
        )
    }
}
