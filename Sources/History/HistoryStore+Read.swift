import Autoscaling
import Foundation
import GRDB
import Synchronization
import Wire

extension HistoryStore {
    /// The most values of one column in an answer: then it has fewer points.
    static let cellLimit = 120_000
    /// The most instances' rows that are read for an answer: then only some of the rows are.
    static let readLimit = 2_000_000
    /// The most bytes of decisions in an answer.
    static let answerLimit = 16 << 20
    /// The fewest points to which that leads.
    static let leastPoints = 60
    /// The most instances in an answer.
    static let instanceLimit = 2000

    /// What is known of a span of time, in the finest rows that reach back far enough and are few enough.
    ///
    /// - Parameter transform: What is made of it, on the database's own thread.
    package func series<Answer: Sendable>(
        _ query: HistoryQuery,
        _ transform: @escaping @Sendable (HistorySeries) throws -> Answer
    ) async throws -> Answer {
        try await database.read { try transform(Self.series(query, $0)) }
    }

    private static func series(_ query: HistoryQuery, _ database: Database) throws -> HistorySeries {
        guard
            let id = try Int64.fetchOne(
                database,
                sql: "SELECT id FROM series WHERE name = ?",
                arguments: [query.group]
            )
        else { return SeriesBuilder(query: query, width: 1).series([:]) }
        let plan = try plan(query, id, database)
        var builder = SeriesBuilder(query: query, width: plan.width)
        try read(plan, id, hasInstances: query.hasInstances, database) { builder.add($0) }
        if plan.level != .second {
            // What is too new for a row of that level.
            let from = max(plan.range.lowerBound, try end(plan.level, id, plan.range, database))
            if from < plan.range.upperBound {
                let rest = Plan(level: .second, width: plan.width, range: from..<plan.range.upperBound)
                try read(rest, id, hasInstances: query.hasInstances, database) { builder.add($0) }
            }
        }
        builder.finish()
        return builder.series(try names(builder.numbers, database))
    }

    /// Which rows are read, and how wide a point is.
    package struct Plan: Equatable {
        package var level: HistoryLevel
        package var width: Int64
        /// Every how many rows one is read.
        var stride: Int64 = 1
        /// Seconds.
        package var range: Range<Int64>
    }

    package static func plan(_ query: HistoryQuery, _ id: Int64, _ database: Database) throws -> Plan {
        var until = second(query.until.timeIntervalSince1970.rounded(.up))
        var since = second(query.since.timeIntervalSince1970.rounded(.down))
        var oldest: [HistoryLevel: Int64] = [:]
        for level in HistoryLevel.allCases {
            oldest[level] = try Int64.fetchOne(
                database,
                sql: "SELECT min(at) FROM sample WHERE level = ? AND series = ?",
                arguments: [level.rawValue, id]
            )
        }
        // A time of which nothing is known needs no points.
        since = max(since, oldest.values.min() ?? since)
        let newest = try Int64.fetchOne(
            database,
            sql: "SELECT max(at) FROM sample WHERE level = 1 AND series = ?",
            arguments: [id]
        )
        let end = try newest ?? Self.end(.minute, id, since..<max(since, until), database)
        until = min(until, end + 1)
        guard since < until else { return Plan(level: .second, width: 1, range: since..<max(since, until)) }
        let instances = query.hasInstances ? max(1, try instanceCount(id, until, database) ?? 1) : 1
        let points = min(Int64(query.points), max(Int64(leastPoints), Int64(cellLimit / instances)))
        let covering = HistoryLevel.allCases.filter { level in
            // Wider rows begin earlier than the first tick.
            oldest[level].map { $0 <= since + HistoryLevel.minute.width } ?? false
        }
        let level =
            covering.first { (until - since) / $0.width <= points } ?? covering.last
            ?? HistoryLevel.allCases.last { oldest[$0] != nil } ?? .second
        let fitting = ((until - since) + points - 1) / points
        let width = max(1, (fitting + level.width - 1) / level.width) * level.width
        return Plan(
            level: level,
            width: width,
            stride: stride(rows: (until - since) / level.width, instances: instances),
            range: since.begin(of: level.width)..<until
        )
    }

    /// Every how many rows one is read, so that a question never takes seconds of CPU from the control loop.
    static func stride(rows: Int64, instances: Int) -> Int64 {
        max(1, (rows * Int64(instances) + Int64(readLimit) - 1) / Int64(readLimit))
    }

