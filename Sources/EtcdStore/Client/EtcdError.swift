/// What etcd, or the way to it, refused: in plain words with the remedy.
package enum EtcdError: Error, Sendable, Equatable {
    /// No member answered; why, for each of those that were tried.
    case unreachable([String: String])
    /// Members answer and cannot agree: more than half of the cluster is gone or slow.
    case noQuorum(String)
    /// The database is full, and takes no writes until somebody makes room.
    case noSpace
    /// One request is larger than etcd takes.
    case tooLarge
    /// One transaction has more operations than etcd takes.
    case tooManyOperations
    /// The user may not do it.
    case forbidden(String)
    /// Name and password are refused, or etcd wants some and there are none.
    case notAuthenticated(String)
    /// The revision is gone; what is still there begins at this one, or it is not known.
    case compacted(Int64?)
    /// The lease is not known.
    case leaseNotFound
    /// The store is older than what was seen before: it was restored from an old copy.
    case wentBack(seen: Int64, found: Int64)
    /// Another cluster answers than before.
    case otherCluster
    /// The answer is none of etcd's.
    case unreadable(String)
    /// Something else, in etcd's words.
    case refused(String)
    /// A file of the settings cannot be used.
    case settings(String)

    /// Whether another member, or the same one a little later, may do better.
    var isTransient: Bool {
        switch self {
        case .unreachable, .noQuorum: true
        default: false
        }
    }
}

extension EtcdError: CustomStringConvertible {
    /// What to do when it was meant.
    private static let meant =
        "if that is meant, stop every controller, remove etcd.json from each state directory, and start them again"

    /// One sentence with the remedy.
    package var description: String {
        switch self {
        case .unreachable(let reasons):
            "no member of etcd answers: \(Self.list(reasons)); see that etcd runs there, and store.etcd.endpoints"
        case .noQuorum(let reason):
            "etcd has no quorum (\(reason)): more than half of its members must run and reach each other; see 'etcdctl "
                + "endpoint status'"
        case .noSpace:
            "etcd's database is full (alarm NOSPACE), so nothing can be written; compact and defragment it, or raise "
                + "--quota-backend-bytes, then 'etcdctl alarm disarm'"
        case .tooLarge: "etcd takes no request of that size; raise its --max-request-bytes"
        case .tooManyOperations: "etcd takes fewer operations in one transaction; raise its --max-txn-ops to 128"
        case .forbidden(let reason):
            "etcd refuses it (\(reason)); grant the user of store.etcd.user reading and writing below the prefix"
        case .notAuthenticated(let reason):
            "etcd does not accept the user (\(reason)); see store.etcd.user and store.etcd.password-file"
        case .compacted(let revision):
            "etcd has compacted what is asked for"
                + (revision.map { " (it begins at revision \($0))" } ?? "") + "; read the present state"
        case .leaseNotFound: "etcd does not know the lease: it has ended"
        case .wentBack(let seen, let found):
            "etcd has gone back from revision \(seen) to \(found): it was restored from an old copy; \(Self.meant)"
        case .otherCluster:
            "another etcd cluster answers than before; see store.etcd.endpoints; \(Self.meant)"
        case .unreadable(let reason): "the answer is none of etcd's v3 API: \(reason); see store.etcd.endpoints"
        case .refused(let reason): "etcd refuses it: \(reason)"
        case .settings(let reason): reason
        }
    }

    private static func list(_ reasons: [String: String]) -> String {
        reasons.isEmpty
            ? "there was no time to ask one"
            : reasons.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "; ")
    }
}

extension EtcdError {
    /// What an answer with an error means.
    ///
    /// - Parameters:
    ///   - code: gRPC's code, as the gateway has it; `nil` when the answer had none.
    ///   - message: etcd's words.
    init(code: Int?, message: String) {
        let words = message.hasPrefix("etcdserver: ") ? String(message.dropFirst("etcdserver: ".count)) : message
        switch message {
        case let text where text.contains("database space exceeded"): self = .noSpace
        case let text where text.contains("request is too large") || text.contains("message larger than max"):
            self = .tooLarge
        case let text where text.contains("too many operations"): self = .tooManyOperations
        case let text where text.contains("has been compacted"): self = .compacted(nil)
        case let text where text.contains("requested lease not found"): self = .leaseNotFound
        case let text where text.contains("permission denied"): self = .forbidden(words)
        case let text where Self.ofUsers.contains(where: text.contains): self = .notAuthenticated(words)
        // Who waits for a quorum in vain: no leader, a leader that lost its followers, or one that has just changed.
        case let text where Self.ofQuorum.contains(where: text.contains): self = .noQuorum(words)
        default:
            switch code {
            case 4, 14: self = .noQuorum(words)
            case 7: self = .forbidden(words)
            case 16: self = .notAuthenticated(words)
            default: self = .refused(words)
            }
        }
    }

    /// A token that was good once, and is not known any more.
    static func isStaleToken(_ message: String) -> Bool {
        message.contains("invalid auth token") || message.contains("revision of auth store is old")
            || message.contains("revision in header is old")
    }

    private static let ofUsers = [
        "user name is empty", "authentication failed", "invalid auth token", "user name not found",
        "revision of auth store is old", "revision in header is old", "authentication is not enabled",
    ]
    private static let ofQuorum = [
        "no leader", "leader changed", "request timed out", "context deadline exceeded", "context canceled",
        "server stopped", "raft proposal dropped", "not capable", "unhealthy cluster", "too many requests",
        "the server is closing", "transport is closing",
    ]
}
