import Foundation
import Lifecycle
import Persistence
import Shared
import Wire

/// What the store holds for those who only read: the present state first, then each change, without a gap.
///
/// When changes were compacted before they were read, a fresh state comes in their place.
package struct StoreChanges: AsyncSequence, Sendable {
    /// The state as of one revision.
    package struct State: Sendable, Equatable {
        /// The store's revision.
        package var revision: Int64
        /// The ledger by UUID.
        package var instances: [String: Instance]
        /// The endpoint sets that were told last, by group.
        package var endpointSets: [String: EndpointSet]
        /// What operators ask of hosts, by name.
        package var hosts: [String: HostSteering] = [:]
        /// The number of the next event.
        package var nextEvent: Int64
    }

    /// What changed at up to one revision.
    package struct Change: Sendable, Equatable {
        package var revision: Int64
        /// Rows that were written.
        package var instances: [Instance] = []
        /// Rows that were removed, by UUID.
        package var removed: [String] = []
        /// Sets that were told, by group.
        package var endpointSets: [String: EndpointSet] = [:]
        /// What operators ask of hosts from now on, by name.
        package var hosts: [String: HostSteering] = [:]
        /// Events that were added, with their numbers.
        package var events: [ControllerEvent] = []

        var isEmpty: Bool {
            instances.isEmpty && removed.isEmpty && endpointSets.isEmpty && hosts.isEmpty && events.isEmpty
        }
    }

    /// What is told.
    package enum Element: Sendable, Equatable {
        /// All that is known before is replaced by this.
        case state(State)
        case change(Change)
        /// Nothing is heard of the store at present: what is known grows old.
        case interrupted(String)
        /// The store is heard of again.
        case resumed
    }

    let store: EtcdStore

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(store: store) }

    /// Reads the state, and pulls changes.
    package struct AsyncIterator: AsyncIteratorProtocol {
        private let store: EtcdStore
        private var watch: EtcdWatch.AsyncIterator?
        /// The revisions of the sets that were told: none goes back.
        private var told: [String: UInt64] = [:]
        private var isInterrupted = false
        private var backoff = Backoff(base: .milliseconds(100), maximum: .seconds(2))

        init(store: EtcdStore) {
            self.store = store
        }

        /// - Throws: What waiting does not help: ``StoreFailure``, or an ``EtcdError`` of users, of an older store.
        package mutating func next() async throws -> Element? {
            while true {
                guard var reader = watch else {
                    if let element = try await readState() { return element }
                    continue
                }
                do {
                    let element = try await reader.next()
                    watch = reader
                    switch element {
                    case nil: return nil
                    case .interrupted(let reason): return .interrupted(reason)
                    case .resumed: return .resumed
                    case .changes(let changes, let revision):
                        let change = try change(changes, revision)
                        if !change.isEmpty { return .change(change) }
                    }
                } catch EtcdError.compacted {
                    watch = nil
                }
            }
        }

        private mutating func readState() async throws -> Element? {
            do {
                let listing = try await store.retryingCompaction { try await store.client.list(store.keys.prefix) }
                let keys = store.keys
                var state = State(revision: listing.revision, instances: [:], endpointSets: [:], nextEvent: 1)
                state.instances = try RowPack.rows(listing.entries, keys: keys)
                for entry in listing.entries {
                    if entry.key == keys.nextEvent { state.nextEvent = try StoredRow.decode(Int64.self, entry) }
                    if let host = keys.name(entry.key, below: keys.hosts) {
                        state.hosts[host] = try StoredRow.decode(HostSteering.self, entry)
                    }
                    guard let group = keys.groupOfSet(entry.key) else { continue }
                    state.endpointSets[group] = try tell(group, entry)
                }
                watch = store.client.watch(keys.prefix, from: listing.revision + 1).makeAsyncIterator()
                isInterrupted = false
                backoff.reset()
                return .state(state)
            } catch let error as EtcdError where error.isTransient {
                guard isInterrupted else {
                    isInterrupted = true
                    return .interrupted("\(error)")
                }
                try await Task.sleep(for: backoff.next())
                return nil
            }
        }

        /// A set that is about to be told.
        private mutating func tell(_ group: String, _ entry: EtcdEntry) throws -> EndpointSet {
            let set = try StoredRow.decode(EndpointSet.self, entry)
            if let last = told[group], set.revision < last {
                throw StoreFailure.revisionWentBack(group: group, given: set.revision, stored: last)
            }
            told[group] = set.revision
            return set
        }

        private mutating func change(_ changes: [EtcdWatch.Change], _ revision: Int64) throws -> Change {
            let keys = store.keys
            var change = Change(revision: revision)
            var rows: [String: Instance?] = [:]
            for item in changes {
                if let uuid = keys.name(item.key, below: keys.instances) {
                    rows.updateValue(try item.entry.map { try StoredRow.decode(Instance.self, $0) }, forKey: uuid)
                } else if item.key.hasPrefix(keys.packs), let entry = item.entry {
                    for row in try StoredRow.decode([RowPack.Row].self, entry) {
                        rows.updateValue(row.row, forKey: row.uuid)
                    }
                } else if let host = keys.name(item.key, below: keys.hosts), let entry = item.entry {
                    change.hosts[host] = try StoredRow.decode(HostSteering.self, entry)
                } else if let group = keys.groupOfSet(item.key), let entry = item.entry {
                    change.endpointSets[group] = try tell(group, entry)
                } else if let entry = item.entry, keys.eventNumber(item.key) != nil {
                    change.events += try EventBatch.events(entry, keys: keys)
                }
            }
            for (uuid, row) in rows.sorted(by: { $0.key < $1.key }) {
                if let row { change.instances.append(row) } else { change.removed.append(uuid) }
            }
            change.events.sort { $0.id ?? 0 < $1.id ?? 0 }
            return change
        }
    }
}

extension EtcdStore {
    /// The state and what changes, for those who only read.
    package var changes: StoreChanges { StoreChanges(store: self) }
}
