import Crypto
import NIOSSL
import SwiftASN1
import Wire
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A certificate with its private key and the authority that vouches for it.
public struct Identity: Sendable {
    /// The leaf certificate.
    public let certificate: Certificate
    /// The private key of the leaf.
    public let privateKey: Certificate.PrivateKey
    /// The certificate authority's certificate: the only trust root.
    public let authority: Certificate

    /// An identity from its parts.
    ///
    /// - Throws: IdentityError when the key does not belong to the certificate.
    public init(certificate: Certificate, privateKey: Certificate.PrivateKey, authority: Certificate) throws {
        guard privateKey.publicKey == certificate.publicKey else { throw IdentityError.keyMismatch }
        self.certificate = certificate
        self.privateKey = privateKey
        self.authority = authority
    }

    /// An identity from PEM texts.
    public init(certificatePEM: String, privateKeyPEM: String, authorityPEM: String) throws {
        try self.init(
            certificate: Certificate(pemEncoded: certificatePEM),
            privateKey: Certificate.PrivateKey(pemEncoded: privateKeyPEM),
            authority: Certificate(pemEncoded: authorityPEM)
        )
    }

    /// Whom the certificate speaks for; `nil` when it names no SPIFFE id.
    public var spiffeID: SPIFFEID? { certificate.spiffeID }

    /// When two thirds of the lifetime have passed: the time to renew.
    public var renewAt: Date {
        let lifetime = certificate.notValidAfter.timeIntervalSince(certificate.notValidBefore)
        return certificate.notValidBefore.addingTimeInterval(lifetime * 2 / 3)
    }

    /// Whether the certificate is valid at `now`.
    public func isValid(at now: Date) -> Bool {
        certificate.notValidBefore <= now && now < certificate.notValidAfter
    }

    /// The chain as NIO takes it: the leaf, then the authority.
    public func nioChain() throws -> [NIOSSLCertificateSource] {
        [
            .certificate(try NIOSSLCertificate(bytes: certificate.der(), format: .der)),
            .certificate(try NIOSSLCertificate(bytes: authority.der(), format: .der)),
        ]
    }

    /// The key as NIO takes it.
    public func nioKey() throws -> NIOSSLPrivateKeySource {
        .privateKey(
            try NIOSSLPrivateKey(bytes: Array(privateKey.serializeAsPEM().pemString.utf8), format: .pem)
        )
    }
}

/// What is wrong with an identity.
public enum IdentityError: Error, CustomStringConvertible, Equatable {
    /// The private key is not the certificate's.
    case keyMismatch
    /// A file of the identity is missing or unreadable.
    case unreadable(path: String, reason: String)

    /// One sentence with the remedy.
    public var description: String {
        switch self {
        case .keyMismatch:
            "the private key does not belong to the certificate; make a new pair with 'cms-controller client add'"
        case .unreadable(let path, let reason):
            "cannot read \(path): \(reason)"
        }
    }
}

/// A fresh key with the request to certify it.
public struct CertificateRequest: Sendable {
    /// The new P-256 key.
    public let privateKey: Certificate.PrivateKey
    /// The PKCS #10 request in PEM.
    public let pem: String

    /// Makes a key and a request. The subject is a remark only: the authority takes names from its own policy.
    public init(commonName: String) throws {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let request = try CertificateSigningRequest(
            version: .v1,
            subject: DistinguishedName { CommonName(commonName) },
            privateKey: key,
            attributes: CertificateSigningRequest.Attributes([])
        )
        self.privateKey = key
        self.pem = try request.serializeAsPEM().pemString
    }

    /// The identity made of this key and the certificate that was issued for it.
    public func identity(with issued: IssuedCertificate) throws -> Identity {
        try Identity(
            certificate: Certificate(pemEncoded: issued.certificate),
            privateKey: privateKey,
            authority: Certificate(pemEncoded: issued.authority)
        )
    }
}
