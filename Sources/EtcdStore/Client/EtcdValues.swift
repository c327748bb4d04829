import Foundation

/// A key with its value and revisions.
package struct EtcdEntry: Sendable, Equatable {
    package var key: String
    package var value: Data
    package var createRevision: Int64
    package var modRevision: Int64
    /// The lease that it ends with; 0: none.
    package var lease: Int64

    init(_ message: EtcdMessages.KeyValue) {
        key = String(decoding: message.key, as: UTF8.self)
        value = message.value ?? Data()
        createRevision = message.create_revision
        modRevision = message.mod_revision
        lease = message.lease
    }
}

/// What is known of the keys that were asked for, at one revision.
package struct EtcdListing: Sendable {
    /// The store's revision that it is as of.
    package var revision: Int64
    /// The keys in order.
    package var entries: [EtcdEntry]
}

/// A condition of a transaction.
package enum EtcdCondition: Sendable, Equatable {
    /// The key was created at that revision; 0: there is none.
    case created(String, at: Int64)
    /// The key was written last at that revision; 0: there is none.
    case written(String, at: Int64)
    /// The key is not there, or was written before that revision.
    case writtenBefore(String, Int64)
    /// No key has the prefix.
    case none(below: String)

    var message: EtcdMessages.Compare {
        switch self {
        case .created(let key, let revision):
            .init(target: "CREATE", result: "EQUAL", key: Data(key.utf8), create_revision: "\(revision)")
        case .written(let key, let revision):
            .init(target: "MOD", result: "EQUAL", key: Data(key.utf8), mod_revision: "\(revision)")
        case .writtenBefore(let key, let revision):
            .init(target: "MOD", result: "LESS", key: Data(key.utf8), mod_revision: "\(revision)")
        case .none(let prefix):
            .init(
                target: "CREATE",
                result: "EQUAL",
                key: Data(prefix.utf8),
                range_end: EtcdRange.end(of: prefix),
                create_revision: "0"
            )
        }
    }
}

/// A write or a read of a transaction.
package enum EtcdOperation: Sendable, Equatable {
    case put(String, Data, lease: Int64 = 0)
    case delete(String)
    /// Every key from the first to before the second.
    case deleteRange(String, String)
    case get(String)

    var message: EtcdMessages.Operation {
        switch self {
        case .put(let key, let value, let lease):
            .init(request_put: .init(key: Data(key.utf8), value: value, lease: lease == 0 ? nil : "\(lease)"))
        case .delete(let key): .init(request_delete_range: .init(key: Data(key.utf8)))
        case .deleteRange(let first, let end):
            .init(request_delete_range: .init(key: Data(first.utf8), range_end: Data(end.utf8)))
        case .get(let key): .init(request_range: .init(key: Data(key.utf8)))
        }
    }

    /// About how many bytes it has in a request, a little more rather than less.
    var size: Int {
        switch self {
        case .put(let key, let value, _): key.utf8.count + value.count + 32
        case .delete(let key), .get(let key): key.utf8.count + 32
        case .deleteRange(let first, let end): first.utf8.count + end.utf8.count + 32
        }
    }
}

/// What became of a transaction.
package struct EtcdTransactionResult: Sendable {
    /// Whether its conditions held, so that it was carried out.
    package var succeeded: Bool
    /// The store's revision; of a transaction that wrote, its own.
    package var revision: Int64
    /// What was read, by key.
    package var found: [String: EtcdEntry]
}

/// Ranges of keys.
enum EtcdRange {
    /// The first key behind all that have the prefix.
    static func end(of prefix: String) -> Data {
        var bytes = Data(prefix.utf8)
        while let last = bytes.popLast() {
            if last < 0xFF {
                bytes.append(last + 1)
                return bytes
            }
        }
        return Data([0])
    }
}
