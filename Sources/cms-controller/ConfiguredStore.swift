import ConfigurationValues
import EmbeddedStore
import EtcdStore
import Logging
import Persistence

/// The store that the configuration names, for a command beside the controllers.
enum ConfiguredStore {
    /// Opens it, and closes it behind `body`.
    static func with<Result>(
        _ configuration: ControllerConfiguration,
        _ logger: Logger,
        _ body: (@escaping @Sendable (StateDirectory) throws -> any Store) async throws -> Result
    ) async throws -> Result {
        guard case .etcd(let etcd) = configuration.store else { return try await body { try $0.store() } }
        let client = EtcdClient(try EtcdSettings(etcd), logger: logger)
        do {
            let store = EtcdStore(client: client, prefix: etcd.prefix)
            try await store.open()
            let result = try await body { _ in store }
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }
}
