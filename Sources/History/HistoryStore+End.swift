import Foundation
import GRDB

extension HistoryStore {
    /// The end of what is known of a group.
    package func end(of group: String) async throws -> Date? {
        try await database.read { database in
            let ends = try HistoryLevel.allCases.compactMap { level in
                try Int64.fetchOne(
                    database,
                    sql: """
                        SELECT max(at) FROM sample WHERE level = ? AND series = (SELECT id FROM series WHERE name = ?)
                        """,
                    arguments: [level.rawValue, group]
                ).map { $0 + level.width }
            }
            // Wide rows end later than what is in them.
            return ends.first.map { Date(timeIntervalSince1970: Double($0)) }
        }
    }
}
