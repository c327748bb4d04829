import Crypto
import Foundation
import Libvirt
import NIOCore
import NIOHTTP1
import Shared
import SwiftASN1
import TestSupport
import Testing
import Wire
import X509

@testable import EmbeddedStore
@testable import Lifecycle

extension SocketTests {
    @Suite("Getting and renewing certificates")
    struct Enrolling {
        /// A controller with `vm1` running and `vm2` shut off, which it knows already.
        private func withGuests(
            _ body:
                @Sendable (ControllerLab, ControllerLab.Running, (running: String, off: String)) async throws -> Void
        ) async throws {
            try await withLab { lab in
                let guests = (
                    running: lab.hypervisor.addDomain("vm1", state: .running), off: lab.hypervisor.addDomain("vm2")
                )
                let controller = try await lab.start()
                try await waitUntil("the controller has looked") {
                    try await lab.store().ledger().count == 2
                }
                try await body(lab, controller, guests)
            }
        }

        @Test("every wrong enrollment has its answer, and is written down")
        func refusals() async throws {
            try await withGuests { lab, controller, guests in
                let token = try await lab.token(for: guests.running)
                let expired = try await lab.token(for: guests.running, lifetime: -1)
                let wrong: [(String, String, String, Int, String)] = [
                    ("an unknown token", "guess", guests.running, 401, "token-unknown"),
                    ("an expired token", expired, guests.running, 401, "token-expired"),
                    (
                        "another machine's token", try await lab.token(for: guests.off), guests.running, 403,
                        "token-of-another"
                    ),
                    ("an unknown machine", token, UUID().uuidString, 403, "unknown-machine"),
                    (
                        "a machine that does not run", try await lab.token(for: guests.off), guests.off, 403,
                        "not-running"
                    ),
                ]
                for (what, token, uuid, status, code) in wrong {
                    let answer = try await lab.enroll(controller, token: token, uuid: uuid)
                    #expect(answer.status == status && answer.code == code, "\(what): \(answer.status)")
                    try await lab.waitForEvent(.peerRefused, saying: code)
                }
                for csr in [
                    "", "garbage", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
                ] {
                    let answer = try await lab.enroll(controller, token: token, uuid: guests.running, csr: csr)
                    #expect(answer.status == 400 && answer.code == "bad-request-for-certificate")
                }
                let nonsense = try await lab.call(controller, .POST, "/v1/enroll", ByteBuffer(string: "\u{0}{"))
                #expect(nonsense.status == 400)
                let large = ByteBuffer(repeating: 0x20, count: WireLimits.enrollmentBody + 1)
                #expect(try await lab.call(controller, .POST, "/v1/enroll", large).status == 413)
                // None of that has used the token up.
                #expect(try await lab.enroll(controller, token: token, uuid: guests.running).status == 200)
                let details = try await lab.events().map(\.detail)
                #expect(!details.contains { $0.contains(token) || $0.contains("guess") })
            }
        }

        @Test("a token gives one key a certificate, again when the answer was lost; another key gets none")
        func sameKey() async throws {
            try await withGuests { lab, controller, guests in
                let token = try await lab.token(for: guests.running)
                let request = try CertificateRequest(commonName: "spiffe://cms/controller")
                for attempt in 1...2 {
                    let answer = try await lab.enroll(
                        controller,
                        token: token,
                        uuid: guests.running.uppercased(),
                        csr: request.pem
                    )
                    #expect(answer.status == 200, "attempt \(attempt)")
                    let identity = try request.identity(with: answer.message(IssuedCertificate.self))
                    #expect(identity.spiffeID == .agent(uuid: guests.running))
                    #expect(identity.authority == (try lab.authority.certificate))
                    #expect(try Self.addresses(of: identity.certificate) == [[127, 0, 0, 1]])
                }
                let stolen = try await lab.enroll(controller, token: token, uuid: guests.running)
                #expect(stolen.status == 401 && stolen.code == "token-used")
            }
        }

        private static func addresses(of certificate: Certificate) throws -> [[UInt8]] {
            try #require(try certificate.extensions.subjectAlternativeNames).compactMap { name in
                if case .ipAddress(let bytes) = name { Array(bytes.bytes) } else { nil }
            }
        }

