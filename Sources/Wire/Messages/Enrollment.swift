#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `POST /v1/enroll`: an agent asks for its first certificate.
public struct EnrollmentRequest: Codable, Sendable, Equatable {
    /// The single-use join token.
    public var token: String
    /// The DMI product UUID of the machine, which is the libvirt domain's UUID.
    public var uuid: String
    /// A PKCS #10 certificate signing request in PEM. Only its public key is used.
    public var csr: String

    /// An enrollment of the machine `uuid`.
    public init(token: String, uuid: String, csr: String) {
        self.token = token
        self.uuid = uuid
        self.csr = csr
    }
}

/// `POST /v1/renew`: a peer with a valid certificate asks for the next one, for the same identity.
public struct RenewalRequest: Codable, Sendable, Equatable {
    /// A PKCS #10 certificate signing request in PEM. Only its public key is used.
    public var csr: String

    /// A renewal with the key of `csr`.
    public init(csr: String) {
        self.csr = csr
    }
}

/// The answer to an enrollment or a renewal.
public struct IssuedCertificate: Codable, Sendable, Equatable {
    /// The leaf certificate in PEM.
    public var certificate: String
    /// The certificate authority's certificate in PEM.
    public var authority: String
    /// When the leaf stops being valid.
    public var notAfter: Date

    /// A certificate with the authority that signed it.
    public init(certificate: String, authority: String, notAfter: Date) {
        self.certificate = certificate
        self.authority = authority
        self.notAfter = notAfter
    }
}
