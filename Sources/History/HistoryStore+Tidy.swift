import Foundation
import GRDB

extension HistoryStore {
    /// Rows that go at once when the file is full.
    private static let portion = 60

    /// Lets rows go that are too old, and the oldest fine ones when the file is too large; gives space back to the disk.
    static func tidy(_ groups: [Int64], _ now: Int64, limit: Int64, _ database: Database) throws {
        for level in HistoryLevel.allCases {
            for series in groups {
                // A clock that was wrong leaves rows far in the future.
                try database.cachedStatement(
                    sql: "DELETE FROM sample WHERE level = ?1 AND series = ?2 AND (at < ?3 OR at > ?4)"
                ).execute(arguments: [level.rawValue, series, now - level.age, now + level.age])
            }
        }
        // Beside the file stands the log of what is not in it yet.
        let most = (limit - min(8 << 20, limit / 4)) / (try pragma("page_size", database))
        var total = try pragma("page_count", database)
        var free = try pragma("freelist_count", database)
        while total - free > most, try thinOut(groups, now, database) {
            total = try pragma("page_count", database)
            free = try pragma("freelist_count", database)
        }
        // Some free pages are soon used again.
        let spare = max(64, min(total / 16, 4096))
        if total > most || free > 2 * spare {
            let count = max(total - most, free - spare)
            _ = try Row.fetchAll(database, sql: "PRAGMA incremental_vacuum(\(count))")
        }
    }

    /// How much of each level is spared at first, then less, then nothing: seconds.
    private static let spared: [(HistoryLevel, Int64)] = [
        (.second, 600), (.tenSeconds, 4 * 3600), (.minute, 7 * 86_400),
        (.second, 60), (.tenSeconds, 3600), (.minute, 86_400),
        (.second, 0), (.tenSeconds, 0), (.minute, 0),
    ]

    /// Deletes some of the oldest rows, of the finest first, but leaves something of each level as long as it can.
    ///
    /// - Returns: Whether there was anything to delete.
    private static func thinOut(_ groups: [Int64], _ now: Int64, _ database: Database) throws -> Bool {
        for (level, part) in spared {
            var deleted = 0
            for series in groups {
                try database.cachedStatement(
                    sql: """
                        DELETE FROM sample WHERE rowid IN (
                            SELECT rowid FROM sample WHERE level = ? AND series = ? AND at < ? ORDER BY at LIMIT ?)
                        """
                ).execute(arguments: [level.rawValue, series, now - part, portion])
                deleted += database.changesCount
            }
            if deleted > 0 { return true }
        }
        return false
    }

    private static func pragma(_ name: String, _ database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "PRAGMA \(name)") ?? 0
    }
}
