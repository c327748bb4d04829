import Foundation
import GRDB
import Lifecycle
import Persistence

extension SQLiteStore {
    /// Opens the file at `path` to read only; of any version.
    package init(readOnly path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        self.init(database: try DatabaseQueue(path: path, configuration: configuration), path: path)
    }

    /// The last events since a time.
    package func events(since: Date, limit: Int) async throws -> [ControllerEvent] {
        try await events(EventQuery(since: since, limit: limit))
    }

    /// Whether SQLite reported it, of this store or of another file.
    package static func isDatabaseError(_ error: any Error) -> Bool { error is DatabaseError }
}
