import Foundation
import Lifecycle
import Ownership
import Persistence
import Synchronization
import Wire

extension EtcdStore {
    /// Writes a change in one transaction.
    ///
    /// - Throws: ``StoreFailure`` when it may not be written; ``EtcdError`` when etcd cannot be reached. After the latter it
    ///   may have been written all the same; a following commit that begins with the same events does not add them again.
    package func commit(_ change: StoreChange) async throws {
        guard !change.isEmpty else { return }
        let encoded = try EncodedChange(change, only: fence?.group)
        let writer = fence?.group
        try await core.gate(writer).run {
            if encoded.events.isEmpty {
                try await commit(encoded, for: writer)
            } else {
                // The numbers of events are one sequence: who writes some waits for its turn, and does not collide.
                try await core.eventGate.run { try await commit(encoded, for: writer) }
            }
        }
    }

    private func commit(_ change: EncodedChange, for writer: String?) async throws {
        let id = [self.writer, UUID().uuidString].compactMap(\.self).joined(separator: " ")
        for attempt in 0..<EtcdLimits.attempts {
            let known = try await known(for: change, writer)
            try checkRevisions(change, known)
            let rest = withoutWritten(change, writer)
            let plan = try CommitPlan(rest, keys: keys, known: known, writer: writer, id: id, fence: fence)
            let result: EtcdTransactionResult
            do {
                result = try await client.transaction(
                    if: plan.conditions,
                    then: plan.operations,
                    otherwise: plan.reads
                )
            } catch {
                forget(change, writer, uncertain: (id, change.events))
                throw error
            }
            if result.succeeded {
                remember(plan, rest, writer, id, revision: result.revision)
                // Whoever writes next does it, when this goes wrong.
                if plan.isPacked { try? await fold() }
                return
            }
            try remember(result.found, change, writer)
            if core.known.withLock({ $0.commits[writer]?.id }) == id { return }
            if let fence, result.found[keys.owner(fence.group)]?.createRevision != fence.createRevision {
                throw StoreFailure.lostOwnership(group: fence.group)
            }
            if change.touchesLedger { try await fold() }
            if attempt > 2 { try await Task.sleep(for: .milliseconds(Int.random(in: 1...10))) }
        }
        throw StoreFailure.contended(attempts: EtcdLimits.attempts)
    }

    /// What the commit compares, read when it is not known yet.
    private func known(for change: EncodedChange, _ writer: String?) async throws -> CommitPlan.Known {
        if let known = knownAlready(for: change, writer) { return known }
        let reads: [EtcdOperation] =
            [.get(keys.commit(writer)), .get(keys.nextEvent)]
            + change.revisions.keys.sorted().map { .get(keys.value(.endpointSet, of: $0)) }
        guard reads.count <= EtcdLimits.operations else {
            throw StoreFailure.tooLarge(bytes: reads.count * 128, limit: EtcdLimits.requestBytes)
        }
        let result = try await client.transaction(then: reads)
        try remember(result.found, change, writer)
        guard let known = knownAlready(for: change, writer) else {
            throw EtcdError.unreadable("an answer without its keys")
        }
        return known
    }

    private func knownAlready(for change: EncodedChange, _ writer: String?) -> CommitPlan.Known? {
        core.known.withLock { known in
            guard let commit = known.commits[writer] else { return nil }
            if !change.events.isEmpty, known.nextEvent == nil { return nil }
            let sets = known.sets.filter { change.revisions[$0.key] != nil }
            guard sets.count == change.revisions.count else { return nil }
            return CommitPlan.Known(
                commitRevision: commit.revision,
                nextEvent: known.nextEvent ?? (1, 0),
                sets: sets
            )
        }
    }

    private func checkRevisions(_ change: EncodedChange, _ known: CommitPlan.Known) throws {
        for (group, given) in change.revisions {
            guard let stored = known.sets[group]?.set, given < stored else { continue }
            throw StoreFailure.revisionWentBack(group: group, given: given, stored: stored)
        }
    }

