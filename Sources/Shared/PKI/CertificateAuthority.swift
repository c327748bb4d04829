import Crypto
import SwiftASN1
import Wire
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The built-in certificate authority: P-256, one level, names from policy and never from a request.
public struct CertificateAuthority: Sendable {
    /// What a leaf may be used for.
    public enum Usage: Sendable {
        /// A server that is also a client of others: controller and agents.
        case serverAndClient
        /// A client only.
        case client
    }

    /// What goes into a leaf.
    public struct Leaf: Sendable {
        /// The identity.
        public var id: SPIFFEID
        /// DNS names a server answers to.
        public var dnsNames: [String]
        /// Addresses a server answers at.
        public var addresses: [IPAddress]
        /// What the leaf may be used for.
        public var usage: Usage
        /// How long it is valid.
        public var lifetime: Duration

        /// A leaf.
        public init(
            id: SPIFFEID,
            dnsNames: [String] = [],
            addresses: [IPAddress] = [],
            usage: Usage,
            lifetime: Duration
        ) {
            self.id = id
            self.dnsNames = dnsNames
            self.addresses = addresses
            self.usage = usage
            self.lifetime = lifetime
        }
    }

    /// The authority's own certificate.
    public let certificate: Certificate
    private let privateKey: Certificate.PrivateKey

    /// Clocks of guests may lag: a leaf is valid from this long before its making.
    private static let clockTolerance = 7200.0
    private static let lifetime = 3650.0 * 86400

    /// A new authority, valid for ten years from `now`.
    public init(commonName: String = "CMS authority", now: Date) throws {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let name = try DistinguishedName { CommonName(commonName) }
        self.privateKey = key
        self.certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: key.publicKey,
            notValidBefore: now.addingTimeInterval(-Self.clockTolerance),
            notValidAfter: now.addingTimeInterval(Self.lifetime),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: key.publicKey)
            },
            issuerPrivateKey: key
        )
    }

    /// An authority from its PEM files.
    public init(certificatePEM: String, privateKeyPEM: String) throws {
        let certificate = try Certificate(pemEncoded: certificatePEM)
        let key = try Certificate.PrivateKey(pemEncoded: privateKeyPEM)
        guard key.publicKey == certificate.publicKey else { throw IdentityError.keyMismatch }
        self.certificate = certificate
        self.privateKey = key
    }

    /// The private key in PEM, to be stored where only its owner can read it.
    public func privateKeyPEM() throws -> String {
        try privateKey.serializeAsPEM().pemString + "\n"
    }

    /// Signs a leaf for `publicKey`.
    public func issue(_ leaf: Leaf, publicKey: Certificate.PublicKey, now: Date) throws -> Certificate {
        let names =
            [GeneralName.uniformResourceIdentifier(leaf.id.uri)]
            + leaf.dnsNames.map { GeneralName.dnsName($0) }
            + leaf.addresses.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: $0.bytes[...])) }
        let usages: [ExtendedKeyUsage.Usage] =
            switch leaf.usage {
            case .serverAndClient: [.serverAuth, .clientAuth]
            case .client: [.clientAuth]
            }
        let end = min(now.addingTimeInterval(leaf.lifetime.seconds), certificate.notValidAfter)
        // A certificate that lives for seconds is not dated back by minutes, or two thirds of its life were over at once.
        // A second it must be, for certificates have whole seconds, and rounding must not put the start into the future.
        let tolerance = min(Self.clockTolerance, max(1, leaf.lifetime.seconds / 10))
        return try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: publicKey,
            notValidBefore: now.addingTimeInterval(-tolerance),
            notValidAfter: end,
            issuer: certificate.subject,
            subject: try DistinguishedName { CommonName(leaf.dnsNames.first ?? leaf.id.uri) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage(usages)
                SubjectAlternativeNames(names)
                AuthorityKeyIdentifier(
                    keyIdentifier: SubjectKeyIdentifier(hash: self.certificate.publicKey).keyIdentifier
                )
            },
            issuerPrivateKey: privateKey
        )
    }

    /// Signs a leaf for the key of a PKCS #10 request, after checking that the sender holds that key.
    ///
    /// - Throws: RequestRefused when the request cannot be read, is not signed by its key, or has no P-256 key.
    public func issue(_ leaf: Leaf, forRequest pem: String, now: Date) throws -> IssuedCertificate {
        guard pem.utf8.count <= WireLimits.enrollmentBody,
            let request = try? CertificateSigningRequest(pemEncoded: pem)
        else { throw RequestRefused(reason: "it is not a PKCS #10 request in PEM") }
        guard request.publicKey.isValidSignature(request.signature, for: request) else {
            throw RequestRefused(reason: "it is not signed by the key it names")
        }
        guard P256.Signing.PublicKey(request.publicKey) != nil else {
            throw RequestRefused(reason: "its key is not a P-256 key")
        }
        let certificate = try issue(leaf, publicKey: request.publicKey, now: now)
        return IssuedCertificate(
            certificate: try certificate.pem(),
            authority: try self.certificate.pem(),
            notAfter: certificate.notValidAfter
        )
    }

    /// A fresh key with a leaf for it.
    public func makeIdentity(_ leaf: Leaf, now: Date) throws -> Identity {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        return try Identity(
            certificate: issue(leaf, publicKey: key.publicKey, now: now),
            privateKey: key,
            authority: certificate
        )
    }

    /// Why a certificate signing request was refused.
    public struct RequestRefused: Error, CustomStringConvertible, Equatable {
        /// The reason in words.
        public let reason: String

        /// One sentence.
        public var description: String { "the certificate signing request was refused: \(reason)" }
    }
}

extension Duration {
    /// The duration in seconds as a floating-point number.
    public var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
