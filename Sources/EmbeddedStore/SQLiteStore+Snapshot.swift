import Foundation
import GRDB
import Persistence
import Wire

extension SQLiteStore: PortableStore {
    /// What the table of events knows of an event beside its row.
    private struct EventColumns: Decodable {
        var at: Date
        var kind: String
        var group: String?
        var instance: String?
    }

    package var keptEvents: Int { Self.eventLimit }

    /// All of it, as of one moment.
    package func snapshot() async throws -> StoreSnapshot {
        try await database.read { database in
            var snapshot = StoreSnapshot()
            for row in try Row.fetchAll(database, sql: "SELECT uuid, row FROM instance") {
                snapshot.instances[row["uuid"]] = row["row"]
            }
            for row in try Row.fetchAll(database, sql: "SELECT * FROM groupState") {
                var values: [StoreSnapshot.GroupValue: Data] = [:]
                for value in StoreSnapshot.GroupValue.allCases { values[value] = row[value.rawValue] as Data? }
                if !values.isEmpty { snapshot.groups[row["name"]] = values }
            }
            for row in try Row.fetchAll(database, sql: "SELECT name, steering FROM hostState") {
                snapshot.hosts[row["name"]] = row["steering"]
            }
            for row in try Row.fetchAll(database, sql: "SELECT id, row FROM event ORDER BY id") {
                snapshot.events.append(StoreSnapshot.Event(id: row["id"], row: row["row"]))
            }
            let last = try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'event'")
            snapshot.nextEvent = max(last ?? 0, snapshot.events.last?.id ?? 0) + 1
            for row in try Row.fetchAll(database, sql: "SELECT * FROM joinToken") {
                let record = JoinTokenRecord(
                    hash: row["hash"],
                    uuid: row["uuid"],
                    expires: Date(timeIntervalSince1970: row["expires"])
                )
                snapshot.tokens[record.hash] = StoreSnapshot.Token(record: record, usedBy: row["usedBy"])
            }
            return snapshot
        }
    }

    /// Replaces all of it in one transaction.
    package func replace(with snapshot: StoreSnapshot) async throws {
        let columns = try snapshot.events.map { try WireCoding.decode(EventColumns.self, from: $0.row) }
        try await database.write { database in
            for table in ["instance", "groupState", "hostState", "event", "joinToken"] {
                try database.execute(sql: "DELETE FROM \(table)")
            }
            for (uuid, row) in snapshot.instances {
                try database.execute(sql: "INSERT INTO instance (uuid, row) VALUES (?, ?)", arguments: [uuid, row])
            }
            for (group, values) in snapshot.groups {
                try database.execute(sql: "INSERT INTO groupState (name) VALUES (?)", arguments: [group])
                for (value, row) in values {
                    try database.execute(
                        sql: "UPDATE groupState SET \(value.rawValue) = ? WHERE name = ?",
                        arguments: [row, group]
                    )
                }
            }
            for (host, row) in snapshot.hosts {
                try database.execute(
                    sql: "INSERT INTO hostState (name, steering) VALUES (?, ?)",
                    arguments: [host, row]
                )
            }
            for (event, column) in zip(snapshot.events, columns) {
                try database.execute(
                    sql: "INSERT INTO event (id, at, kind, groupName, instance, row) VALUES (?, ?, ?, ?, ?, ?)",
                    arguments: [
                        event.id, column.at.timeIntervalSince1970, column.kind, column.group, column.instance,
                        event.row,
                    ]
                )
            }
            // The next event's number grows from here, also when the last ones are gone.
            try database.execute(sql: "DELETE FROM sqlite_sequence WHERE name = 'event'")
            try database.execute(
                sql: "INSERT INTO sqlite_sequence (name, seq) VALUES ('event', ?)",
                arguments: [max(0, snapshot.nextEvent - 1)]
            )
            for (hash, token) in snapshot.tokens {
                try database.execute(
                    sql: "INSERT INTO joinToken (hash, uuid, expires, usedBy) VALUES (?, ?, ?, ?)",
                    arguments: [hash, token.record.uuid, token.record.expires.timeIntervalSince1970, token.usedBy]
                )
            }
        }
    }
}
