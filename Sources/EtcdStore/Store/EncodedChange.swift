import Foundation
import Lifecycle
import Persistence
import Wire

/// A change as it is written: rows as JSON, with what has to be compared.
struct EncodedChange: Sendable {
    struct Value: Sendable {
        var group: String
        var kind: StoreSnapshot.GroupValue
        var row: Data
    }

    var instances: [(uuid: String, row: Data)]
    var removed: [String]
    var events: [Data]
    var values: [Value]
    /// What operators ask of hosts, by name.
    var hosts: [(name: String, row: Data)]
    /// The revisions of the endpoint sets, by group.
    var revisions: [String: UInt64]

    /// - Parameter group: The only group that the change may concern; `nil`: any.
    init(_ change: StoreChange, only group: String?) throws {
        if let group {
            let named =
                change.instances.map(\.group) + change.endpointSets.keys + change.breakers.keys + change.templates.keys
                + change.steerings.keys + change.hosts.keys.map { "host \($0)" }
            if let other = named.first(where: { $0 != group }) {
                throw StoreFailure.otherGroup(other, expected: group)
            }
        }
        // A row that is both written and removed is removed, as in SQLite.
        let gone = Set(change.removed)
        instances = try change.instances.reduce(into: [String: Data]()) { rows, instance in
            rows[instance.uuid] = gone.contains(instance.uuid) ? nil : try WireCoding.encoder().encode(instance)
        }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        removed = gone.sorted()
        events = try change.events.map { try WireCoding.encoder().encode($0) }
        values = []
        hosts = try change.hosts.sorted { $0.key < $1.key }.map { ($0.key, try WireCoding.encoder().encode($0.value)) }
        revisions = change.endpointSets.mapValues(\.revision)
        try add(change.endpointSets, .endpointSet)
        try add(change.breakers, .breaker)
        try add(change.templates, .templates)
        try add(change.steerings, .steering)
    }

    private mutating func add(_ rows: [String: some Encodable], _ kind: StoreSnapshot.GroupValue) throws {
        for (group, row) in rows.sorted(by: { $0.key < $1.key }) {
            values.append(Value(group: group, kind: kind, row: try WireCoding.encoder().encode(row)))
        }
    }

    /// Whether rows of the ledger are written or removed.
    var touchesLedger: Bool { !instances.isEmpty || !removed.isEmpty }
}
