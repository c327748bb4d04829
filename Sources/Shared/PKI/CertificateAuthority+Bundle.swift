import SwiftASN1
import X509

extension CertificateAuthority {
    /// A bundle lacks the key or the certificate.
    package struct IncompleteBundle: Error, CustomStringConvertible {
        package let description = "it lacks the key or the certificate"
    }

    /// An authority from its key and its certificate in one PEM text.
    ///
    /// - Throws: ``IncompleteBundle``, IdentityError when they do not belong together, or what makes no PEM of it.
    package init(bundlePEM text: String) throws {
        let documents = try PEMDocument.parseMultiple(pemString: text)
        guard let key = documents.first(where: { $0.discriminator.hasSuffix("PRIVATE KEY") }),
            let certificate = documents.first(where: { $0.discriminator == "CERTIFICATE" })
        else { throw IncompleteBundle() }
        try self.init(certificatePEM: certificate.pemString, privateKeyPEM: key.pemString)
    }

    /// The key and the certificate in one PEM text: only its owner may read it.
    package func bundlePEM() throws -> String {
        try privateKeyPEM() + certificate.pem()
    }
}
