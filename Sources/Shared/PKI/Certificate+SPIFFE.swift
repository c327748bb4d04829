import Crypto
import SwiftASN1
import Wire
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Certificate {
    /// The identity the certificate speaks for: its only URI name; `nil` when there is none or more than one.
    public var spiffeID: SPIFFEID? {
        guard let names = try? extensions.subjectAlternativeNames else { return nil }
        let uris = names.compactMap { name in
            if case .uniformResourceIdentifier(let uri) = name { uri } else { nil }
        }
        guard uris.count == 1, let uri = uris.first else { return nil }
        return SPIFFEID(uri: uri)
    }

    /// `sha256:` and the SHA-256 of the DER form in hexadecimal, as `openssl x509 -fingerprint -sha256` computes it.
    public func fingerprint() throws -> String {
        Fingerprint.of(der: try der())
    }

    /// The DER form.
    public func der() throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serialize(into: &serializer)
        return serializer.serializedBytes
    }

    /// The PEM form.
    public func pem() throws -> String {
        try serializeAsPEM().pemString + "\n"
    }
}

/// Fingerprints of certificates, the form in which agents pin the certificate authority.
public enum Fingerprint {
    /// `sha256:` and 64 hexadecimal digits for the bytes of a DER certificate.
    public static func of(der: [UInt8]) -> String {
        "sha256:"
            + SHA256.hash(data: der).map { byte in
                let text = String(byte, radix: 16)
                return byte < 16 ? "0" + text : text
            }.joined()
    }

    /// Whether `text` has the form of a fingerprint.
    public static func isWellFormed(_ text: String) -> Bool {
        text.hasPrefix("sha256:") && text.utf8.count == 71 && text.dropFirst(7).allSatisfy(\.isHexDigit)
    }
}
