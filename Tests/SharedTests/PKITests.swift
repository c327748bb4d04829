import Crypto
import Foundation
import Shared
import SwiftASN1
import TestSupport
import Testing
import Wire
import X509

@Suite("Identities and the authority")
struct PKITests {
    let now = Date()

    @Test(
        "an identity names itself",
        arguments: [
            SPIFFEID.agent(uuid: "6f0e"), .client(name: "a.b-c_d"), .operator(name: "x"), .controller,
            .joiningController(name: "c-2"),
        ]
    )
    func uri(id: SPIFFEID) {
        #expect(SPIFFEID(uri: id.uri) == id)
    }

    @Test(
        "foreign and crooked URIs are no identity",
        arguments: [
            "spiffe://other/agent/a", "spiffe://cms/agent/", "spiffe://cms/agent/a/b", "spiffe://cms/root/a",
            "https://cms/agent/a", "spiffe://cms/", "spiffe://cms/agent/a%2fb", "spiffe://cms/controller/x/y",
            "spiffe://cms/controller/",
        ]
    )
    func foreign(uri: String) {
        #expect(SPIFFEID(uri: uri) == nil)
    }

    @Test("a leaf carries the policy's names, whatever the request asks for")
    func policyNames() throws {
        let authority = try CertificateAuthority(now: now)
        let request = try CertificateRequest(commonName: "spiffe://cms/controller")
        let issued = try authority.issue(
            CertificateAuthority.Leaf(
                id: .agent(uuid: "u"),
                dnsNames: ["vm1"],
                addresses: [try #require(IPAddress("192.168.122.150"))],
                usage: .serverAndClient,
                lifetime: .seconds(60)
            ),
            forRequest: request.pem,
            now: now
        )
        let identity = try request.identity(with: issued)
        #expect(identity.spiffeID == .agent(uuid: "u"))
        #expect(identity.isValid(at: now) && !identity.isValid(at: now.addingTimeInterval(61)))
        #expect(identity.renewAt > now && identity.renewAt < now.addingTimeInterval(60))
        #expect(
            authority.certificate.publicKey.isValidSignature(identity.certificate.signature, for: identity.certificate)
        )
    }

    @Test("requests that are garbage, or not signed by their key, are refused")
    func badRequests() throws {
        let authority = try CertificateAuthority(now: now)
        let leaf = CertificateAuthority.Leaf(id: .client(name: "a"), usage: .client, lifetime: .seconds(60))
        let good = try CertificateRequest(commonName: "x").pem
        // One character of the signature's base 64 is changed; the frame stays.
        var lines = good.split(separator: "\n").map(String.init)
        let last = lines.count - 2
        lines[last] = String(lines[last].map { $0 == "A" ? "B" : "A" }.prefix(4)) + lines[last].dropFirst(4)
        for bad in ["", "garbage", String(repeating: "A", count: 100_000), lines.joined(separator: "\n")] {
            #expect(throws: CertificateAuthority.RequestRefused.self) {
                try authority.issue(leaf, forRequest: bad, now: now)
            }
        }
    }

    @Test("a key that is not P-256 is refused")
    func otherCurve() throws {
        let authority = try CertificateAuthority(now: now)
        let key = Certificate.PrivateKey(P384.Signing.PrivateKey())
        let request = try CertificateSigningRequest(
            version: .v1,
            subject: DistinguishedName(),
            privateKey: key,
            attributes: CertificateSigningRequest.Attributes([])
        )
        #expect(throws: CertificateAuthority.RequestRefused.self) {
            try authority.issue(
                CertificateAuthority.Leaf(id: .client(name: "a"), usage: .client, lifetime: .seconds(60)),
                forRequest: request.serializeAsPEM().pemString,
                now: now
            )
        }
    }

    @Test("two identities in one certificate are none")
    func ambiguous() throws {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let name = try DistinguishedName { CommonName("x") }
        let certificate = try Certificate(
            version: .v3,
            serialNumber: .init(),
            publicKey: key.publicKey,
            notValidBefore: now,
            notValidAfter: now + 60,
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                SubjectAlternativeNames([
                    .uniformResourceIdentifier(SPIFFEID.controller.uri),
                    .uniformResourceIdentifier(SPIFFEID.client(name: "a").uri),
                ])
            },
            issuerPrivateKey: key
        )
        #expect(certificate.spiffeID == nil)
    }

    @Test("an identity survives being written, replaced and read, and its key is for its owner alone")
    func store() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = IdentityStore(directory: directory)
        #expect(try store.load() == nil)
        let authority = try TestAuthority()
        for name in ["first", "second"] {
            try store.save(authority.client(.client(name: name)))
            #expect(try store.load()?.spiffeID == .client(name: name))
        }
        let attributes = try FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: directory + "/key.pem").resolvingSymlinksInPath().path
        )
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        // The former bundle does not pile up.
        let entries = try FileManager.default.contentsOfDirectory(atPath: directory)
        #expect(entries.filter { $0.hasPrefix(".identity-") }.count == 1)
    }

    @Test("a key of another certificate is refused")
    func mismatch() throws {
        let authority = try TestAuthority()
        let (one, other) = (try authority.client(), try authority.client())
        #expect(throws: IdentityError.keyMismatch) {
            try Identity(certificate: one.certificate, privateKey: other.privateKey, authority: one.authority)
        }
    }
}
