import AsyncHTTPClient
import Foundation
import Libvirt
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Wire

@testable import ConfigurationReading
@testable import ControllerHTTP
@testable import Lifecycle

extension SocketTests {
    @Suite("The web interface")
    struct Web {
        private static let loopback = HostPort(host: "127.0.0.1", port: 0)
        private static let token = "0123456789abcdef0123"

        private static func tokenFile(_ text: String = token, mode: Int = 0o600) throws -> String {
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("token-\(UUID())").path
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            return path
        }

        @Test("what there is, what there is not, and every answer with its headers")
        func routes() async throws {
            try await withLab({ $0.web = Self.loopback }) { lab in
                let uuid = lab.hypervisor.addDomain("vm1", state: .running)
                let controller = try await lab.start()
                try await waitUntil("it is ready") { try await controller.raw("GET /readyz").status == 200 }
                let cases: [(String, Int)] = [
                    ("GET /", 200), ("GET /dashboard.css", 200), ("GET /dashboard.js", 200), ("GET /healthz", 200),
                    ("GET /v1/groups", 200), ("GET /v1/groups/default", 200), ("GET /v1/groups/nobody", 404),
                    ("GET /v1/instances", 200), ("GET /v1/instances/vm1", 200), ("GET /v1/instances/\(uuid)", 200),
                    ("GET /v1/instances/vm9", 404), ("GET /v1/endpoints", 200), ("GET /v1/events", 200),
                    ("GET /v1/events?limit=0", 400), ("GET /v1/events?limit=x", 400), ("GET /v1/events?kind=no", 400),
                    ("GET /v1/events?since=yesterday", 400), ("GET /v1/events?after=-1", 400),
                    ("GET /v1/events?group=nobody", 404), ("GET /v1/endpoints?wait=61", 400),
                    ("GET /v1/sd/prometheus", 200), ("GET /v1/openapi.json", 200), ("HEAD /v1/groups", 200),
                    ("HEAD /nothing", 404), ("GET /nothing", 404), ("POST /v1/groups", 405), ("PUT /", 405),
                    ("DELETE /healthz", 405), ("POST /v1/groups/default/retry", 403), ("BREW /", 501),
                    ("GET /../etc/passwd", 404), ("GET /%2e%2e/etc/passwd", 404), ("GET /..%2fetc/passwd", 404),
                    ("GET //dashboard.js", 404), ("GET /usr/share/javascript/dygraphs/dygraph.js", 404),
                    ("GET /v1/groups/default%00", 404), ("GET /v1/groups/%ff", 404),
                ]
                for (request, status) in cases {
                    let answer = try await controller.raw(request)
                    #expect(answer.status == status, "\(request)")
                    #expect(answer.text.contains("Content-Security-Policy: default-src 'none'; script-src 'self'"))
                    #expect(answer.text.contains("X-Content-Type-Options: nosniff"), "\(request)")
                    #expect(answer.text.contains("Referrer-Policy: no-referrer"), "\(request)")
                    #expect(answer.text.contains("Cache-Control: "), "\(request)")
                    if status >= 400, !request.hasPrefix("HEAD") {
                        #expect(answer.text.contains("application/problem+json"), "\(request)")
                        #expect(answer.text.contains("\"code\""), "\(request)")
                    }
                    if request.hasPrefix("HEAD") { #expect(answer.text.hasSuffix("\r\n\r\n"), "\(request)") }
                    if status == 405 { #expect(answer.text.contains("Allow: GET, HEAD"), "\(request)") }
                }
            }
        }

        @Test("a browser that was led here under another name is sent away")
        func rebinding() async throws {
            try await withLab({ $0.web = Self.loopback }) { lab in
                let controller = try await lab.start()
                for host in ["localhost:\(controller.webPort)", "127.0.0.1", "[::1]:7080", "LOCALHOST"] {
                    #expect(try await controller.raw("GET /v1/groups", host: host).status == 200, "\(host)")
                }
                for host in [
                    "evil.example", "evil.example:7080", "localhost.evil.example", "127.0.0.1.evil.example", "",
                ] {
                    let answer = try await controller.raw("GET /v1/groups", host: host)
                    #expect(answer.status == 421, "\(host)")
                }
            }
        }

        @Test("too much in headers or body is refused at once, and others are answered all the while")
        func sizes() async throws {
            try await withLab({ $0.web = Self.loopback }) { lab in
                let controller = try await lab.start()
                let long = String(repeating: "x", count: 9000)
                let many = (0..<100).map { "X-\($0): y\r\n" }.joined()
                #expect(try await controller.raw("GET /healthz", headers: "X: \(long)\r\n").status == 431)
                #expect(try await controller.raw("GET /healthz", headers: many).status == 431)
                #expect(try await controller.raw("GET /\(long)").status == 431)
                let body = String(repeating: "x", count: 100_000)
                let length = "Content-Length: \(body.utf8.count)\r\n"
                let large = try await controller.raw("POST /v1/groups", headers: length, body: body)
                #expect(large.status == 413)
                #expect(try await controller.raw("GET /healthz").status == 200)
            }
        }

        @Test("the token steers, a wrong one is refused, noted and soon not even read; none only looks")
        func token() async throws {
            let file = try Self.tokenFile()
            defer { try? FileManager.default.removeItem(atPath: file) }
            try await withLab({
                $0.web = Self.loopback
                $0.webTokenFile = file
            }) { lab in
                lab.hypervisor.addDomain("vm1")
                let controller = try await lab.start()
                #expect(try await controller.raw("GET /v1/groups").status == 200)
                let none = try await controller.raw("POST /v1/groups/default/retry")
                #expect(none.status == 401 && none.text.contains("WWW-Authenticate: Bearer"))
                let right = "Authorization: Bearer \(Self.token)\r\n"
                #expect(try await controller.raw("POST /v1/groups/default/retry", headers: right).status == 202)
                try await waitUntil("vm1 is known") {
                    try await controller.raw("PUT /v1/instances/vm1/protection", headers: right).status == 202
                }
                try await waitUntil("who did it stands in the event") {
                    try await lab.events().contains {
                        $0.kind == .instanceProtected && ($0.by == "web" || $0.detail.contains("web"))
                    }
                }
                let wrong = "Authorization: Bearer \(Self.token)x\r\n"
                #expect(try await controller.raw("GET /v1/groups", headers: wrong).status == 401)
                try await lab.waitForEvent(.peerRefused, saying: "wrong token")
                #expect(try await !lab.events().contains { $0.detail.contains(Self.token) })
                var last = 0
                for _ in 0..<30 where last != 429 {
                    last = try await controller.raw("GET /v1/groups", headers: wrong).status
                }
                #expect(last == 429)
            }
        }

        @Test("on another address there is TLS, and only the page and the health are there for everyone")
        func elsewhere() async throws {
            let file = try Self.tokenFile()
            defer { try? FileManager.default.removeItem(atPath: file) }
            try await withLab({
                $0.web = HostPort(host: "0.0.0.0", port: 0)
                $0.webTokenFile = file
            }) { lab in
                let controller = try await lab.start()
                func get(_ path: String, token: String? = nil) async throws -> Int {
                    var request = HTTPClientRequest(url: "https://127.0.0.1:\(controller.webPort)\(path)")
                    request.tlsConfiguration = try lab.tls(nil)
                    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
                    return Int(try await lab.client.execute(request, timeout: .seconds(10)).status.code)
                }
                for path in ["/", "/dashboard.js", "/healthz"] { #expect(try await get(path) == 200, "\(path)") }
                for path in ["/v1/groups", "/readyz", "/v1/events", "/v1/openapi.json", "/nothing"] {
                    #expect(try await get(path) == 401, "\(path)")
                }
                #expect(try await get("/v1/groups", token: Self.token) == 200)
                #expect(try await get("/nothing", token: Self.token) == 404)
                // Without TLS nothing is said.
                let plain = try await WebClient(port: controller.webPort)
                try await plain.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                try await waitUntil("it hangs up") { plain.isClosed }
                #expect(!plain.text.contains("HTTP/1.1"))
            }
        }

        @Test(
            "no start without a token elsewhere, nor with one that is short or that all may read, nor on a taken port"
        )
        func refusals() async throws {
            let world = try Self.tokenFile(mode: 0o644)
            let short = try Self.tokenFile("0123456789")
            defer { for file in [world, short] { try? FileManager.default.removeItem(atPath: file) } }
            for (file, remedy) in [(world, "chmod 600"), (short, "openssl rand"), ("/nowhere/token", "openssl rand")] {
                try await withLab({
                    $0.web = Self.loopback
                    $0.webTokenFile = file
                }) { lab in
                    let error = await #expect(throws: WebToken.Failure.self) { try await lab.start() }
                    #expect(error?.description.contains(remedy) == true, "\(file)")
                }
            }
            try await withLab({ $0.web = HostPort(host: "0.0.0.0", port: 0) }) { lab in
                let error = await #expect(throws: ConfigurationError.self) { try await lab.start() }
                #expect(error?.description.contains("web-token-file") == true)
            }
            try await withLab({ $0.web = Self.loopback }) { holder in
                let port = try await holder.start().webPort
                try await withLab({ $0.web = HostPort(host: "127.0.0.1", port: port) }) { lab in
                    let uuid = lab.hypervisor.addDomain("vm1")
                    let error = await #expect(throws: PortTaken.self) { try await lab.start() }
                    #expect(error?.description.contains("--web-listen") == true)
                    #expect(lab.hypervisor.calls(of: .startFresh, uuid: uuid) == 0)
                }
            }
        }
    }
}
