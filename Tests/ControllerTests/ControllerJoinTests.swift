import AsyncHTTPClient
import Foundation
import Libvirt
import NIOCore
import NIOHTTP1
import Shared
import TestSupport
import Testing
import Wire
import X509

@testable import ConfigurationValues
@testable import Controller
@testable import ControllerHTTP
@testable import EmbeddedStore
@testable import Lifecycle
@testable import Operator
@testable import Orchestration
@testable import Persistence

extension SocketTests {
    @Suite("A second controller of the same authority")
    struct Joining {
        /// A running controller, and the state directory of one that is to join.
        private func withTwo(
            _ body: @Sendable (ControllerLab, ControllerLab.Running, StateDirectory) async throws -> Void
        ) async throws {
            try await withLab { lab in
                let controller = try await lab.start()
                let path = lab.path + "-second"
                defer { try? FileManager.default.removeItem(atPath: path) }
                try await body(lab, controller, try StateDirectory(path: path))
            }
        }

        private func join(
            _ lab: ControllerLab,
            _ controller: ControllerLab.Running,
            _ directory: StateDirectory,
            token: String,
            name: String = "cms2",
            hash: String? = nil,
            replaces: Bool = false
        ) async throws -> ControllerJoin.Outcome {
            try await ControllerJoin(
                controller: HostPort(host: "127.0.0.1", port: controller.port),
                name: name,
                directory: directory
            ).run(
                token: token,
                authorityHash: hash ?? lab.authority.certificate.fingerprint(),
                replaces: replaces
            )
        }

        private func token(_ lab: ControllerLab, _ name: String = "cms2", lifetime: TimeInterval = 60) async throws
            -> String
        {
            try await lab.token(for: "controller:\(name)", lifetime: lifetime)
        }

        @Test("it gets the authority with its key, and each trusts what the other signs")
        func joins() async throws {
            try await withTwo { lab, controller, directory in
                #expect(try await join(lab, controller, directory, token: token(lab)) == .joined(kept: nil))
                let file = directory.path + "/authority.pem"
                let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
                #expect(mode == 0o600)
                #expect(FileManager.default.fileExists(atPath: directory.path + "/ca.pem"))
                let second = try directory.authority(now: Date())
                let boss = try second.makeIdentity(IssuingPolicy().client(.operator(name: "boss")), now: Date())
                #expect(try await lab.call(controller, .GET, "/v1/groups", as: boss).status == 200)
                let first = try lab.authority
                let leaf = try first.makeIdentity(IssuingPolicy().client(.client(name: "a")), now: Date()).certificate
                #expect(second.certificate.publicKey.isValidSignature(leaf.signature, for: leaf))
                #expect(try second.privateKeyPEM() == first.privateKeyPEM())
                try await lab.waitForEvent(.controllerJoined, saying: "'cms2'")
                let events = try await lab.events()
                #expect(!events.contains { $0.detail.contains("PRIVATE") || $0.detail.contains("BEGIN") })
            }
        }

        @Test("a controller started on what came serves those whom the first one knows")
        func serves() async throws {
            try await withLab { lab in
                let controller = try await lab.start()
                try await withLab { other in
                    let directory = try StateDirectory(path: other.path)
                    _ = try await join(lab, controller, directory, token: token(lab))
                    let second = try await other.start()
                    let tls = try lab.tls(lab.operatorIdentity())
                    #expect(try await other.call(second, .GET, "/v1/groups", tls: tls).status == 200)
                }
            }
        }