    private static func second(_ time: Double) -> Int64 { Int64(max(-1e12, min(1e12, time))) }

    /// How many instances the newest row has.
    private static func instanceCount(_ id: Int64, _ until: Int64, _ database: Database) throws -> Int? {
        guard
            let row = try Row.fetchOne(
                database,
                sql: "SELECT at, row FROM sample WHERE level = 1 AND series = ? AND at < ? ORDER BY at DESC LIMIT 1",
                arguments: [id, until]
            )
                ?? Row.fetchOne(
                    database,
                    sql:
                        "SELECT at, row FROM sample WHERE level = 60 AND series = ? AND at < ? ORDER BY at DESC LIMIT 1",
                    arguments: [id, until]
                )
        else { return nil }
        return try HistoryRow(row["row"], at: row["at"]).instances.count
    }

    /// The end of the last row of a level.
    private static func end(
        _ level: HistoryLevel,
        _ id: Int64,
        _ range: Range<Int64>,
        _ database: Database
    ) throws -> Int64 {
        let last = try Int64.fetchOne(
            database,
            sql: "SELECT max(at) FROM sample WHERE level = ? AND series = ? AND at < ?",
            arguments: [level.rawValue, id, range.upperBound]
        )
        return last.map { $0 + level.width } ?? range.lowerBound
    }

    private static func read(
        _ plan: Plan,
        _ id: Int64,
        hasInstances: Bool,
        _ database: Database,
        _ take: (HistoryRow) -> Void
    ) throws {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT at, row FROM sample
                WHERE level = ? AND series = ? AND at >= ? AND at < ? AND at / ? % ? = 0 ORDER BY at
                """,
            arguments: [
                plan.level.rawValue, id, plan.range.lowerBound, plan.range.upperBound, plan.level.width, plan.stride,
            ]
        )
        while let row = try rows.next() {
            take(try HistoryRow(row["row"], at: row["at"], skipsInstances: !hasInstances))
        }
    }

    private static func names(_ numbers: [Int], _ database: Database) throws -> [Int: HistoryBuffer.Name] {
        var names: [Int: HistoryBuffer.Name] = [:]
        let statement = try database.cachedStatement(sql: "SELECT uuid, name FROM instance WHERE id = ?")
        for number in numbers {
            guard let row = try Row.fetchOne(statement, arguments: [number]) else { continue }
            names[number] = HistoryBuffer.Name(uuid: row["uuid"], name: row["name"])
        }
        return names
    }

    /// The kept decisions of a group, newest first, as they are on the wire: at most ``answerLimit`` bytes of them.
    func decisionRows(group: String, limit: Int) async throws -> [Data] {
        try await database.read { database in
            var (rows, bytes): ([Data], Int) = ([], 0)
            let cursor = try Data.fetchCursor(
                database,
                sql: """
                    SELECT row FROM decision WHERE series = (SELECT id FROM series WHERE name = ?)
                    ORDER BY id DESC LIMIT ?
                    """,
                arguments: [group, max(1, limit)]
            )
            while let row = try cursor.next() {
                bytes += row.count
                guard bytes <= Self.answerLimit || rows.isEmpty else { break }
                rows.append(row)
            }
            return rows
        }
    }

    /// The kept decisions of a group, newest first.
    package func decisions(group: String, limit: Int) async throws -> [DecisionRecord] {
        let rows = try await decisionRows(group: group, limit: limit)
        // One that only a later version can read costs nobody the rest.
        return rows.compactMap { try? WireCoding.decode(DecisionRecord.self, from: $0) }
    }

    /// The last decision of each group.
    func lastDecisions() async throws -> [DecisionRecord] {
        var last: [DecisionRecord] = []
        for group in progress.withLock({ $0.groups.keys.sorted() }) {
            last += try await decisions(group: group, limit: 1)
        }
        return last
    }

    /// All rows of a level, oldest first.
    package func rows(_ level: HistoryLevel) async throws -> [HistoryRow] {
        try await database.read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT at, row FROM sample WHERE level = ? ORDER BY series, at",
                arguments: [level.rawValue]
            ).map { try HistoryRow($0["row"], at: $0["at"]) }
        }
    }

    /// The groups that the file knows, by name.
    package func groups() async throws -> [String] {
        try await database.read { try String.fetchAll($0, sql: "SELECT name FROM series ORDER BY name") }
    }
}
