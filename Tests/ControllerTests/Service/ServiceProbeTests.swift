import AsyncHTTPClient
import Foundation
import Shared
import SwiftASN1
import TestSupport
import Testing
import Wire
import X509

@testable import Lifecycle
@testable import Orchestration

@Suite("Probes of a group's own")
struct ServiceProbeTests {
    /// Runs `body` with a prober, and ends its client.
    private func withProber(
        timeout: Duration = .seconds(5),
        _ body: (HTTPSEndpointProber) async throws -> Void
    ) async throws {
        let client = HTTPClient.cms()
        let identity = try RotatingIdentity(TestAuthority().client())
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(HTTPSEndpointProber(client: client, identity: identity) { timeout }))
        } catch {
            result = .failure(error)
        }
        await client.shutDown(within: .milliseconds(50))
        try result.get()
    }

    private func target(_ url: String, _ expected: ClosedRange<Int> = 200...399, ca: String? = nil) -> ProbeTarget {
        ProbeTarget(url: "", check: .http(url: url, expected: expected, authorities: ca))
    }

    private func failure(_ body: () async throws -> Void) async throws -> String {
        ErrorText.of(try await #require(throws: (any Error).self) { try await body() })
    }

    @Test("a status that is expected passes, another one is named, and the path is the one that was given")
    func statuses() async throws {
        try await withProber { prober in
            try await StatusServer.run { server, port in
                let url = "http://127.0.0.1:\(port)/healthz?deep=1"
                for status in [200, 302, 399] {
                    server.status = status
                    try await prober.probe(target(url))
                    try await prober.checkHealth(target(url))
                }
                #expect(Set(server.paths) == ["/healthz?deep=1"])
                server.status = 503
                #expect(
                    try await failure { try await prober.probe(target(url)) }
                        == "status 503, where 200 to 399 is expected"
                )
                try await prober.probe(target(url, 503...503))
            }
        }
    }

    @Test("a connection is enough for tcp, and none fails")
    func tcp() async throws {
        try await withProber { prober in
            var free = 0
            try await StatusServer.run { _, port in
                free = port
                try await prober.probe(ProbeTarget(url: "", check: .tcp(HostPort(host: "127.0.0.1", port: port))))
            }
            let nobody = ProbeTarget(url: "", check: .tcp(HostPort(host: "127.0.0.1", port: free)))
            #expect(try await failure { try await prober.checkHealth(nobody) }.contains("refused"))
        }
    }

    @Test("who says nothing has failed when the time is over")
    func silence() async throws {
        try await withProber(timeout: .milliseconds(50)) { prober in
            try await RawServer.run(.silent) { port in
                let text = try await failure { try await prober.probe(target("http://127.0.0.1:\(port)/")) }
                #expect(text.hasPrefix("no answer"), "\(text)")
            }
        }
    }

    @Test("any certificate will do without authorities; with them one of theirs, whatever name it has")
    func certificates() async throws {
        let (own, other) = (try TestAuthority(), try TestAuthority())
        let folder = FileManager.default.temporaryDirectory
        let files = try [own, other].map { authority in
            let file = folder.appendingPathComponent("cms-\(UUID()).pem")
            let pem = try authority.authority.certificate.serializeAsPEM().pemString
            try Data(pem.utf8).write(to: file)
            return file.path
        }
        defer { for file in files { try? FileManager.default.removeItem(atPath: file) } }
        try await withProber { prober in
            // Its certificate is for 127.0.0.1 alone.
            try await StatusServer.run(identity: try own.server()) { _, port in
                let url = "https://127.0.0.7:\(port)/"
                try await prober.probe(target(url))
                try await prober.probe(target(url, ca: files[0]))
                await #expect(throws: (any Error).self) { try await prober.probe(target(url, ca: files[1])) }
                await #expect(throws: (any Error).self) { try await prober.probe(target(url, ca: "/nowhere.pem")) }
            }
        }
    }

    @Test("where a probe is sent: its own port, else the service's, else the agent's, else the scheme's")
    func places() throws {
        let address = try #require(IPAddress("fd00::7"))
        func url(_ request: ServiceProbe.Request, _ service: ServiceConfiguration, _ agentPort: Int?) -> String? {
            let check = ProbeTarget.Check(.http(request), of: service, address: address, agentPort: agentPort)
            return if case .http(let url, _, _) = check { url } else { nil }
        }
        let request = ServiceProbe.Request(path: "/a", port: 81)
        #expect(url(request, ServiceConfiguration(port: 82), 83) == "http://[fd00::7]:81/a")
        let plain = ServiceProbe.Request(path: "/a", scheme: .https)
        #expect(url(plain, ServiceConfiguration(port: 82), 83) == "https://[fd00::7]:82/a")
        #expect(url(plain, ServiceConfiguration(), 83) == "https://[fd00::7]:83/a")
        #expect(url(plain, ServiceConfiguration(), nil) == "https://[fd00::7]:443/a")
        let tcp = ProbeTarget.Check(.tcp(port: 9), of: ServiceConfiguration(port: 82), address: address)
        #expect(tcp == .tcp(HostPort(host: "fd00::7", port: 9)))
    }
}
