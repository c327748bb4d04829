import Foundation
import Testing

extension EndToEndTests {
    /// What Prometheus says of its targets.
    private struct Targets: Decodable {
        struct Data: Decodable { var activeTargets: [Target] }
        struct Target: Decodable {
            var labels: [String: String]
            var health: String
        }
        var data: Data
    }

    /// What Prometheus says of its alerts.
    private struct Alerts: Decodable {
        struct Data: Decodable { var alerts: [Alert] }
        struct Alert: Decodable {
            var labels: [String: String]
            var state: String
        }
        var data: Data
    }

    /// Where the Prometheus of this test listens.
    private static let prometheus = "127.0.0.1:9097"

    @Test(
        "a real Prometheus finds controller and agents, and its alert fires when vm1 is overloaded and nothing can start",
        .timeLimit(.minutes(6))
    )
    func monitored() async throws {
        try await world.reset()
        try await world.configure("max: 1\npolicy: {on-starved: scale-out}\n")
        try await world.startController()
        try await world.waitFor("instance.probed", "vm1", within: .seconds(120))
        let lab = try await world.theLab()
        let (directory, identity) = (await world.directory, await world.identity)
        let folder = directory + "/prometheus"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try adapted("prometheus.yml", [("scrape_interval: 5s", "scrape_interval: 1s"), ("l: 10s", "l: 2s")])
            .write(toFile: folder + "/prometheus.yml", atomically: true, encoding: .utf8)
        // The waits are tried by promtool; here a minute would only be a minute.
        try adapted("cms.rules.yml", [("for: 1m", "for: 5s")])
            .write(toFile: folder + "/cms.rules.yml", atomically: true, encoding: .utf8)
        // What stands there is a link; the copy must not be one.
        try Data(contentsOf: URL(fileURLWithPath: identity + "/ca.pem"))
            .write(to: URL(fileURLWithPath: folder + "/ca.pem"))
        let server = try Program(
            [
                "/usr/bin/prometheus", "--config.file=\(folder)/prometheus.yml", "--storage.tsdb.path=\(folder)/data",
                "--web.listen-address=\(Self.prometheus)",
            ],
            output: folder + "/log",
            errors: nil
        )
        defer { if !server.hasEnded { server.signal(SIGTERM) } }
        try await wait(for: "controller and agent to be scraped", within: .seconds(60)) {
            let up = try await asked(Targets.self, "/api/v1/targets", lab)?.data.activeTargets
                .filter { $0.health == "up" }.map { $0.labels["job"] ?? "" }
            return Set(up ?? []) == ["cms-controller", "cms-agent"] ? true : nil
        }
        for (url, options) in [
            ("http://127.0.0.1:7080/metrics", ""),
            ("https://\(Lab.address(of: "vm1")):8000/metrics", "--cacert \(identity)/ca.pem"),
        ] {
            let command = "curl -sS --max-time 10 \(options) \(url) | promtool check metrics"
            #expect(try await lab.run("/bin/bash", "-o", "pipefail", "-c", command) == "")
        }
        let client = try await world.startClient("--mode", "high")
        try await wait(for: "the alert", within: .seconds(90)) {
            let firing = try await asked(Alerts.self, "/api/v1/alerts", lab)?.data.alerts
                .filter { $0.state == "firing" }.map { $0.labels["alertname"] ?? "" }
            return firing?.contains("CMSOverloaded") == true ? true : nil
        }
        _ = try await client.stop()
        server.signal(SIGTERM)
        _ = try await server.end(within: .seconds(20))
    }

    /// A file of provisioning/monitoring with some words replaced.
    private func adapted(_ name: String, _ changes: [(String, String)]) throws -> String {
        let path = "\(FileManager.default.currentDirectoryPath)/provisioning/monitoring/\(name)"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return changes.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }

    /// An answer of Prometheus, or `nil` while it gives none.
    private func asked<Answer: Decodable>(_ type: Answer.Type, _ path: String, _ lab: Lab) async throws -> Answer? {
        let text = try await lab.run(
            "/usr/bin/curl",
            "-sS",
            "--max-time",
            "5",
            "http://\(Self.prometheus)\(path)",
            allowFailure: true
        )
        return try? JSONDecoder().decode(Answer.self, from: Data(text.utf8))
    }
}
