import Foundation
import Lifecycle
import Persistence
import Wire

extension EtcdStore {
    /// So many numbers are looked through at once.
    private static let window: Int64 = 512

    /// The events that are asked for, with their numbers, in the state of one revision.
    package func events(_ query: EventQuery) async throws -> [ControllerEvent] {
        try await retryingCompaction {
            let (entry, revision) = try await client.get(keys.nextEvent)
            let next = try entry.map { try StoredRow.decode(Int64.self, $0) } ?? 1
            let spare = Int64(EtcdLimits.keptEvents + 2 * EtcdLimits.batchedEvents)
            // A batch that begins before the first number that is asked for may reach beyond it.
            let first = max(1, next - spare, (query.after ?? 0) + 1 - Int64(EtcdLimits.batchedEvents))
            var found: [ControllerEvent] = []
            var (low, high) = (first, next)
            while low < high, found.count < max(1, query.limit) {
                let isNewestFirst = query.order == .newestFirst
                let from = isNewestFirst ? max(low, high - Self.window) : low
                let to = isNewestFirst ? high : min(high, low + Self.window)
                let events = try await events(from: from, to: to, at: revision).filter { query.takes($0) }
                found += isNewestFirst ? events.reversed() : events
                if isNewestFirst { high = from } else { low = to }
            }
            return Array(found.prefix(max(1, query.limit)))
        }
    }

    /// The events of the batches that begin in a range of numbers.
    private func events(from first: Int64, to end: Int64, at revision: Int64) async throws -> [ControllerEvent] {
        let listing = try await client.list(
            from: Data(keys.event(first).utf8),
            to: Data(keys.event(end).utf8),
            at: revision
        )
        return try listing.entries.flatMap { try EventBatch.events($0, keys: keys) }
    }
}

/// Events that one commit wrote, under one key, with numbers that follow each other.
enum EventBatch {
    /// An event, or one of a kind that only a later version knows: it costs nobody the rest.
    private struct Lenient: Decodable {
        var event: ControllerEvent?

        init(from decoder: any Decoder) throws { event = try? ControllerEvent(from: decoder) }
    }

    static func events(_ entry: EtcdEntry, keys: StoreKeys) throws -> [ControllerEvent] {
        guard let first = keys.eventNumber(entry.key) else { return [] }
        return try StoredRow.decode([Lenient].self, entry).enumerated().compactMap { index, row in
            guard var event = row.event else { return nil }
            event.id = first + Int64(index)
            return event
        }
    }
}

extension EventQuery {
    /// Whether an event is asked for, but for the limit.
    fileprivate func takes(_ event: ControllerEvent) -> Bool {
        (event.id ?? 0) > after ?? 0 && event.at >= since ?? .distantPast
            && (kinds.isEmpty || kinds.contains(event.kind))
            && (group == nil || event.group == group) && (instance == nil || event.instance == instance)
    }
}
