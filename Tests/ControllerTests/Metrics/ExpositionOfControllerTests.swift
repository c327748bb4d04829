import Foundation
import Libvirt
import NIOHTTP1
import TestSupport
import Testing
import Wire

extension SocketTests {
    @Suite("GET /metrics of a running controller")
    struct Metrics {
        @Test("it tells of ticks, calls, commits and requests, and promtool has nothing against it")
        func exposition() async throws {
            try await withLab({ $0.web = HostPort(host: "127.0.0.1", port: 0) }) { lab in
                lab.hypervisor.addDomain("vm1", state: .running)
                let controller = try await lab.start()
                for path in ["/made/up/1", "/made/up/2", "/v1/groups/default", "/v1/groups/nobody"] {
                    _ = try await controller.raw("GET \(path)")
                }
                _ = try await controller.raw("PUT /v1/groups")
                _ = try await lab.call(controller, .GET, "/healthz")
                _ = try await lab.call(controller, .GET, "/made/up/3")
                func body() async throws -> String {
                    let answer = try await controller.raw("GET /metrics").text
                    return answer.components(separatedBy: "\r\n\r\n").dropFirst().joined()
                }
                try await waitUntil("ticks are told of") {
                    try await body().contains("cms_tick_duration_seconds_count{group=\"default\"}")
                }
                let text = try await body()
                for expected in [
                    #"cms_http_requests_total{listener="web",route="other",code="404"} 2"#,
                    #"cms_http_requests_total{listener="web",route="/v1/groups/{group}",code="200"} 1"#,
                    #"cms_http_requests_total{listener="web",route="/v1/groups/{group}",code="404"} 1"#,
                    #"cms_http_requests_total{listener="web",route="other",code="405"} 1"#,
                    #"cms_http_requests_total{listener="api",route="/healthz",code="200"} 1"#,
                    #"cms_http_requests_total{listener="api",route="other",code="401"} 1"#,
                    #"cms_tick_lateness_seconds_count{group="default"}"#, "cms_store_commit_seconds_count ",
                    #"cms_hypervisor_call_seconds_count{call="statistics",outcome="ok"}"#,
                    #"cms_hypervisor_up{group="default"} 1"#, "cms_build_info{", "process_resident_memory_bytes ",
                ] {
                    #expect(text.contains("\n" + expected), "\(expected)")
                }
                #expect(!text.contains("made/up"))
                #expect(try promtool(text) == "")
            }
        }

        /// What `promtool check metrics` says about a text.
        private func promtool(_ text: String) throws -> String {
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("metrics-\(UUID())")
            try Data(text.utf8).write(to: path)
            defer { try? FileManager.default.removeItem(at: path) }
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["promtool", "check", "metrics"]
            process.standardInput = try FileHandle(forReadingFrom: path)
            process.standardOutput = output
            process.standardError = output
            try process.run()
            let said = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            guard process.terminationStatus != 127 else {
                return "there is no promtool; install it with 'provisioning/dependencies monitoring'"
            }
            return String(decoding: said, as: UTF8.self) + (process.terminationStatus == 0 ? "" : "failed")
        }
    }
}
