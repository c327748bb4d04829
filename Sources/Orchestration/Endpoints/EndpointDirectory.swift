import Foundation
import NIOCore
import Shared
import Synchronization
import Wire

/// The endpoint set with its revision, and everyone who watches it. A line is encoded once and written to all.
package final class EndpointDirectory: Sendable {
    /// A client's watch.
    package struct Watch: Sendable {
        /// Its lines.
        package let lines: AsyncStream<ByteBuffer>
        /// The number to close it with.
        package let id: UInt64
    }

    /// Changes that are remembered, so that a client that was away for a moment need not read the whole set.
    static let historyLimit = 256
    /// Lines a client may leave unread before its watch is ended.
    static let watchBuffer = 256
    /// The most watches at a time.
    package static let watchLimit = 20_000
    /// The most that wait for a change at a time.
    static let waiterLimit = 1024
    private let state: Mutex<State>
    private let onChange: @Sendable () -> Void
    private let onReach: @Sendable (Duration) -> Void

    /// A directory that goes on from `set`.
    ///
    /// - Parameters:
    ///   - set: The set that was told last.
    ///   - onChange: Called, outside the lock, when a client acknowledged a revision or went away.
    ///   - onReach: Called, outside the lock, with the time from telling a revision until every open watch acknowledged it.
    package init(
        _ set: EndpointSet,
        onChange: @escaping @Sendable () -> Void = {},
        onReach: @escaping @Sendable (Duration) -> Void = { _ in }
    ) {
        state = Mutex(State(set: set))
        self.onChange = onChange
        self.onReach = onReach
    }

    /// The set as clients know it.
    package var current: EndpointSet { state.withLock { $0.set } }

    /// The set that ``publish(_:at:)`` would make of `endpoints`: the same one when nothing changed.
    package func proposal(_ endpoints: [Endpoint]) -> EndpointSet? {
        let set = current
        return set.endpoints == endpoints
            ? nil : EndpointSet(revision: set.revision + 1, endpoints: endpoints)
    }

    /// Puts a set into effect and tells everyone.
    package func publish(_ set: EndpointSet, at date: Date) throws {
        var notice = EndpointNotice(kind: .change, revision: set.revision, at: date)
        let old = current.endpoints
        notice.added = set.endpoints.filter { !old.contains($0) }
        notice.removed = old.filter { !set.endpoints.contains($0) }
        let line = try WireCoding.line(notice)
        broadcast(line) { state in
            state.set = set
            for endpoint in set.endpoints { state.departures[endpoint.id] = nil }
            for endpoint in old where !set.endpoints.contains(where: { $0.id == endpoint.id }) {
                state.departures[endpoint.id] = set.revision
            }
            state.history.append((set.revision, line))
            if state.history.count > Self.historyLimit { state.history.removeFirst() }
            if !state.watchers.isEmpty {
                state.unreached.append((set.revision, .now))
                if state.unreached.count > Self.historyLimit { state.unreached.removeFirst() }
            }
            for waiter in state.waiters.values { waiter.yield(set.revision) }
        }
    }

    /// Puts a set into effect that another controller has told; an older one than is known here changes nothing.
    package func follow(_ set: EndpointSet, at date: Date) throws {
        guard set.revision > current.revision else { return }
        try publish(set, at: date)
    }

    /// The newest revision that is in effect at every watch here; that of the set where nobody watches.
    package var reached: UInt64 {
        state.withLock { state in
            state.watchers.leastAcknowledged ?? state.set.revision
        }
    }

    /// Takes what is in effect at the watches of the other controllers: the least of their revisions; `nil` where there is
    /// no other.
    package func noteReached(elsewhere least: UInt64?) {
        let isNews = state.withLock { state in
            defer { state.reachedElsewhere = least }
            return state.reachedElsewhere != least
        }
        if isNews { onChange() }
    }

    /// The present revision and each one from now on, for those who look only: no acknowledgement is expected of them.
    ///
    /// - Returns: The revisions, the newest one if several came, and a number for ``endChanges(_:)``; `nil` when too
    ///   many wait.
    package func changes() -> (revisions: AsyncStream<UInt64>, id: UInt64)? {
        let (stream, continuation) = AsyncStream.makeStream(of: UInt64.self, bufferingPolicy: .bufferingNewest(1))
        return state.withLock { state in
            guard state.waiters.count < Self.waiterLimit else { return nil }
            state.counter += 1
            state.waiters[state.counter] = continuation
            continuation.yield(state.set.revision)
            return (stream, state.counter)
        }
    }

    /// Nobody listens to these changes any more.
    package func endChanges(_ id: UInt64) {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.finish()
    }

    /// Tells everyone something that does not change the set.
    ///
    /// - Parameters:
    ///   - kind: What is told: `heartbeat`, `scaling` or `scaled`.
    ///   - name: The instance.
    ///   - reason: The reason in words.
    ///   - controllers: `host:port` of the live controllers, with a heartbeat; empty when there is one.
    ///   - date: The time of the line.
    package func announce(
        _ kind: EndpointNotice.Kind,
        name: String? = nil,
        reason: String? = nil,
        controllers: [String] = [],
        at date: Date
    ) {
        var notice = EndpointNotice(kind: kind, revision: current.revision, at: date)
        notice.name = name
        notice.reason = reason
        notice.controllers = ControllerList.bounded(controllers)
        guard let line = try? WireCoding.line(notice) else { return }
        broadcast(line) { _ in }
    }

    private func broadcast(_ line: ByteBuffer, _ change: (inout sending State) -> Void) {
        let ended = state.withLock { state -> [Watchers.Watcher] in
            change(&state)
            // Yielding only appends to a bounded buffer, and under the lock the order is the same for all.
            return state.watchers.removeAll { watcher in
                if case .enqueued = watcher.continuation.yield(line) { false } else { true }
            }
        }
        for watcher in ended { watcher.continuation.finish() }
    }

    /// Opens a watch: first the set, or the changes since `from` when all of them are remembered.
    ///
    /// - Parameter controllers: `host:port` of the live controllers, which the first line names; empty when there is one.
    /// - Returns: The watch, or `nil` when there are too many.
    package func watch(client: String, from: UInt64?, controllers: [String] = [], at date: Date) throws -> Watch? {
        let (lines, continuation) = AsyncStream.makeStream(
            of: ByteBuffer.self,
            bufferingPolicy: .bufferingOldest(Self.watchBuffer)
        )
        return try state.withLock { state -> Watch? in
            guard state.watchers.count < Self.watchLimit else { return nil }
            var first: [ByteBuffer] = []
            let missed = state.history.filter { $0.revision > (from ?? 0) }
            if let from, from <= state.set.revision, UInt64(missed.count) == state.set.revision - from {
                var notice = EndpointNotice(kind: .heartbeat, revision: from, at: date)
                notice.watch = state.counter + 1
                notice.controllers = ControllerList.bounded(controllers)
                first = [try WireCoding.line(notice)] + missed.map(\.line)
            } else {
                var notice = EndpointNotice(kind: .set, revision: state.set.revision, at: date)
                notice.endpoints = state.set.endpoints
                notice.watch = state.counter + 1
                notice.controllers = ControllerList.bounded(controllers)
                first = [try WireCoding.line(notice)]
            }
            for line in first { continuation.yield(line) }
            state.counter += 1
            state.watchers.add(state.counter, client: client, continuation)
            return Watch(lines: lines, id: state.counter)
        }
    }

    /// A watch ended.
    package func close(_ id: UInt64) {
        let (watcher, lags) = state.withLock { state in
            (state.watchers.remove(id), Self.takeReached(&state))
        }
        watcher?.continuation.finish()
        for lag in lags { onReach(lag) }
        onChange()
    }

    /// A client has put a revision into effect, for one of its watches or for all of them.
    package func acknowledge(client: String, watch: UInt64?, revision: UInt64) {
        let lags = state.withLock { state in
            state.watchers.acknowledge(client: client, watch: watch, revision: min(revision, state.set.revision))
            return Self.takeReached(&state)
        }
        for lag in lags { onReach(lag) }
        onChange()
    }

    /// How long the revisions took that every open watch has acknowledged now; without a watch none has arrived.
    private static func takeReached(_ state: inout sending State) -> [Duration] {
        guard !state.unreached.isEmpty else { return [] }
        guard let least = state.watchers.leastAcknowledged else {
            state.unreached = []
            return []
        }
        let now = ContinuousClock.now
        let reached = state.unreached.prefix { $0.revision <= least }.map { $0.at.duration(to: now) }
        state.unreached.removeFirst(reached.count)
        return reached
    }

    /// The endpoints that left and of which every client that watches has acknowledged it, by id.
    package var acknowledgedDepartures: Set<String> {
        state.withLock { state in
            guard !state.departures.isEmpty else { return [] }
            let here = state.watchers.leastAcknowledged ?? .max
            let least = min(here, state.reachedElsewhere ?? .max)
            return Set(state.departures.filter { $0.value <= least }.keys)
        }
    }

    /// How many watch, and how many of them have acknowledged the present revision.
    package var reach: (watchers: Int, acknowledged: Int) {
        state.withLock { state in
            (state.watchers.count, state.watchers.count(from: state.set.revision))
        }
    }

    /// Ends all watches.
    package func shutDown() {
        let (watchers, waiters) = state.withLock { state in
            defer {
                state.watchers = Watchers()
                state.waiters.removeAll()
            }
            return (state.watchers.all, Array(state.waiters.values))
        }
        for watcher in watchers { watcher.continuation.finish() }
        for waiter in waiters { waiter.finish() }
    }
}
