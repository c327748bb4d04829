import Foundation
import Lifecycle
import Persistence
import Wire

/// Many rows of the ledger under one key, so that a change of any number of instances that etcd takes in one request is one
/// transaction.
///
/// A row's present value is the one that was written last, under its own key or in a pack. While there are packs no other
/// change of the ledger is committed, so all packs are of one transaction; whoever wants to commit writes their rows under
/// the keys of their own first. That changes nothing that a reader sees, so anybody may do it, and stop in between.
enum RowPack {
    /// A row of a pack; without a row it is removed.
    struct Row: Decodable {
        var uuid: String
        var row: Instance?
    }

    /// The packs of a change.
    static func operations(of change: EncodedChange, keys: StoreKeys, id: String) -> [EtcdOperation] {
        let rows =
            change.instances.map { Data("{\"uuid\":\(quoted($0.uuid)),\"row\":".utf8) + $0.row + Data("}".utf8) }
            + change.removed.map { Data("{\"uuid\":\(quoted($0))}".utf8) }
        var packs: [[Data]] = [[]]
        var size = 0
        for row in rows {
            if size + row.count > EtcdLimits.packBytes, !packs[packs.count - 1].isEmpty {
                packs.append([])
                size = 0
            }
            packs[packs.count - 1].append(row)
            size += row.count + 1
        }
        return packs.enumerated().map { number, rows in
            .put("\(keys.packs)\(id)-\(number)", StoredRow.wrap(CommitPlan.array(rows)))
        }
    }

    private static func quoted(_ text: String) -> String {
        (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }

    /// The rows of a listing of single rows and packs, by UUID.
    static func rows(_ entries: [EtcdEntry], keys: StoreKeys) throws -> [String: Instance] {
        var rows: [String: (revision: Int64, row: Instance?)] = [:]
        func take(_ uuid: String, _ row: Instance?, _ revision: Int64) {
            if revision > rows[uuid]?.revision ?? 0 { rows[uuid] = (revision, row) }
        }
        for entry in entries {
            if let uuid = keys.name(entry.key, below: keys.instances) {
                take(uuid, try StoredRow.decode(Instance.self, entry), entry.modRevision)
            } else if entry.key.hasPrefix(keys.packs) {
                for row in try StoredRow.decode([Row].self, entry) { take(row.uuid, row.row, entry.modRevision) }
            }
        }
        return rows.compactMapValues(\.row)
    }
}