        @Test("nobody outside --hosts enrolls or registers")
        func outside() async throws {
            var network = NetworkInfo.loopback
            network.addresses = [NetworkAddress(address: "127.0.0.65", prefixLength: 26)]
            try await withLab(networks: [network], { $0.hosts = "127.0.0.64/26" }) { lab in
                let uuid = lab.hypervisor.addDomain("vm1", state: .running)
                let controller = try await lab.start()
                let token = try await lab.token(for: uuid)
                let answer = try await lab.enroll(controller, token: token, uuid: uuid)
                #expect(answer.status == 403 && answer.code == "foreign-address")
                let registration = AgentRegistration(version: "0", hostname: "x", port: 1, vCPUs: 1)
                let registered = try await lab.call(
                    controller,
                    .PUT,
                    "/v1/agents/\(uuid)",
                    as: lab.agentIdentity(uuid),
                    WireCoding.line(registration)
                )
                #expect(registered.status == 403 && registered.code == "foreign-address")
                try await lab.waitForEvent(.peerRefused, saying: "127.0.0.1")
            }
        }

        @Test("the host's own address gets no agent's certificate, though it lies in --hosts")
        func hostsOwnAddress() async throws {
            var network = NetworkInfo.loopback
            network.addresses = [NetworkAddress(address: "127.0.0.1", prefixLength: 8)]
            try await withLab(networks: [network], { $0.hosts = "127.0.0.0/8" }) { lab in
                let uuid = lab.hypervisor.addDomain("vm1", state: .running)
                let controller = try await lab.start()
                let token = try await lab.token(for: uuid)
                let answer = try await lab.enroll(controller, token: token, uuid: uuid)
                #expect(answer.status == 403 && answer.code == "foreign-address")
            }
        }

        @Test("who guesses tokens is slowed down, others are not")
        func rateLimit() async throws {
            try await withGuests { lab, controller, guests in
                var statuses: [Int] = []
                for _ in 0..<40 {
                    statuses.append(
                        try await lab.call(controller, .POST, "/v1/enroll", ByteBuffer(string: "{}")).status
                    )
                }
                #expect(statuses.prefix(20).allSatisfy { $0 == 400 })
                #expect(statuses.suffix(5).contains(429))
                #expect(Set(statuses) == [400, 429])
                let client = try lab.clientIdentity()
                #expect(try await lab.call(controller, .GET, "/v1/endpoints", as: client).status == 200)
            }
        }

        @Test("while the hypervisor is silent an agent is told to come again, not that it is unknown")
        func silentHypervisor() async throws {
            try await withGuests { lab, controller, guests in
                let token = try await lab.token(for: guests.running)
                lab.hypervisor.disconnect()
                try await lab.waitForEvent(.hypervisorLost)
                let answer = try await lab.enroll(controller, token: token, uuid: guests.running)
                #expect(answer.status == 503 && answer.code == "hypervisor-lost")
                lab.hypervisor.reconnect()
                try await waitUntil("the token works again") {
                    try await lab.enroll(controller, token: token, uuid: guests.running).status == 200
                }
            }
        }

        @Test("a renewal keeps the identity and takes no name from the request")
        func renewal() async throws {
            try await withGuests { lab, controller, guests in
                let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
                let recommendations = try Certificate.Extensions {
                    SubjectAlternativeNames([
                        .uniformResourceIdentifier(SPIFFEID.operator(name: "root").uri), .dnsName("evil.example"),
                    ])
                }
                let csr = try CertificateSigningRequest(
                    version: .v1,
                    subject: DistinguishedName { CommonName("spiffe://cms/operator/root") },
                    privateKey: key,
                    attributes: CertificateSigningRequest.Attributes([
                        .init(ExtensionRequest(extensions: recommendations))
                    ])
                ).serializeAsPEM().pemString
                let body = try WireCoding.line(RenewalRequest(csr: csr))
                for identity in [
                    try lab.agentIdentity(guests.running), try lab.clientIdentity(), try lab.operatorIdentity(),
                ] {
                    let answer = try await lab.call(controller, .POST, "/v1/renew", as: identity, body)
                    #expect(answer.status == 200)
                    let issued = try answer.message(IssuedCertificate.self)
                    let certificate = try Certificate(pemEncoded: issued.certificate)
                    #expect(certificate.spiffeID == identity.spiffeID)
                    #expect(certificate.publicKey == key.publicKey)
                    #expect(!"\(certificate)".contains("evil.example") && !"\(certificate)".contains("operator/root"))
                    #expect(issued.notAfter > identity.certificate.notValidAfter.addingTimeInterval(-1))
                }
                let gone = try await lab.call(
                    controller,
                    .POST,
                    "/v1/renew",
                    as: lab.agentIdentity(UUID().uuidString.lowercased()),
                    body
                )
                #expect(gone.status == 403 && gone.code == "unknown-machine")
                let garbage = try WireCoding.line(RenewalRequest(csr: "garbage"))
                let client = try lab.clientIdentity()
                #expect(try await lab.call(controller, .POST, "/v1/renew", as: client, garbage).status == 400)
            }
        }
    }
}