        @Test("a token that is used, expired, another's or a guest's is refused, and nothing is written")
        func tokens() async throws {
            try await withTwo { lab, controller, directory in
                let used = try await token(lab)
                let elsewhere = try StateDirectory(path: directory.path + "/first")
                _ = try await join(lab, controller, elsewhere, token: used)
                let wrong: [(String, String, String)] = [
                    ("used", used, "token-used"), ("made up", "guess", "token-unknown"),
                    ("expired", try await token(lab, lifetime: -1), "token-expired"),
                    ("for another name", try await token(lab, "cms3"), "token-of-another"),
                    ("a guest's", try await lab.token(for: UUID().uuidString.lowercased()), "token-of-another"),
                ]
                for (what, token, code) in wrong {
                    let error = await #expect(throws: ControllerJoin.Failure.self, "\(what)") {
                        try await join(lab, controller, directory, token: token)
                    }
                    #expect(error?.description.contains("token create --for-controller cms2") == true, "\(what)")
                    try await lab.waitForEvent(.peerRefused, saying: code)
                }
                let unused = try await token(lab)
                await #expect(throws: ControllerJoin.Failure.self, "its own, under another name") {
                    try await join(lab, controller, directory, token: unused, name: "cms3")
                }
                #expect(try directory.authorityIfAny() == nil)
                #expect(try await lab.events().filter { $0.kind == .controllerJoined }.count == 1)
            }
        }

        @Test("a controller's token is no guest's")
        func noGuest() async throws {
            try await withLab { lab in
                let uuid = lab.hypervisor.addDomain("vm1", state: .running)
                let controller = try await lab.start()
                try await waitUntil("the controller has looked") { try await lab.store().ledger().count == 1 }
                let token = try await token(lab)
                #expect(try await lab.enroll(controller, token: token, uuid: uuid).code == "token-of-another")
                #expect(
                    try await lab.enroll(controller, token: token, uuid: "controller:cms2").code == "unknown-machine"
                )
            }
        }

        @Test("nobody else can read the authority, and each who tries is written down")
        func roles() async throws {
            try await withTwo { lab, controller, _ in
                let others: [(Identity?, Int, String)] = [
                    (nil, 401, "no-certificate"), (try lab.clientIdentity(), 403, "wrong-role"),
                    (try lab.operatorIdentity(), 403, "wrong-role"),
                    (try lab.agentIdentity(UUID().uuidString.lowercased()), 403, "wrong-role"),
                ]
                for (identity, status, code) in others {
                    let answer = try await lab.call(controller, .GET, "/v1/authority", as: identity)
                    #expect(answer.status == status && answer.code == code, "\(identity?.spiffeID?.uri ?? "nobody")")
                    #expect(!String(buffer: answer.body).contains("PRIVATE"))
                }
                try await lab.waitForEvent(.peerRefused, saying: "this route is for the role 'controller'")
                #expect(try await lab.events().contains { $0.kind == .controllerJoined } == false)
            }
        }

        @Test("the certificate of a machine that joins is short, and opens nothing else")
        func narrow() async throws {
            try await withTwo { lab, controller, _ in
                let request = try CertificateRequest(commonName: "x")
                let message = ControllerJoinRequest(token: try await token(lab), name: "cms2", csr: request.pem)
                let answer = try await lab.call(controller, .POST, "/v1/join", WireCoding.line(message))
                let identity = try request.identity(with: answer.message(IssuedCertificate.self))
                #expect(identity.spiffeID == .joiningController(name: "cms2"))
                #expect(identity.certificate.notValidAfter < Date().addingTimeInterval(400))
                for path in ["/v1/groups", "/v1/endpoints", "/v1/events", "/v1/backup", "/metrics"] {
                    #expect(try await lab.call(controller, .GET, path, as: identity).status == 403, "\(path)")
                }
                let csr = try WireCoding.line(RenewalRequest(csr: CertificateRequest(commonName: "x").pem))
                #expect(try await lab.call(controller, .POST, "/v1/renew", as: identity, csr).status == 403)
                let pem = try await lab.call(controller, .GET, "/v1/authority", as: identity)
                #expect(pem.status == 200 && String(buffer: pem.body).contains("PRIVATE KEY"))
            }
        }

        @Test("with a wrong hash nothing is sent: the token can still be used")
        func wrongHash() async throws {
            try await withTwo { lab, controller, directory in
                let token = try await token(lab)
                let hash = "sha256:" + String(repeating: "ab", count: 32)
                await #expect(throws: AuthorityPin.Failure.self) {
                    try await join(lab, controller, directory, token: token, hash: hash)
                }
                #expect(try directory.authorityIfAny() == nil)
                #expect(try await join(lab, controller, directory, token: token) == .joined(kept: nil))
            }
        }

        @Test("the same authority is joined already, without a question; another one is replaced only with force")
        func present() async throws {
            try await withTwo { lab, controller, directory in
                let own = try directory.authority(now: Date())
                let token = try await token(lab)
                await #expect(throws: StateDirectory.Failure.self) {
                    try await join(lab, controller, directory, token: token)
                }
                #expect(try directory.authorityIfAny()?.certificate == own.certificate)
                let outcome = try await join(lab, controller, directory, token: token, replaces: true)
                guard case .joined(let kept?) = outcome else {
                    Issue.record("\(outcome)")
                    return
                }
                let old = try #require(FileManager.default.contents(atPath: kept))
                #expect(
                    try CertificateAuthority(bundlePEM: String(decoding: old, as: UTF8.self)).certificate
                        == own.certificate
                )
                #expect(try directory.authorityIfAny()?.certificate == lab.authority.certificate)
                await controller.stop()
                #expect(try await join(lab, controller, directory, token: "none") == .alreadyJoined)
            }
        }

        @Test("a state directory on which a controller runs is left alone")
        func inUse() async throws {
            try await withTwo { lab, controller, directory in
                let lock = try directory.lock()
                defer { close(lock) }
                let token = try await token(lab)
                let error = await #expect(throws: StateDirectory.Failure.self) {
                    try await join(lab, controller, directory, token: token)
                }
                #expect(error?.description.contains("in use") == true)
            }
        }

        @Test("attempts are limited for each address, and unreadable ones refused")
        func limit() async throws {
            try await withTwo { lab, controller, _ in
                let csr = try CertificateRequest(commonName: "x").pem
                let bad = ControllerJoinRequest(token: "x", name: "a/b", csr: csr)
                var codes = [try await lab.call(controller, .POST, "/v1/join", WireCoding.line(bad)).code]
                let garbage = ControllerJoinRequest(token: "x", name: "a", csr: "x")
                codes.append(try await lab.call(controller, .POST, "/v1/join", WireCoding.line(garbage)).code)
                #expect(codes == ["out-of-range", "bad-request-for-certificate"])
                let large = ByteBuffer(string: String(repeating: " ", count: 20_000))
                #expect(try await lab.call(controller, .POST, "/v1/join", large).status == 413)
                let guess = try WireCoding.line(ControllerJoinRequest(token: "x", name: "a", csr: csr))
                var statuses: Set<Int> = []
                for _ in 0..<20 { statuses.insert(try await lab.call(controller, .POST, "/v1/join", guess).status) }
                #expect(statuses == [401, 429])
            }
        }

        @Test("the token that 'token create --for-controller' makes is taken at the address that it names")
        func made() async throws {
            try await withTwo { lab, controller, directory in
                var configuration = ControllerConfiguration(
                    group: GroupConfiguration(hosts: try CIDR(parsing: "127.0.0.0/8")),
                    uri: .qemuSystem,
                    listen: HostPort(host: "127.0.0.1", port: 0),
                    stateDirectory: lab.path
                )
                let made = try await ControllerTokenMaker(configuration: configuration).make(
                    name: "cms2",
                    lifetime: .seconds(600)
                )
                #expect(made.controller == "127.0.0.1:\(controller.port)")
                #expect(made.command.hasPrefix("cms-controller join 127.0.0.1:\(controller.port) --name cms2 --token "))
                let outcome = try await join(lab, controller, directory, token: made.token, hash: made.authorityHash)
                #expect(outcome == .joined(kept: nil))
                configuration.stateDirectory = directory.path + "/empty"
                let maker = ControllerTokenMaker(configuration: configuration)
                await #expect(throws: ControllerTokenMaker.NoAuthority.self) {
                    try await maker.make(name: "cms2", lifetime: .seconds(600))
                }
            }
        }
    }
}
