import Foundation
import Shared
import SwiftASN1
import Wire
import X509

/// A valid certificate of an agent, made with the test's own access to the authority, to be shown where it may not act.
struct AgentImpostor {
    let path: String

    init(directory: String) throws {
        path = directory + "/agent"
        let bundle = String(
            decoding: FileManager.default.contents(atPath: directory + "/state/authority.pem") ?? Data(),
            as: UTF8.self
        )
        let documents = try PEMDocument.parseMultiple(pemString: bundle)
        let key = documents.first { $0.discriminator.hasSuffix("PRIVATE KEY") }?.pemString ?? ""
        let certificate = documents.first { $0.discriminator == "CERTIFICATE" }?.pemString ?? ""
        let authority = try CertificateAuthority(certificatePEM: certificate, privateKeyPEM: key)
        let leaf = CertificateAuthority.Leaf(
            id: .agent(uuid: "636d7300-0000-4000-8000-000000000001"),
            usage: .serverAndClient,
            lifetime: .seconds(600)
        )
        try IdentityStore(directory: path).save(authority.makeIdentity(leaf, now: Date()))
    }
}
