import Foundation
import GRDB
import Lifecycle
import Persistence
import Wire

/// The store in one SQLite file.
package struct SQLiteStore: Store {
    /// The most events kept; older ones are dropped.
    package static let eventLimit = 100_000
    package let database: DatabaseQueue
    /// The file; `nil` for a store in memory.
    package let path: String?

    /// Opens or creates the file at `path`.
    package init(path: String) throws {
        var configuration = Configuration()
        configuration.journalMode = .wal
        // The command-line tools write beside a running controller.
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        self.init(database: try DatabaseQueue(path: path, configuration: configuration), path: path)
        try Self.migrator.migrate(database)
        // Damage anywhere shows now, while something can be done about it, and not at some later write.
        let verdict = try database.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
        guard verdict == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: verdict) }
    }

    /// A store in memory, for tests and simulations.
    package static func inMemory() throws -> SQLiteStore {
        let store = SQLiteStore(database: try DatabaseQueue(), path: nil)
        try migrator.migrate(store.database)
        return store
    }

    package init(database: DatabaseQueue, path: String?) {
        self.database = database
        self.path = path
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE instance (uuid TEXT PRIMARY KEY NOT NULL, row BLOB NOT NULL);
                    CREATE TABLE event (
                        id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, kind TEXT NOT NULL, row BLOB NOT NULL);
                    CREATE TABLE endpointSet (id INTEGER PRIMARY KEY CHECK (id = 1), row BLOB NOT NULL);
                    CREATE TABLE joinToken (
                        hash TEXT PRIMARY KEY NOT NULL, uuid TEXT NOT NULL, expires REAL NOT NULL, usedBy TEXT);
                    """
            )
        }
        migrator.registerMigration("2") { database in
            try database.execute(
                sql: """
                    CREATE TABLE groupState (
                        name TEXT PRIMARY KEY NOT NULL, endpointSet BLOB, breaker BLOB);
                    INSERT INTO groupState (name, endpointSet) SELECT 'default', row FROM endpointSet;
                    DROP TABLE endpointSet;
                    """
            )
        }
        migrator.registerMigration("3") { database in
            try database.execute(sql: "ALTER TABLE groupState ADD COLUMN templates BLOB")
        }
        // What is asked for most: what happened lately, of some kind, in some group, to some instance.
        migrator.registerMigration("4") { database in
            try database.execute(
                sql: """
                    ALTER TABLE event ADD COLUMN groupName TEXT;
                    ALTER TABLE event ADD COLUMN instance TEXT;
                    UPDATE event SET groupName = json_extract(CAST(row AS TEXT), '$.group'),
                        instance = json_extract(CAST(row AS TEXT), '$.instance');
                    CREATE INDEX eventAt ON event (at);
                    """
            )
        }
        migrator.registerMigration("5") { database in
            try database.execute(sql: "ALTER TABLE groupState ADD COLUMN steering BLOB")
        }
        migrator.registerMigration("6") { database in
            try database.execute(
                sql: "CREATE TABLE hostState (name TEXT PRIMARY KEY NOT NULL, steering BLOB NOT NULL)"
            )
        }
        return migrator
    }

    /// The ledger of instances.
    package func ledger() async throws -> [Instance] {
        try await database.read { database in
            try Data.fetchAll(database, sql: "SELECT row FROM instance ORDER BY uuid")
        }.map { try WireCoding.decode(Instance.self, from: $0) }
    }

    /// The endpoint set of a group that was told last.
    package func endpointSet(group: String) async throws -> EndpointSet? {
        try await database.read { database in
            try Data.fetchOne(database, sql: "SELECT endpointSet FROM groupState WHERE name = ?", arguments: [group])
        }.map { try WireCoding.decode(EndpointSet.self, from: $0) }
    }

    /// The breaker of a group.
    package func breaker(group: String) async throws -> StartBreaker {
        try await database.read { database in
            try Data.fetchOne(database, sql: "SELECT breaker FROM groupState WHERE name = ?", arguments: [group])
        }.map { try WireCoding.decode(StartBreaker.self, from: $0) } ?? StartBreaker()
    }

    /// What a group's clones are made from.
    package func templates(group: String) async throws -> CloneTemplates {
        try await database.read { database in
            try Data.fetchOne(database, sql: "SELECT templates FROM groupState WHERE name = ?", arguments: [group])
        }.map { try WireCoding.decode(CloneTemplates.self, from: $0) } ?? CloneTemplates()
    }

    /// What operators ask of a group.
    package func steering(group: String) async throws -> GroupSteering {
        try await database.read { database in
            try Data.fetchOne(database, sql: "SELECT steering FROM groupState WHERE name = ?", arguments: [group])
        }.map { try WireCoding.decode(GroupSteering.self, from: $0) } ?? GroupSteering()
    }

    /// What operators ask of the hosts.
    package func hosts() async throws -> [String: HostSteering] {
        let rows = try await database.read { database in
            try Row.fetchAll(database, sql: "SELECT name, steering FROM hostState").map { row -> (String, Data) in
                (row["name"], row["steering"])
            }
        }
        return try Dictionary(rows.map { ($0, try WireCoding.decode(HostSteering.self, from: $1)) }) { $1 }
    }

    /// Writes a change in one transaction.
    package func commit(_ change: StoreChange) async throws {
        let instances = try change.instances.map { ($0.uuid, try WireCoding.encoder().encode($0)) }
        let events = try change.events.map { ($0, try WireCoding.encoder().encode($0)) }
        let sets = try change.endpointSets.mapValues { try WireCoding.encoder().encode($0) }
        let breakers = try change.breakers.mapValues { try WireCoding.encoder().encode($0) }
        let templates = try change.templates.mapValues { try WireCoding.encoder().encode($0) }
        let steerings = try change.steerings.mapValues { try WireCoding.encoder().encode($0) }
        let hosts = try change.hosts.mapValues { try WireCoding.encoder().encode($0) }
        let columns = [
            ("endpointSet", sets), ("breaker", breakers), ("templates", templates), ("steering", steerings),
        ]
        try await database.write { database in
            for (uuid, row) in instances {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO instance (uuid, row) VALUES (?, ?)",
                    arguments: [uuid, row]
                )
            }
            for uuid in change.removed {
                try database.execute(sql: "DELETE FROM instance WHERE uuid = ?", arguments: [uuid])
            }
            for (event, row) in events {
                try database.execute(
                    sql: "INSERT INTO event (at, kind, groupName, instance, row) VALUES (?, ?, ?, ?, ?)",
                    arguments: [
                        event.at.timeIntervalSince1970, event.kind.rawValue, event.group, event.instance, row,
                    ]
                )
            }
            if !events.isEmpty {
                try database.execute(
                    sql: "DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - ?",
                    arguments: [Self.eventLimit]
                )
            }
            for (name, row) in hosts {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO hostState (name, steering) VALUES (?, ?)",
                    arguments: [name, row]
                )
            }
            for (column, rows) in columns {
                for (group, row) in rows {
                    try database.execute(
                        sql: """
                            INSERT INTO groupState (name, \(column)) VALUES (?, ?)
                            ON CONFLICT (name) DO UPDATE SET \(column) = excluded.\(column)
                            """,
                        arguments: [group, row]
                    )
                }
            }
        }
    }

    /// Keeps the hash of a new join token and forgets those long expired.
    package func addToken(_ token: JoinTokenRecord) async throws {
        try await database.write { database in
            try database.execute(
                sql: "DELETE FROM joinToken WHERE expires < ?",
                arguments: [token.expires.timeIntervalSince1970 - 30 * 86400]
            )
            try database.execute(
                sql: "INSERT INTO joinToken (hash, uuid, expires) VALUES (?, ?, ?)",
                arguments: [token.hash, token.uuid, token.expires.timeIntervalSince1970]
            )
        }
    }

    /// Uses a token up, if it can be used.
    package func redeemToken(hash: String, uuid: String, key: String, now: Date) async throws -> JoinTokenOutcome {
        try await database.write { database in
            guard
                let row = try Row.fetchOne(
                    database,
                    sql: "SELECT uuid, expires, usedBy FROM joinToken WHERE hash = ?",
                    arguments: [hash]
                )
            else { return .unknown }
            let owner: String = row["uuid"]
            let expires: Double = row["expires"]
            let usedBy: String? = row["usedBy"]
            guard owner == uuid else { return .otherMachine }
            guard now.timeIntervalSince1970 < expires else { return .expired }
            guard usedBy == nil || usedBy == key else { return .used }
            try database.execute(sql: "UPDATE joinToken SET usedBy = ? WHERE hash = ?", arguments: [key, hash])
            return .accepted
        }
    }
}
