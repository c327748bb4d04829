import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The live view as lines of text. A pure function of what it shows.
package struct RunScreen: Sendable {
    /// An endpoint as the view shows it.
    package struct Row: Sendable {
        /// The name.
        package var name: String
        /// Requests under way.
        package var outstanding: Int
        /// Whether it is set aside after failures.
        package var ejected: Bool

        /// A row.
        package init(name: String, outstanding: Int, ejected: Bool) {
            self.name = name
            self.outstanding = outstanding
            self.ejected = ejected
        }
    }

    /// The shape of the load.
    package var mode: LoadMode
    /// The controller's address; `nil` without one.
    package var controller: String?
    /// When the run began.
    package var startedAt: Date
    /// The moment shown.
    package var now: Date
    /// The revision in effect.
    package var revision: UInt64?
    /// The endpoints in service.
    package var endpoints: [Row]
    /// Counts and events.
    package var run: RunRecorder.Snapshot

    /// A view.
    package init(
        mode: LoadMode,
        controller: String?,
        startedAt: Date,
        now: Date,
        revision: UInt64?,
        endpoints: [Row],
        run: RunRecorder.Snapshot
    ) {
        self.mode = mode
        self.controller = controller
        self.startedAt = startedAt
        self.now = now
        self.revision = revision
        self.endpoints = endpoints
        self.run = run
    }

    /// The lines, at most `height` of at most `width` characters.
    package func lines(width: Int, height: Int) -> [String] {
        let header = ["endpoint", "requests/s", "p50", "p99", "under way", "ok", "failed", ""]
        let statistics = run.statistics
        var names = Set(endpoints.map(\.name))
        var rows = endpoints.map { row in
            cells(row.name, statistics.servers[row.name], row.outstanding, row.ejected ? "set aside" : "")
        }
        for (name, server) in statistics.servers.sorted(by: { $0.key < $1.key }) where names.insert(name).inserted {
            // Behind an address that was named, those that answer are not known to come and go.
            rows.append(cells(name, server, 0, controller == nil ? "" : "left"))
        }
        let room = max(1, height - 6 - RunRecorder.recentCount)
        if rows.count > room {
            let hidden = rows.count - room + 1
            rows = Array(rows.prefix(room - 1)) + [["… \(hidden) more"]]
        }
        let total = cells("total", statistics.total, endpoints.map(\.outstanding).reduce(0, +), "")
        var lines = [title, ""]
        lines += SummaryText.table([header] + rows + [total])
        lines.append("")
        lines += run.recent.compactMap { event in event.sentence.map { "\(Self.clock(event.at)) \($0)" } }
        return lines.prefix(max(1, height - 1)).map { line in
            line.count > width ? String(line.prefix(max(0, width - 1))) + "…" : line
        }
    }

    /// One line for a log: rate, times and counts of each server; `nil` before the first answer or failure.
    package var statusLine: String? {
        let statistics = run.statistics
        guard statistics.total.ok + statistics.total.failed > 0 else { return nil }
        let parts = statistics.servers.sorted { $0.key < $1.key }.prefix(20).map { name, server in
            let p50 = server.percentile(50).map(NumberText.time) ?? "-"
            let p99 = server.percentile(99).map(NumberText.time) ?? "-"
            return "\(name) \(NumberText.decimal(server.rate(at: now), places: 1))/s p50 \(p50) p99 \(p99)"
        }
        let counts = "\(statistics.total.ok) ok, \(statistics.total.failed) failed"
        return "\(now.rfc3339) \(counts); \(parts.joined(separator: "; "))"
    }

    private var title: String {
        let seconds = Int(max(0, now.timeIntervalSince(startedAt)))
        let part = run.phase.map { $0.rawValue == mode.rawValue ? "" : " (\($0.rawValue))" } ?? ""
        let begin = "cms-client \(mode.rawValue)\(part)  \(seconds) s"
        guard let controller else { return begin }
        let link =
            switch run.connected {
            case true?: "connected"
            case false?: revision == nil ? "not connected" : "not connected, last known endpoints in use"
            case nil: "connecting"
            }
        let revision = revision.map { ", revision \($0)" } ?? ""
        return "\(begin)  controller \(controller): \(link)\(revision)"
    }

    private func cells(_ name: String, _ server: ServerStatistics?, _ outstanding: Int, _ remark: String) -> [String] {
        [
            NumberText.clean(name, limit: 32),
            server.map { NumberText.decimal($0.rate(at: now), places: 1) } ?? "-",
            server?.percentile(50).map(NumberText.time) ?? "-",
            server?.percentile(99).map(NumberText.time) ?? "-",
            "\(outstanding)", "\(server?.ok ?? 0)", "\(server?.failed ?? 0)", remark,
        ]
    }

    /// The time of day in UTC, as the logs have it.
    private static func clock(_ date: Date) -> String {
        String(date.rfc3339.dropFirst(11).prefix(8))
    }
}
