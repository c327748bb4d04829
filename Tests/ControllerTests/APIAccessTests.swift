import Foundation
import Libvirt
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Shared
import TestSupport
import Testing
import Wire

@testable import ConfigurationValues
@testable import Lifecycle
@testable import Orchestration

/// All tests over sockets, one after the other: they share the machine's cores with their own controllers.
@Suite("Over real sockets", .serialized, .timeLimit(.minutes(3)))
struct SocketTests {}

extension SocketTests {
    @Suite("Who may ask what")
    struct Access {
        static let routes: [(HTTPMethod, String)] = [
            (.GET, "/v1/endpoints"), (.GET, "/v1/endpoints?watch"), (.POST, "/v1/endpoints/acks"),
            (.PUT, "/v1/agents/u"), (.POST, "/v1/agents/u/reports"), (.GET, "/v1/agents/u/commands?watch"),
            (.POST, "/v1/renew"), (.GET, "/v1/instances"), (.GET, "/v1/events"),
            (.GET, "/"), (.GET, "/metrics"), (.GET, "/v1/nothing"), (.DELETE, "/v1/endpoints"), (.GET, "/v1/enroll"),
        ]

        @Test("without a certificate everything but /healthz, /v1/enroll and /v1/join is 401, unknown paths too")
        func anonymous() async throws {
            try await withLab { lab in
                let controller = try await lab.start()
                for (method, path) in Self.routes + [(.GET, "/v1/authority")] {
                    let answer = try await lab.call(controller, method, path)
                    #expect(answer.status == 401, "\(method) \(path)")
                    #expect(answer.code == "no-certificate", "\(method) \(path)")
                }
                #expect(try await lab.call(controller, .GET, "/healthz").status == 200)
                for path in ["/v1/enroll", "/v1/join"] {
                    #expect(try await lab.call(controller, .POST, path, ByteBuffer(string: "{}")).status == 400)
                }
            }
        }

        @Test("every route that the document names is closed to those without a certificate, but for three")
        func closedByDefault() async throws {
            let open: Set<String> = ["get /healthz", "post /v1/enroll", "post /v1/join"]
            let routes = try OpenAPITests.Document.load().paths.flatMap { path, operations in
                operations.filter { $0.value.tags.contains("controller") }.map { ($0.key, path) }
            }
            try await withLab { lab in
                let controller = try await lab.start()
                for (method, path) in routes where !open.contains("\(method) \(path)") {
                    let filled = path.replacing(/\{[a-z]+\}/, with: "x")
                    let answer = try await lab.call(controller, HTTPMethod(rawValue: method.uppercased()), filled)
                    #expect(answer.status == 401 && answer.code == "no-certificate", "\(method) \(path)")
                }
            }
        }

        @Test("each role has its own routes and no others")
        func roles() async throws {
            try await withLab { lab in
                let controller = try await lab.start()
                let uuid = lab.hypervisor.addDomain("vm1")
                let agent = try lab.agentIdentity(uuid)
                let client = try lab.clientIdentity()
                let boss = try lab.operatorIdentity()
                let clientRoutes: [(HTTPMethod, String)] = [
                    (.GET, "/v1/endpoints"), (.GET, "/v1/endpoints?watch"), (.POST, "/v1/endpoints/acks"),
                ]
                let operatorRoutes: [(HTTPMethod, String)] = [(.GET, "/v1/instances"), (.GET, "/v1/events")]
                func agentRoutes(_ uuid: String) -> [(HTTPMethod, String)] {
                    [
                        (.PUT, "/v1/agents/\(uuid)"), (.POST, "/v1/agents/\(uuid)/reports"),
                        (.GET, "/v1/agents/\(uuid)/commands?watch"),
                    ]
                }
                for (method, path) in clientRoutes + operatorRoutes {
                    let answer = try await lab.call(controller, method, path, as: agent)
                    #expect(answer.status == 403 && answer.code == "wrong-role", "agent: \(method) \(path)")
                }
                let other = UUID().uuidString.lowercased()
                for (method, path) in agentRoutes(other) {
                    let answer = try await lab.call(controller, method, path, as: agent)
                    #expect(answer.status == 403 && answer.code == "other-agent", "agent: \(method) \(path)")
                }
                for (method, path) in agentRoutes(uuid) + operatorRoutes {
                    let answer = try await lab.call(controller, method, path, as: client)
                    #expect(answer.status == 403 && answer.code == "wrong-role", "client: \(method) \(path)")
                }
                for (method, path) in agentRoutes(uuid) {
                    let answer = try await lab.call(controller, method, path, as: boss)
                    #expect(answer.status == 403, "operator: \(method) \(path)")
                }
                for path in ["/v1/endpoints", "/v1/instances", "/v1/events"] {
                    #expect(try await lab.call(controller, .GET, path, as: boss).status == 200, "operator: \(path)")
                }
                #expect(try await lab.call(controller, .GET, "/v1/endpoints", as: client).status == 200)
                let nowhere = try await lab.call(controller, .GET, "/v1/nothing", as: client)
                #expect(nowhere.status == 404 && nowhere.code == "no-such-route")
                // An agent that acts for another is worth an event.
                try await lab.waitForEvent(.peerRefused, saying: "other-agent")
            }
        }

