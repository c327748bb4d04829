import EmbeddedStore
import Foundation
import History
import Lifecycle
import NIOHTTP1
import Operator
import Persistence
import Shared
import Wire

/// Where a report's records come from: a running controller, or the files that one left.
package enum ReportSource: Sendable {
    /// A running controller.
    case controller(OperatorClient)
    /// The state directory of one that does not run; it is only read.
    case directory(String)

    /// Why there is no report.
    package struct Failure: Error, CustomStringConvertible {
        /// What failed and the remedy.
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// The points of its charts.
    private static let points = 720
    private static let eventLimit = 10_000
    private static let decisionLimit = 1000

    /// A report of a group.
    ///
    /// - Parameters:
    ///   - group: The group; without it the first one.
    ///   - since: The begin.
    ///   - until: The end; without it the present, or the end of what is kept.
    package func report(group: String?, since: ReportTime, until: ReportTime?, now: Date) async throws -> RunReport {
        switch self {
        case .controller(let client):
            let end = until?.date(before: now) ?? now
            let begin = try Self.check(since.date(before: now), end)
            let series = try await client.history(group: group, since: begin, until: end, points: Self.points)
            return RunReport(
                series: series,
                events: try await client.events(since: begin, limit: Self.eventLimit),
                decisions: try await client.decisions(group: series.group, limit: Self.decisionLimit),
                since: begin,
                until: end,
                madeAt: now
            )
        case .directory(let path):
            return try await Self.read(path, group: group, since: since, until: until, now: now)
        }
    }

    private static func check(_ begin: Date, _ end: Date) throws -> Date {
        guard begin < end else { throw Failure(description: "--since must be before --until") }
        return begin
    }

    private static func read(
        _ path: String,
        group: String?,
        since: ReportTime,
        until: ReportTime?,
        now: Date
    ) async throws -> RunReport {
        let (file, ledger) = ("\(path)/\(HistoryStore.fileName)", "\(path)/cms.sqlite")
        for file in [file, ledger] where !FileManager.default.fileExists(atPath: file) {
            throw Failure(
                description: "there is no \(file); give the state directory of a controller that keeps a history"
            )
        }
        do {
            let store = try HistoryStore(readOnly: file)
            let groups = try await store.groups()
            guard let name = group ?? groups.first, groups.contains(name) else {
                throw Failure(
                    description: "the history knows no group '\(group ?? "")'; it knows: "
                        + (groups.isEmpty ? "none" : groups.joined(separator: ", "))
                )
            }
            let last = try await store.end(of: name) ?? now
            let end = until?.date(before: last) ?? last
            let begin = try check(since.date(before: last), end)
            let query = HistoryQuery(group: name, since: begin, until: end, points: points)
            return RunReport(
                series: try await store.series(query) { $0 },
                events: try await SQLiteStore(readOnly: ledger).events(since: begin, limit: eventLimit),
                decisions: try await store.decisions(group: name, limit: decisionLimit),
                since: begin,
                until: end,
                madeAt: now
            )
        } catch  where SQLiteStore.isDatabaseError(error) {
            throw Failure(description: "\(file) or \(ledger) cannot be read: \(ErrorText.of(error))")
        } catch is HistoryRow.Unreadable {
            throw Failure(description: "\(file) is damaged")
        }
    }
}

/// A time as it is given: one of the calendar, or how long before the present or, without a controller, the last sample.
package enum ReportTime: Sendable, Equatable {
    /// A time of the calendar.
    case at(Date)
    /// So long ago, seconds.
    case ago(Double)

    /// Parses RFC 3339 or a duration; `nil` for anything else.
    package init?(_ text: String) {
        if let date = Date(rfc3339: text) {
            self = .at(date)
        } else if let duration = DurationText.parse(text) {
            self = .ago(duration / .seconds(1))
        } else {
            return nil
        }
    }

    package func date(before now: Date) -> Date {
        switch self {
        case .at(let date): date
        case .ago(let seconds): now.addingTimeInterval(-seconds)
        }
    }
}

extension OperatorClient {
    /// The past of a group; of the first one without a name.
    package func history(group: String?, since: Date, until: Date, points: Int) async throws -> HistorySeries {
        let query = (group.map { "group=\(Self.escaped($0))&" } ?? "") + "since=\(since.rfc3339)&until=\(until.rfc3339)"
        return try await answer(.GET, "/v1/history?\(query)&points=\(points)")
    }

    /// The kept decisions of a group, newest first.
    package func decisions(group: String, limit: Int) async throws -> [DecisionRecord] {
        try await answer(.GET, "/v1/decisions?group=\(Self.escaped(group))&limit=\(limit)")
    }

    /// The last events since a time, newest first.
    package func events(since: Date, limit: Int) async throws -> [ControllerEvent] {
        try await answer(.GET, "/v1/events?since=\(since.rfc3339)&limit=\(limit)")
    }
}
