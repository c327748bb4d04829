import Foundation
import Ownership
import Persistence

/// One commit as one transaction.
///
/// Each writer (a group's owner, or those who write for no group in particular) has a key with the id of its last commit. A
/// commit compares that key's revision and writes its own id, so it is carried out once at most, however often it is sent,
/// and one that comes late changes nothing.
struct CommitPlan: Sendable {
    /// What is known of the keys that a commit compares; revisions are 0 for what is not there.
    struct Known: Sendable {
        var commitRevision: Int64
        var nextEvent: (number: Int64, revision: Int64)
        /// The endpoint sets' own revisions, and those of their keys.
        var sets: [String: (set: UInt64, key: Int64)]
    }

    let conditions: [EtcdCondition]
    let operations: [EtcdOperation]
    /// What is read when a condition does not hold.
    let reads: [EtcdOperation]
    /// The number of the event after those of this commit.
    let nextEvent: Int64
    /// Whether rows were packed.
    let isPacked: Bool

    /// - Parameters:
    ///   - writer: The group that is written for; `nil` for none in particular.
    ///   - id: A text that no other commit has.
    /// - Throws: ``StoreFailure/tooLarge(bytes:limit:)``.
    init(
        _ change: EncodedChange,
        keys: StoreKeys,
        known: Known,
        writer: String?,
        id: String,
        fence: Fence?
    ) throws {
        var conditions: [EtcdCondition] = [.written(keys.commit(writer), at: known.commitRevision)]
        if let fence { conditions.append(.created(keys.owner(fence.group), at: fence.createRevision)) }
        if change.touchesLedger { conditions.append(.none(below: keys.packs)) }
        var rest: [EtcdOperation] = [.put(keys.commit(writer), try StoredRow.encode(id))]
        var next = known.nextEvent.number
        if !change.events.isEmpty {
            conditions.append(.written(keys.nextEvent, at: known.nextEvent.revision))
            for batch in Self.batches(change.events) {
                rest.append(.put(keys.event(next), StoredRow.wrap(Self.array(batch))))
                next += Int64(batch.count)
            }
            rest.append(.put(keys.nextEvent, try StoredRow.encode(next)))
            // A batch goes when all of its events are older than those that are kept.
            let oldest = next - Int64(EtcdLimits.keptEvents + EtcdLimits.batchedEvents)
            if oldest > 0 { rest.append(.deleteRange(keys.event(0), keys.event(oldest))) }
        }
        for value in change.values {
            rest.append(.put(keys.value(value.kind, of: value.group), StoredRow.wrap(value.row)))
        }
        for host in change.hosts { rest.append(.put(keys.host(host.name), StoredRow.wrap(host.row))) }
        var reads: [EtcdOperation] = [.get(keys.commit(writer))]
        if let fence { reads.append(.get(keys.owner(fence.group))) }
        if !change.events.isEmpty { reads.append(.get(keys.nextEvent)) }
        for (group, revisions) in known.sets.sorted(by: { $0.key < $1.key }) {
            let key = keys.value(.endpointSet, of: group)
            conditions.append(.written(key, at: revisions.key))
            reads.append(.get(key))
        }
        let single =
            change.instances.map { EtcdOperation.put(keys.instance($0.uuid), StoredRow.wrap($0.row)) }
            + change.removed.map { .delete(keys.instance($0)) }
        isPacked = single.count + rest.count > EtcdLimits.operations
        operations = rest + (isPacked ? RowPack.operations(of: change, keys: keys, id: id) : single)
        self.conditions = conditions
        self.reads = reads
        nextEvent = next
        let size = operations.reduce(conditions.count * 128) { $0 + $1.size }
        let isTooMany = max(operations.count, conditions.count, reads.count) > EtcdLimits.operations
        guard size <= EtcdLimits.requestBytes, !isTooMany else {
            throw StoreFailure.tooLarge(bytes: size, limit: EtcdLimits.requestBytes)
        }
    }

    /// The events in as many parts as stand under a key each.
    static func batches(_ events: [Data]) -> [[Data]] {
        var batches: [[Data]] = []
        var size = 0
        for event in events {
            if batches.isEmpty || batches[batches.count - 1].count == EtcdLimits.batchedEvents
                || size + event.count > EtcdLimits.batchBytes
            {
                batches.append([])
                size = 0
            }
            batches[batches.count - 1].append(event)
            size += event.count
        }
        return batches
    }

    /// Rows as one array of JSON; their bytes stay what they are.
    static func array(_ rows: [Data]) -> Data {
        Data("[".utf8) + Data(rows.joined(separator: Data(",".utf8))) + Data("]".utf8)
    }
}
