import ConfigurationValues
import EmbeddedStore
import EtcdStore
import Foundation
import Logging
import Persistence

/// A copy from one place to another: opens both, and keeps controllers out meanwhile.
enum StoreMigration {
    /// A place with all that is needed to open it.
    enum Place: Hashable, CustomStringConvertible {
        case sqlite(String)
        case etcd(EtcdConfiguration)
        case file(String)

        var description: String {
            switch self {
            case .sqlite(let directory): "sqlite:\(directory)"
            case .etcd(let configuration):
                "etcd:\(configuration.endpoints.joined(separator: ","))\(configuration.prefix)"
            case .file(let path): "file:\(path)"
            }
        }
    }

    static func run(from source: Place, to target: Place, replaces: Bool) async throws -> StoreCopy.Summary {
        try await open(source, isSource: true, replaces: false) { from in
            try await open(target, isSource: false, replaces: replaces) { to in
                try await StoreCopy.run(from: from, to: to, called: "\(target)", replaces: replaces)
            }
        }
    }

    private static func open<Result>(
        _ place: Place,
        isSource: Bool,
        replaces: Bool,
        _ body: (any PortableStore) async throws -> Result
    ) async throws -> Result {
        switch place {
        case .file(let path):
            if isSource, !FileManager.default.fileExists(atPath: path) {
                throw StoreFailure.missing("\(place)")
            }
            return try await body(SnapshotFile(path: path, replacesFile: replaces))
        case .sqlite(let path):
            if isSource, !FileManager.default.fileExists(atPath: "\(path)/cms.sqlite") {
                throw StoreFailure.missing("\(place)")
            }
            let directory = try StateDirectory(path: path)
            let lock = try directory.lock()
            defer { close(lock) }
            // One that is damaged is named, and not put aside.
            return try await body(SQLiteStore(path: "\(path)/cms.sqlite"))
        case .etcd(let configuration):
            let logger = Logger(label: "cms-controller") { _ in SwiftLogNoOpLogHandler() }
            let client = EtcdClient(try EtcdSettings(configuration), logger: logger)
            do {
                let store = EtcdStore(client: client, prefix: configuration.prefix)
                let live = try await store.liveControllers()
                guard live.isEmpty else { throw StoreFailure.inUse(by: live) }
                let result = try await body(store)
                await client.shutdown()
                return result
            } catch {
                await client.shutdown()
                throw error
            }
        }
    }
}