        @Test("a certificate of our authority that names nobody opens nothing")
        func nameless() async throws {
            try await withLab { lab in
                let controller = try await lab.start()
                // The controller's own certificate is no client's, agent's or operator's.
                let leaf = IssuingPolicy().controller(names: ["x"], addresses: [])
                let own = try lab.authority.makeIdentity(leaf, now: Date())
                for path in ["/v1/endpoints", "/v1/events", "/v1/agents/u/commands"] {
                    #expect(try await lab.call(controller, .GET, path, as: own).status == 403, "\(path)")
                }
                let request = RenewalRequest(csr: try CertificateRequest(commonName: "x").pem)
                let renewal = try await lab.call(controller, .POST, "/v1/renew", as: own, WireCoding.line(request))
                #expect(renewal.status == 403)
            }
        }

        @Test("TLS 1.2, foreign and expired certificates are refused in the handshake, and an event says so")
        func handshakes() async throws {
            try await withLab { lab in
                let controller = try await lab.start()
                var old = try lab.tls(lab.clientIdentity())
                old.minimumTLSVersion = .tlsv12
                old.maximumTLSVersion = .tlsv12
                let foreign = try TestAuthority().client(.operator(name: "boss"))
                let expired = try lab.authority.makeIdentity(
                    CertificateAuthority.Leaf(id: .client(name: "late"), usage: .client, lifetime: .seconds(60)),
                    now: Date().addingTimeInterval(-3600)
                )
                let cases = [("TLS 1.2", old), ("foreign", try lab.tls(foreign)), ("expired", try lab.tls(expired))]
                for (count, (name, tls)) in cases.enumerated() {
                    await #expect(throws: (any Error).self, "\(name)") {
                        try await lab.call(controller, .GET, "/healthz", tls: tls)
                    }
                    try await waitUntil("the refusal of \(name) is written down") {
                        try await lab.events().filter { $0.kind == .peerRefused }.count == count + 1
                    }
                }
                #expect(try await lab.call(controller, .GET, "/healthz").status == 200)
            }
        }

        @Test("a peer that speaks no TLS is refused with an event and disturbs nobody")
        func garbage() async throws {
            try await withLab { lab in
                let controller = try await lab.start()
                for text in ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", String(repeating: "\u{7}", count: 4096)] {
                    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                        .connect(host: "127.0.0.1", port: controller.port).get()
                    try await channel.writeAndFlush(ByteBuffer(string: text))
                    // The controller hangs up; the test's time limit is the bound.
                    try await channel.closeFuture.get()
                }
                try await waitUntil("both are written down") {
                    try await lab.events().filter { $0.kind == .peerRefused }.count == 2
                }
                #expect(try await lab.call(controller, .GET, "/healthz").status == 200)
            }
        }

        @Test("HTTP/2 knows the caller as well")
        func http2() async throws {
            try await withLab { lab in
                let controller = try await lab.start()
                let client = try lab.clientIdentity()
                let anonymous = try await lab.call(controller, .GET, "/v1/endpoints", with: lab.modern)
                #expect(anonymous.isHTTP2 && anonymous.status == 401)
                let answer = try await lab.call(controller, .GET, "/v1/endpoints", as: client, with: lab.modern)
                #expect(answer.isHTTP2 && answer.status == 200)
                #expect(try answer.message(EndpointSet.self).endpoints.isEmpty)
                let wrong = try await lab.call(controller, .GET, "/v1/events", as: client, with: lab.modern)
                #expect(wrong.status == 403)
                #expect(try await !lab.call(controller, .GET, "/v1/endpoints", as: client).isHTTP2)
            }
        }
    }
}
