import Foundation
import Shared
import Testing

@testable import Monitoring

@Suite("The names of metrics")
struct MetricNamesTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
    }

    /// The agent's names; the target that has them is not linked here.
    private func agentNames() throws -> Set<String> {
        let text = try text("Sources/GuestAgent/Metrics/AgentMetricNames.swift")
        return Set(text.matches(of: /"(cms_agent_[a-z_]+)"/).map { String($0.1) })
    }

    /// Every name that is used in a text, and is no part of a longer one.
    private func used(in text: String) -> Set<String> {
        Set(text.matches(of: /(?:^|[^A-Za-z0-9_:])((?:cms|process)_[a-z0-9_]+)/).map { String($0.1) })
    }

    @Test("rules, their tests and the dashboard use only metrics that exist")
    func monitoring() throws {
        let folder = Self.root.appendingPathComponent("provisioning/monitoring")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".yml") || $0.hasSuffix(".json") }
        #expect(files.contains("grafana-dashboard.json") && files.contains("cms.rules.yml"))
        let histogram = ["_bucket", "_sum", "_count"].map { "cms_agent_service_time_seconds" + $0 }
        let known = Set(MetricNames.all.flatMap(\.sampleNames)).union(try agentNames()).union(histogram)
        for file in files {
            let strange = used(in: try text("provisioning/monitoring/" + file)).subtracting(known)
            #expect(strange.isEmpty, "\(file): \(strange)")
        }
    }

    @Test("every metric stands in docs/metrics.md with its type and labels, and none that does not exist")
    func documentation() throws {
        let text = try text("docs/metrics.md")
        for metric in MetricNames.all + [PrometheusRegistry.dropped] {
            let labels = metric.labels.isEmpty ? "" : "{\(metric.labels.joined(separator: ","))}"
            let kind = metric.kind == .info ? "gauge" : metric.kind.rawValue
            #expect(text.contains("| `\(metric.name)\(labels)` | \(kind) |"), "\(metric.name)\(labels) \(kind)")
        }
        for name in try agentNames() {
            #expect(text.contains("| `\(name)`") || text.contains("| `\(name){"), "\(name)")
        }
        let known = Set((MetricNames.all + [PrometheusRegistry.dropped]).flatMap { $0.sampleNames + [$0.name] })
            .union(try agentNames())
        let strange = used(in: text).filter { $0.hasPrefix("cms_") }.subtracting(known)
        #expect(strange.isEmpty, "\(strange)")
    }

    @Test("every alert stands in docs/metrics.md")
    func alerts() throws {
        let documentation = try text("docs/metrics.md")
        let rules = try text("provisioning/monitoring/cms.rules.yml")
        let alerts = rules.matches(of: /- alert: ([A-Za-z]+)/).map { String($0.1) }
        #expect(!alerts.isEmpty)
        for alert in alerts { #expect(documentation.contains("| `\(alert)` |"), "\(alert)") }
    }
}
