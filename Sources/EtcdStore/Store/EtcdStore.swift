import Foundation
import Lifecycle
import Logging
import Ownership
import Persistence
import Synchronization
import Wire

/// The store in etcd, for several controllers. `docs/store.md` names its keys.
package struct EtcdStore: Store {
    /// What all stores share that write over one client.
    final class Core: Sendable {
        struct Known {
            /// The last commit of each writer: its key's revision, and its id.
            var commits: [String?: (revision: Int64, id: String?)] = [:]
            var nextEvent: (number: Int64, revision: Int64)?
            var sets: [String: (set: UInt64, key: Int64)] = [:]
            /// Commits of which nobody knows whether they were carried out, with their events.
            var uncertain: [String?: [(id: String, events: [Data])]] = [:]
            var addedTokens = 0
            var gates: [String?: SerialGate] = [:]
        }

        let client: EtcdClient
        let keys: StoreKeys
        let known = Mutex(Known())
        let eventGate = SerialGate()
        let foldGate = SerialGate()

        init(client: EtcdClient, keys: StoreKeys) {
            (self.client, self.keys) = (client, keys)
        }

        func gate(_ writer: String?) -> SerialGate {
            known.withLock { known in
                if let gate = known.gates[writer] { return gate }
                let gate = SerialGate()
                known.gates[writer] = gate
                return gate
            }
        }
    }

    let core: Core
    /// The ownership that each commit is held to; `nil`: none.
    package let fence: Fence?
    /// Who writes, for those who read the store's changes later.
    let writer: String?

    var client: EtcdClient { core.client }
    package var keys: StoreKeys { core.keys }

    /// A store below `prefix`; ``open()`` says whether it can be used.
    package init(client: EtcdClient, prefix: String = "/cms/") {
        self.init(core: Core(client: client, keys: StoreKeys(prefix: prefix)), fence: nil, writer: nil)
    }

    private init(core: Core, fence: Fence?, writer: String?) {
        (self.core, self.fence, self.writer) = (core, fence, writer)
    }

    /// The store of one group for as long as it is owned: a commit of an owner that was replaced throws
    /// ``StoreFailure/lostOwnership(group:)``.
    ///
    /// - Parameter controller: The owner's name, which stands in the id of each commit.
    package func fenced(by fence: Fence, as controller: String? = nil) -> EtcdStore {
        EtcdStore(core: core, fence: fence, writer: controller)
    }

    /// The ledger of instances.
    package func ledger() async throws -> [Instance] {
        let (entries, _) = try await ledgerEntries()
        return try RowPack.rows(entries, keys: keys).values.sorted { $0.uuid < $1.uuid }
    }

    /// Single rows and packs as of one revision.
    func ledgerEntries() async throws -> (entries: [EtcdEntry], revision: Int64) {
        try await retryingCompaction {
            let rows = try await client.list(keys.instances)
            let packs = try await client.list(keys.packs, at: rows.revision)
            return (rows.entries + packs.entries, rows.revision)
        }
    }

    /// Reads once more when the revision was compacted between two pages.
    func retryingCompaction<Result>(_ read: () async throws -> Result) async throws -> Result {
        for _ in 0..<3 {
            do {
                return try await read()
            } catch EtcdError.compacted {}
        }
        return try await read()
    }

    package func endpointSet(group: String) async throws -> EndpointSet? {
        try await value(.endpointSet, of: group, as: EndpointSet.self)
    }

    package func breaker(group: String) async throws -> StartBreaker {
        try await value(.breaker, of: group, as: StartBreaker.self) ?? StartBreaker()
    }

    package func templates(group: String) async throws -> CloneTemplates {
        try await value(.templates, of: group, as: CloneTemplates.self) ?? CloneTemplates()
    }

    package func steering(group: String) async throws -> GroupSteering {
        try await value(.steering, of: group, as: GroupSteering.self) ?? GroupSteering()
    }

    /// What operators ask of the hosts.
    package func hosts() async throws -> [String: HostSteering] {
        var hosts: [String: HostSteering] = [:]
        for entry in try await retryingCompaction({ try await client.list(keys.hosts).entries }) {
            guard let name = keys.name(entry.key, below: keys.hosts) else { continue }
            hosts[name] = try StoredRow.decode(HostSteering.self, entry)
        }
        return hosts
    }

    private func value<Row: Decodable>(
        _ kind: StoreSnapshot.GroupValue,
        of group: String,
        as type: Row.Type
    ) async throws -> Row? {
        try await client.get(keys.value(kind, of: group)).entry.map { try StoredRow.decode(type, $0) }
    }

    /// Writes a copy as of one revision into a new file, see ``SnapshotFile``.
    package func backup(to path: String) async throws {
        let (snapshot, revision) = try await snapshotWithRevision()
        try await SnapshotFile(path: path, revision: revision).replace(with: snapshot)
    }
}
