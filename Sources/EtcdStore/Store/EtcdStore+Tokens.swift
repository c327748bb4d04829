import Foundation
import Persistence
import Synchronization
import Wire

extension EtcdStore {
    /// A join token as it is kept.
    struct TokenRow: Codable, Equatable {
        var uuid: String
        var expires: Double
        var usedBy: String?

        init(_ record: JoinTokenRecord, usedBy: String? = nil) {
            (uuid, expires, self.usedBy) = (record.uuid, record.expires.timeIntervalSince1970, usedBy)
        }
    }

    /// So often those are looked for that ended long ago.
    private static let cleaningEvery = 256
    private static let keptAfterExpiry = 30.0 * 86400

    /// Keeps the hash of a new join token, and now and then forgets those long expired.
    package func addToken(_ token: JoinTokenRecord) async throws {
        let key = keys.token(token.hash)
        let row = TokenRow(token)
        let result = try await client.transaction(
            if: [.written(key, at: 0)],
            then: [.put(key, try StoredRow.encode(row))],
            otherwise: [.get(key)]
        )
        if !result.succeeded {
            // The same one is the answer to a request that was sent twice.
            let present = try result.found[key].map { try StoredRow.decode(TokenRow.self, $0) }
            guard present == row else { throw EtcdError.refused("a join token of that hash is there already") }
        }
        let isDue = core.known.withLock { known in
            known.addedTokens += 1
            return known.addedTokens % Self.cleaningEvery == 1
        }
        if isDue { try await removeTokens(before: token.expires.timeIntervalSince1970 - Self.keptAfterExpiry) }
    }

    private func removeTokens(before limit: Double) async throws {
        let old = try await client.list(keys.tokens).entries.filter { entry in
            (try? StoredRow.decode(TokenRow.self, entry)).map { $0.expires < limit } ?? false
        }
        for start in stride(from: 0, to: old.count, by: 100) {
            let part = old[start..<min(old.count, start + 100)]
            _ = try await client.transaction(then: part.map { .delete($0.key) })
        }
    }

    /// Uses a token up, if it can be used: by compare-and-swap, so that of two that ask at once one gets it.
    package func redeemToken(hash: String, uuid: String, key: String, now: Date) async throws -> JoinTokenOutcome {
        let name = keys.token(hash)
        for _ in 0..<EtcdLimits.attempts {
            guard let entry = try await client.get(name).entry else { return .unknown }
            var row = try StoredRow.decode(TokenRow.self, entry)
            guard row.uuid == uuid else { return .otherMachine }
            guard now.timeIntervalSince1970 < row.expires else { return .expired }
            if let user = row.usedBy { return user == key ? .accepted : .used }
            row.usedBy = key
            let result = try await client.transaction(
                if: [.written(name, at: entry.modRevision)],
                then: [.put(name, try StoredRow.encode(row))]
            )
            if result.succeeded { return .accepted }
        }
        throw StoreFailure.contended(attempts: EtcdLimits.attempts)
    }
}
