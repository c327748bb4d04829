import Dispatch
import Foundation
import GRDB
import Synchronization
import Wire

/// The past in one SQLite file of its own, so that it never stands in the way of the ledger.
///
/// One row holds a group's span of time with all its instances. Rows of ten seconds and of a minute are made from those of
/// one second when their span is over, in the same transaction.
package final class HistoryStore: Sendable {
    /// The name of the file in the state directory.
    package static let fileName = "history.sqlite"
    /// How many decisions of a group are kept.
    package static let decisionLimit = 5000

    /// What the writer knows of the file.
    package struct Progress: Sendable {
        /// The numbers of groups.
        package var groups: [String: Int64] = [:]
        /// Up to where rows of each level were made, by group.
        var made: [Int64: [HistoryLevel: Int64]] = [:]
        /// When the file was last tidied up.
        var tidied: Int64 = 0
        /// The instances that were in a row since their rows were last touched.
        var seen: Set<Int> = []
        /// When they were.
        var touched: Int64 = 0
    }

    package let database: any DatabaseWriter
    /// The most bytes of the file.
    package let limit: Int64
    package let progress = Mutex(Progress())

    /// Opens or makes the file at `path`.
    ///
    /// - Parameter limit: The most bytes it may take, with what SQLite keeps beside it.
    package init(path: String, limit: Int64) throws {
        self.limit = limit
        try Self.prepare(path)
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(5)
        // What is not in the file yet takes an eighth of the bound or 2 MiB.
        let pages = max(64, min(512, limit >> 15))
        // Charts wait for the control loop, never the other way round.
        configuration.qos = .utility
        configuration.maximumReaderCount = 2
        configuration.prepareDatabase { database in
            guard !database.configuration.readonly else { return }
            // A crash of the machine may cost the last seconds, never the file.
            try database.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = \(pages * 4096)")
            _ = try Row.fetchAll(database, sql: "PRAGMA wal_autocheckpoint = \(pages)")
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        database = pool
        try Self.migrator.migrate(pool)
        try recall()
    }

    /// Opens or makes the file at `path`, on a thread that nobody else waits for.
    ///
    /// - Parameter damaged: Whether what is there is put aside first; the result has its new name then.
    package static func open(
        path: String,
        limit: Int64,
        damagedAt date: Date? = nil
    ) async throws -> (store: HistoryStore, kept: String?) {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .utility).async {
                continuation.resume(
                    with: Result {
                        let kept = try date.map { try putAside(path, at: $0) }
                        return (try HistoryStore(path: path, limit: limit), kept)
                    }
                )
            }
        }
    }

    /// Opens the file at `path` to read only.
    package init(readOnly path: String) throws {
        limit = .max
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        database = try DatabaseQueue(path: path, configuration: configuration)
        // A file that is no history shows now.
        _ = try database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM series") }
    }

    /// A new file gets a form in which it can give space back; that cannot be chosen later.
    private static func prepare(_ path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.inDatabase { database in
            let isNew = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0
            guard isNew else { return }
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
        }
        try queue.close()
        _ = chmod(path, 0o600)
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE series (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
                    CREATE TABLE instance (
                        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, name TEXT NOT NULL, seen INTEGER NOT NULL);
                    CREATE TABLE sample (
                        level INTEGER NOT NULL, series INTEGER NOT NULL, at INTEGER NOT NULL, row BLOB NOT NULL,
                        PRIMARY KEY (level, series, at));
                    CREATE TABLE decision (
                        id INTEGER PRIMARY KEY, series INTEGER NOT NULL, at REAL NOT NULL, bytes INTEGER NOT NULL,
                        row BLOB NOT NULL);
                    CREATE INDEX decisionOf ON decision (series, at);
                    """
            )
        }
        return migrator
    }

    /// Finds out how far the file is.
    private func recall() throws {
        let found = try database.read { database in
            var found = Progress()
            for row in try Row.fetchAll(database, sql: "SELECT id, name FROM series") {
                let id: Int64 = row["id"]
                found.groups[row["name"]] = id
                let first = try Int64.fetchOne(
                    database,
                    sql: "SELECT min(at) FROM sample WHERE level = 1 AND series = ?",
                    arguments: [id]
                )
                for level in HistoryLevel.allCases.dropFirst() {
                    let last = try Int64.fetchOne(
                        database,
                        sql: "SELECT max(at) FROM sample WHERE level = ? AND series = ?",
                        arguments: [level.rawValue, id]
                    )
                    found.made[id, default: [:]][level] = last.map { $0 + level.width } ?? first.map(level.begin)
                }
            }
            return found
        }
        progress.withLock { $0 = found }
    }

    /// The instances that the file knows, with their numbers.
    package func names() async throws -> [(Int, HistoryBuffer.Name)] {
        try await database.read { database in
            try Row.fetchAll(database, sql: "SELECT id, uuid, name FROM instance").map { row in
                (row["id"], HistoryBuffer.Name(uuid: row["uuid"], name: row["name"]))
            }
        }
    }

    /// Reads the whole file once.
    ///
    /// - Throws: When it is damaged.
    package func check() async throws {
        let verdict = try await database.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
        guard verdict == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: verdict) }
    }

    /// Whether what is in the file is to blame, and not the disk or the file's owner.
    static func isDamage(_ error: any Error) -> Bool {
        if error is HistoryRow.Unreadable || error is UnreadableMessage { return true }
        guard let error = error as? DatabaseError else { return false }
        return [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH]
            .contains(error.resultCode)
    }

    /// Renames a damaged file; the one that was put aside before is deleted.
    ///
    /// - Returns: The new name.
    static func putAside(_ path: String, at date: Date) throws -> String {
        let kept = "\(path).damaged-\(date.rfc3339.replacing(":", with: "-"))"
        let directory = (path as NSString).deletingLastPathComponent
        let prefix = (path as NSString).lastPathComponent + ".damaged-"
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) where name.hasPrefix(prefix) {
            try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
        }
        for suffix in ["-wal", "-shm", ""] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.moveItem(atPath: path + suffix, toPath: kept + suffix)
        }
        return kept
    }
}
