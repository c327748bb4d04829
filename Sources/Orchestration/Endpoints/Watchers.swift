import NIOCore

/// The open watches of an endpoint set, with what each has put into effect.
///
/// Each of thousands acknowledges each change: the least of their revisions is known without looking at all of them.
struct Watchers {
    /// One of them.
    struct Watcher {
        var client: String
        var continuation: AsyncStream<ByteBuffer>.Continuation
        /// The newest revision that is in effect there; 0 before it has said anything.
        var acknowledged: UInt64 = 0
    }

    private var watchers: [UInt64: Watcher] = [:]
    /// How many have acknowledged which revision last.
    private var counts: [UInt64: Int] = [:]

    var count: Int { watchers.count }
    var isEmpty: Bool { watchers.isEmpty }
    var all: [Watcher] { Array(watchers.values) }

    /// The least of the revisions that are in effect; `nil` where nobody watches.
    var leastAcknowledged: UInt64? { counts.keys.min() }

    /// How many have acknowledged that revision, or a newer one.
    func count(from revision: UInt64) -> Int { counts.reduce(0) { $1.key >= revision ? $0 + $1.value : $0 } }

    mutating func add(_ id: UInt64, client: String, _ continuation: AsyncStream<ByteBuffer>.Continuation) {
        watchers[id] = Watcher(client: client, continuation: continuation)
        counts[0, default: 0] += 1
    }

    mutating func remove(_ id: UInt64) -> Watcher? {
        guard let watcher = watchers.removeValue(forKey: id) else { return nil }
        leave(watcher.acknowledged)
        return watcher
    }

    /// Removes those for which `isOver` holds, and returns them.
    mutating func removeAll(where isOver: (Watcher) -> Bool) -> [Watcher] {
        let ids = watchers.filter { isOver($0.value) }.keys
        return ids.compactMap { remove($0) }
    }

    /// A revision is in effect at one of a client's watches, or at all of them.
    mutating func acknowledge(client: String, watch: UInt64?, revision: UInt64) {
        guard let watch else {
            for (id, watcher) in watchers where watcher.client == client { raise(id, to: revision) }
            return
        }
        if watchers[watch]?.client == client { raise(watch, to: revision) }
    }

    private mutating func raise(_ id: UInt64, to revision: UInt64) {
        guard let before = watchers[id]?.acknowledged, before < revision else { return }
        watchers[id]?.acknowledged = revision
        leave(before)
        counts[revision, default: 0] += 1
    }

    private mutating func leave(_ revision: UInt64) {
        let left = (counts[revision] ?? 0) - 1
        counts[revision] = left > 0 ? left : nil
    }
}
