import Foundation
import Logging
import Shared
import TestSupport

@testable import EtcdStore

/// A client or a store of a test, closed with it.
enum EtcdLab {
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func withClient<Result>(
        _ settings: EtcdSettings,
        position: EtcdClient.Position? = nil,
        _ body: (EtcdClient) async throws -> Result
    ) async throws -> Result {
        let client = EtcdClient(settings, position: position, logger: logger)
        do {
            let result = try await body(client)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// A store with a prefix of its own on a cluster that others use, too.
    static func withStore<Result>(
        members: Int = 1,
        _ body: (EtcdStore) async throws -> Result
    ) async throws -> Result {
        let cluster = try await SharedEtcd.shared.cluster(members: members)
        return try await withClient(EtcdSettings(endpoints: cluster.endpoints)) { client in
            let store = EtcdStore(client: client, prefix: "/test-\(UUID().uuidString)/")
            try await store.open()
            return try await body(store)
        }
    }
}
