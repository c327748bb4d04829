import Foundation
import GRDB

extension SQLiteStore {
    /// Writes a whole copy, as of one moment, into a new file.
    ///
    /// It reads over a connection of its own, so that what the controller writes meanwhile does not wait for it.
    package func backup(to target: String) async throws {
        guard let path else { throw DatabaseError(message: "a store in memory has no file") }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        let source = try DatabaseQueue(path: path, configuration: configuration)
        try await source.writeWithoutTransaction { database in
            try database.execute(sql: "VACUUM INTO ?", arguments: [target])
        }
        try source.close()
    }
}
