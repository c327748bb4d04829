import Foundation

extension EtcdClient {
    /// The most keys that are asked for at once.
    static let pageSize = 256

    /// One key, as every member agrees on it.
    package func get(_ key: String) async throws -> (entry: EtcdEntry?, revision: Int64) {
        let answer = try await range(EtcdMessages.RangeRequest(key: Data(key.utf8)))
        return (answer.kvs?.first.map(EtcdEntry.init), answer.header.revision)
    }

    /// Every key below a prefix, as of one revision, in pages.
    ///
    /// - Parameter revision: The revision; 0: the present one.
    /// - Throws: ``EtcdError/compacted(_:)`` when that revision is gone before the last page.
    package func list(_ prefix: String, at revision: Int64 = 0) async throws -> EtcdListing {
        try await list(from: Data(prefix.utf8), to: EtcdRange.end(of: prefix), at: revision)
    }

    /// Every key from `first` to before `end`.
    func list(from first: Data, to end: Data, at revision: Int64 = 0) async throws -> EtcdListing {
        var listing = EtcdListing(revision: revision, entries: [])
        var next = first
        var limit = Self.pageSize
        while true {
            let request = EtcdMessages.RangeRequest(
                key: next,
                range_end: end,
                limit: limit,
                revision: listing.revision == 0 ? nil : "\(listing.revision)"
            )
            let answer: EtcdMessages.RangeAnswer
            do {
                answer = try await range(request)
            } catch EtcdError.tooLarge where limit > 1 {
                limit /= 4
                continue
            }
            if listing.revision == 0 { listing.revision = answer.header.revision }
            let entries = answer.kvs ?? []
            listing.entries += entries.map(EtcdEntry.init)
            guard answer.more ?? false, let last = entries.last else { return listing }
            next = last.key + [0]
        }
    }

    private func range(_ request: EtcdMessages.RangeRequest) async throws -> EtcdMessages.RangeAnswer {
        let asked = position
        let answer = try await call("/v3/kv/range", request, as: EtcdMessages.RangeAnswer.self)
        try note(answer.header, asked: asked)
        return answer
    }

    /// Writes one key.
    @discardableResult
    package func put(_ key: String, _ value: Data, lease: Int64 = 0) async throws -> Int64 {
        let asked = position
        let request = EtcdMessages.PutRequest(key: Data(key.utf8), value: value, lease: lease == 0 ? nil : "\(lease)")
        let answer = try await call("/v3/kv/put", request, as: EtcdMessages.HeaderAnswer.self)
        try note(answer.header, asked: asked)
        return answer.header.revision
    }

    /// Removes the keys below a prefix.
    package func delete(below prefix: String) async throws {
        let asked = position
        let request = EtcdMessages.DeleteRequest(key: Data(prefix.utf8), range_end: EtcdRange.end(of: prefix))
        try note(try await call("/v3/kv/deleterange", request, as: EtcdMessages.HeaderAnswer.self).header, asked: asked)
    }

    /// Carries out `success` when all conditions hold, `otherwise` when not: in one step, or not at all.
    package func transaction(
        if conditions: [EtcdCondition] = [],
        then success: [EtcdOperation],
        otherwise: [EtcdOperation] = [],
        within limit: Duration? = nil
    ) async throws -> EtcdTransactionResult {
        let asked = position
        let request = EtcdMessages.TransactionRequest(
            compare: conditions.map(\.message),
            success: success.map(\.message),
            failure: otherwise.map(\.message)
        )
        let answer = try await call("/v3/kv/txn", request, as: EtcdMessages.TransactionAnswer.self, within: limit)
        try note(answer.header, asked: asked)
        let entries = (answer.responses ?? []).flatMap { $0.response_range?.kvs ?? [] }.map(EtcdEntry.init)
        return EtcdTransactionResult(
            succeeded: answer.succeeded ?? false,
            revision: answer.header.revision,
            found: Dictionary(entries.map { ($0.key, $0) }) { first, _ in first }
        )
    }
}
