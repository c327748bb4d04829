import Foundation
import GRDB
import Lifecycle
import Persistence
import Wire

extension SQLiteStore {
    /// The events that are asked for, with their numbers.
    package func events(_ query: EventQuery) async throws -> [ControllerEvent] {
        var conditions: [String] = []
        var arguments = StatementArguments()
        func demand(_ condition: String, _ values: [any DatabaseValueConvertible]) {
            conditions.append(condition)
            arguments += StatementArguments(values)
        }
        if let after = query.after { demand("id > ?", [after]) }
        if let since = query.since { demand("at >= ?", [since.timeIntervalSince1970]) }
        if !query.kinds.isEmpty {
            let marks = Array(repeating: "?", count: query.kinds.count).joined(separator: ", ")
            demand("kind IN (\(marks))", query.kinds.map(\.rawValue).sorted())
        }
        if let group = query.group { demand("groupName = ?", [group]) }
        if let instance = query.instance { demand("instance = ?", [instance]) }
        arguments += [max(1, query.limit)]
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let direction = query.order == .newestFirst ? "DESC" : "ASC"
        let sql = "SELECT id, row FROM event \(filter) ORDER BY id \(direction) LIMIT ?"
        let rows = try await database.read { [arguments] database in
            try Row.fetchAll(database, sql: sql, arguments: arguments).map { row -> (Int64, Data) in
                (row["id"], row["row"])
            }
        }
        // A kind that only a later version knows is left out: it costs nobody the rest.
        return rows.compactMap { id, row in
            guard var event = try? WireCoding.decode(ControllerEvent.self, from: row) else { return nil }
            event.id = id
            return event
        }
    }
}
