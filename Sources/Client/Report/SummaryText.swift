#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The summary of a run as a table for people.
package enum SummaryText {
    /// The lines of the table, the total last.
    package static func lines(_ summary: SummaryEvent) -> [String] {
        let header = ["server", "ok", "failed", "mean", "p50", "p90", "p99", "max", "requests/s"]
        let rows = (summary.servers + [summary.total]).map { server in
            [
                NumberText.clean(server.server, limit: 32), "\(server.ok)", "\(server.failed)",
                time(server.meanSeconds), time(server.p50Seconds), time(server.p90Seconds),
                time(server.p99Seconds), time(server.maxSeconds),
                server.requestsPerSecond.map { NumberText.decimal($0, places: 1) } ?? "-",
            ]
        }
        var lines = table([header] + rows)
        let endpoints = summary.endpoints.isEmpty ? "none" : summary.endpoints.prefix(20).joined(separator: ", ")
        // Only addresses that a user named are there without a revision.
        let names =
            if let revision = summary.revision {
                "endpoints at the end (revision \(revision))"
            } else {
                summary.endpoints.isEmpty ? "endpoints at the end (no revision)" : "addresses"
            }
        lines.append(
            "\(NumberText.decimal(summary.seconds, places: 1)) s, \(summary.retried) answered after a retry; "
                + "\(names): \(NumberText.clean(endpoints, limit: 400))"
        )
        return lines
    }

    /// Columns side by side: the first to the left, the others to the right.
    static func table(_ rows: [[String]]) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let line = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + space : space + cell
            }.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    private static func time(_ seconds: Double?) -> String {
        seconds.map(NumberText.time) ?? "-"
    }
}
