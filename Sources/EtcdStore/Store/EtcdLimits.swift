/// What one request to etcd may have: etcd's own defaults, with room for what it adds.
package enum EtcdLimits {
    /// The most operations of a transaction (`--max-txn-ops`): conditions, writes and alternative reads count each for
    /// themselves.
    package static let operations = 128
    /// The most bytes of a request (`--max-request-bytes` is 1.5 MiB); what is left is for the conditions.
    package static let requestBytes = 1_500_000
    /// The most bytes of a pack of rows.
    package static let packBytes = 128 << 10
    /// The most events under one key, and their bytes.
    package static let batchedEvents = 100
    package static let batchBytes = 64 << 10
    /// The most events that are kept, about.
    package static let keptEvents = 10_000
    /// How often a commit is tried while others write.
    package static let attempts = 64
}