    /// The change without the events of a commit that was carried out, although nobody heard of it.
    private func withoutWritten(_ change: EncodedChange, _ writer: String?) -> EncodedChange {
        core.known.withLock { known in
            let last = known.commits[writer]?.id
            guard let written = known.uncertain[writer]?.first(where: { $0.id == last }),
                change.events.starts(with: written.events)
            else { return change }
            var rest = change
            rest.events.removeFirst(written.events.count)
            return rest
        }
    }

    /// Takes note of what was committed.
    private func remember(_ plan: CommitPlan, _ change: EncodedChange, _ writer: String?, _ id: String, revision: Int64)
    {
        core.known.withLock { known in
            known.commits[writer] = (revision, id)
            known.uncertain[writer] = nil
            if !change.events.isEmpty { known.nextEvent = (plan.nextEvent, revision) }
            for (group, set) in change.revisions { known.sets[group] = (set, revision) }
        }
    }

    /// Takes note of what etcd holds of the keys that the commit compares.
    private func remember(_ found: [String: EtcdEntry], _ change: EncodedChange, _ writer: String?) throws {
        try core.known.withLock { known in
            let commit = found[keys.commit(writer)]
            known.commits[writer] = (
                commit?.modRevision ?? 0, try commit.map { try StoredRow.decode(String.self, $0) }
            )
            if !change.events.isEmpty {
                let next = found[keys.nextEvent]
                let number = try next.map { try StoredRow.decode(Int64.self, $0) }
                known.nextEvent = (max(1, number ?? 1), next?.modRevision ?? 0)
            }
            for group in change.revisions.keys {
                let entry = found[keys.value(.endpointSet, of: group)]
                let set = try entry.map { try StoredRow.decode(EndpointSet.self, $0) }
                known.sets[group] = (set?.revision ?? 0, entry?.modRevision ?? 0)
            }
        }
    }

    /// Has everything read anew after a commit of which nobody knows what became of it.
    private func forget(_ change: EncodedChange, _ writer: String?, uncertain: (id: String, events: [Data])) {
        core.known.withLock { known in
            known.commits[writer] = nil
            known.nextEvent = nil
            for group in change.revisions.keys { known.sets[group] = nil }
            // One of several may have been carried out: all compare the same revision.
            known.uncertain[writer] = ((known.uncertain[writer] ?? []) + [uncertain]).suffix(16)
        }
    }

    /// Writes the rows of all packs under keys of their own.
    func fold() async throws {
        try await core.foldGate.run {
            for _ in 0..<EtcdLimits.attempts {
                let (entries, _) = try await ledgerEntries()
                let packs = entries.filter { $0.key.hasPrefix(keys.packs) }
                guard let pack = packs.first else { return }
                let single = Dictionary(entries.map { ($0.key, $0.modRevision) }) { first, _ in first }
                try await fold(pack, single)
            }
            throw StoreFailure.contended(attempts: EtcdLimits.attempts)
        }
    }

    /// Writes the rows of one pack that were not written since, in parts, and removes it with the last.
    private func fold(_ pack: EtcdEntry, _ single: [String: Int64]) async throws {
        let rows = try StoredRow.decode([RowPack.Row].self, pack)
            .filter { single[keys.instance($0.uuid)] ?? 0 < pack.modRevision }
        var left = rows[...]
        repeat {
            let part = left.prefix(100)
            left = left.dropFirst(100)
            var operations: [EtcdOperation] = try part.map { row in
                let key = keys.instance(row.uuid)
                return try row.row.map { .put(key, try StoredRow.encode($0)) } ?? .delete(key)
            }
            if left.isEmpty { operations.append(.delete(pack.key)) }
            let conditions =
                [EtcdCondition.written(pack.key, at: pack.modRevision)]
                + part.map { .writtenBefore(keys.instance($0.uuid), pack.modRevision) }
            // Somebody else does it, too: look again.
            guard try await client.transaction(if: conditions, then: operations).succeeded else { return }
        } while !left.isEmpty
    }
}
