import Foundation
import GRDB
import Synchronization
import Wire

extension HistoryStore {
    /// How often old rows go, seconds.
    private static let tidyPause: Int64 = 10
    /// How often it is noted which instances were seen, seconds.
    private static let touchPause: Int64 = 3600
    /// An instance that was in no row for so long is in none any more, seconds.
    private static let nameAge = HistoryLevel.minute.age + 2 * 86_400

    /// Writes a batch in one transaction, makes the rows of longer spans that are over, and lets old ones go.
    ///
    /// - Returns: The numbers of instances that no row needs any more.
    package func write(_ batch: HistoryBuffer.Batch, now: Date) async throws -> Set<Int> {
        let second = Int64(now.timeIntervalSince1970.rounded(.down))
        let decisions = try batch.decisions.map { ($0, try WireCoding.encoder().encode($0)) }
        var next = progress.withLock { $0 }
        let (done, forgotten) = try await database.write { [limit, next] database in
            var (next, forgotten) = (next, Set<Int>())
            for (number, name) in batch.names {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO instance (id, uuid, name, seen) VALUES (?, ?, ?, ?)",
                    arguments: [number, name.uuid, name.name, second]
                )
            }
            for (group, row) in batch.rows {
                let series = try Self.series(group, &next, database)
                try Self.insert(row, .second, series, database)
                next.seen.formUnion(row.instances.lazy.map(\.id))
                // A late row, or a clock that was set back: what was made from there on is made anew.
                for level in HistoryLevel.allCases.dropFirst() {
                    let begin = level.begin(of: row.at)
                    next.made[series, default: [:]][level] = min(next.made[series]?[level] ?? begin, begin)
                }
            }
            for series in next.groups.values {
                for level in HistoryLevel.allCases.dropFirst() {
                    try Self.make(level, series, upTo: level.begin(of: second), &next, database)
                }
            }
            for (decision, row) in decisions {
                let series = try Self.series(decision.group, &next, database)
                try Self.insert(decision, row, series, limit: limit, database)
            }
            if abs(second - next.touched) >= Self.touchPause {
                forgotten = try Self.touch(&next, second, database)
            }
            if abs(second - next.tidied) >= Self.tidyPause {
                try Self.tidy(next.groups.values.sorted(), second, limit: limit, database)
                next.tidied = second
            }
            return (next, forgotten)
        }
        next = done
        progress.withLock { [next] in $0 = next }
        return forgotten
    }

    private static func series(_ group: String, _ progress: inout Progress, _ database: Database) throws -> Int64 {
        if let known = progress.groups[group] { return known }
        try database.execute(sql: "INSERT OR IGNORE INTO series (name) VALUES (?)", arguments: [group])
        let id = try Int64.fetchOne(database, sql: "SELECT id FROM series WHERE name = ?", arguments: [group]) ?? 0
        progress.groups[group] = id
        return id
    }

    private static func insert(_ row: HistoryRow, _ level: HistoryLevel, _ series: Int64, _ database: Database) throws {
        try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO sample (level, series, at, row) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [level.rawValue, series, row.at, row.encoded()])
    }

    /// Makes the rows of a level whose spans are over.
    private static func make(
        _ level: HistoryLevel,
        _ series: Int64,
        upTo end: Int64,
        _ progress: inout Progress,
        _ database: Database
    ) throws {
        guard let made = progress.made[series]?[level], made < end else { return }
        progress.made[series]?[level] = end
        var aggregate = HistoryAggregate()
        var begin = made
        func close() throws {
            if let row = aggregate.row(at: begin) { try insert(row, level, series, database) }
            aggregate = HistoryAggregate()
        }
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT at, row FROM sample WHERE level = 1 AND series = ? AND at >= ? AND at < ? ORDER BY at",
            arguments: [series, made, end]
        )
        while let row = try rows.next() {
            let sample = try HistoryRow(row["row"], at: row["at"])
            if level.begin(of: sample.at) != begin {
                try close()
                begin = level.begin(of: sample.at)
            }
            aggregate.add(sample)
        }
        try close()
    }

    private static func insert(
        _ decision: DecisionRecord,
        _ row: Data,
        _ series: Int64,
        limit: Int64,
        _ database: Database
    ) throws {
        try database.execute(
            sql: "INSERT INTO decision (series, at, bytes, row) VALUES (?, ?, ?, ?)",
            arguments: [series, decision.at.timeIntervalSince1970, row.count, row]
        )
        try database.execute(
            sql: """
                DELETE FROM decision WHERE series = ?1 AND id <= (
                    SELECT id FROM decision WHERE series = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
                """,
            arguments: [series, decisionLimit]
        )
        // Those of a thousand instances are large.
        var bytes = try Int64.fetchOne(database, sql: "SELECT total(bytes) FROM decision") ?? 0
        while bytes > limit / 8,
            let oldest = try Row.fetchOne(database, sql: "SELECT id, bytes FROM decision ORDER BY id LIMIT 1")
        {
            bytes -= oldest["bytes"]
            try database.execute(sql: "DELETE FROM decision WHERE id = ?", arguments: [oldest["id"] as Int64])
        }
    }

    /// Notes which instances were seen, and forgets those that are in no row any more.
    private static func touch(_ progress: inout Progress, _ second: Int64, _ database: Database) throws -> Set<Int> {
        for number in progress.seen {
            try database.execute(sql: "UPDATE instance SET seen = ? WHERE id = ?", arguments: [second, number])
        }
        progress.seen = []
        progress.touched = second
        let old = try Int.fetchAll(
            database,
            sql: "SELECT id FROM instance WHERE seen < ?",
            arguments: [second - nameAge]
        )
        try database.execute(sql: "DELETE FROM instance WHERE seen < ?", arguments: [second - nameAge])
        return Set(old)
    }
}
