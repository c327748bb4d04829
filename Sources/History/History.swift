import Autoscaling
import Foundation
import Lifecycle
import Logging
import Monitoring
import NIOCore
import ServiceLifecycle
import Shared
import Synchronization

/// Keeps the past: takes what the eventBus tells, writes it once a second, and answers what is asked of it.
///
/// Nobody waits for it. When its file is full, damaged or out of reach, that is said once, and everything else goes on.
package final class History: Service {
    /// Why nothing can be said about the past.
    package struct Unavailable: Error, CustomStringConvertible {
        package let description: String
    }

    private struct State {
        var store: HistoryStore?
        var buffer = HistoryBuffer()
        var problem: String? = "it is being opened"
        /// What a reader or a writer found wrong with what is in the file.
        var damage: String?
        var isPaused = false
        /// Whether the buffer knows what the file knows.
        var isReady = false
        var retryAt: MonotonicInstant?
    }

    /// How long it waits after a failure.
    private static let pause = Duration.seconds(10)
    private static let period = Duration.seconds(1)
    private let path: String
    private let limit: Int64
    private let messages: AsyncStream<EventBus.Message>
    private let clock: SteadyClock
    private let report: @Sendable (ControllerEvent) -> Void
    private let logger: Logger
    private let state = Mutex(State())

    /// A history in the file at `path`, of at most `limit` bytes.
    ///
    /// - Parameters:
    ///   - groups: How many groups tell at each tick.
    ///   - report: Takes events.
    package init(
        path: String,
        limit: Int64,
        eventBus: EventBus,
        groups: Int,
        clock: SteadyClock,
        report: @escaping @Sendable (ControllerEvent) -> Void,
        logger: Logger
    ) {
        self.path = path
        self.limit = limit
        self.messages = eventBus.messages(buffer: 64 + 4 * groups)
        self.clock = clock
        self.report = report
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            await withDiscardingTaskGroup { group in
                group.addTask {
                    await self.open()
                    await withDiscardingTaskGroup { group in
                        group.addTask { await self.check() }
                        await self.listen()
                    }
                }
                while !Task.isCancelled {
                    try? await Task.sleep(for: Self.period)
                    await write(before: clock.date)
                }
                group.cancelAll()
            }
        }
        await write(before: nil)
    }

    /// Takes what is told. Before the file was read once, nobody knows the numbers of its instances, so ticks are lost.
    private func listen() async {
        for await message in messages {
            guard case .tick(let tick, let decision) = message else { continue }
            state.withLock { if $0.isReady { $0.buffer.add(tick, decision) } }
        }
    }

    /// The store, to ask.
    private func store() throws -> HistoryStore {
        try state.withLock { state in
            guard let store = state.store else {
                throw Unavailable(description: "the history cannot be read: \(state.problem ?? "it is not open")")
            }
            return store
        }
    }

    /// The past of a group as JSON.
    package func series(_ query: HistoryQuery) async throws -> ByteBuffer {
        try await reading { try await $0.series(query) { try $0.json() } }
    }

    /// The kept decisions of a group, newest first.
    ///
    /// - Returns: A JSON list of ``DecisionRecord``.
    package func decisions(group: String, limit: Int) async throws -> ByteBuffer {
        let rows = try await reading { try await $0.decisionRows(group: group, limit: limit) }
        var buffer = ByteBuffer()
        buffer.reserveCapacity(rows.reduce(3) { $0 + $1.count + 1 })
        var separator = "["
        for row in rows {
            buffer.writeString(separator)
            buffer.writeBytes(row)
            separator = ","
        }
        buffer.writeString(rows.isEmpty ? "[]\n" : "]\n")
        return buffer
    }

    private func reading<Answer>(_ read: (HistoryStore) async throws -> Answer) async throws -> Answer {
        let store = try store()
        do {
            return try await read(store)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            if HistoryStore.isDamage(error) { state.withLock { $0.damage = ErrorText.of(error) } }
            throw Unavailable(description: "the history cannot be read: \(ErrorText.of(error))")
        }
    }

    // MARK: - Opening

    private func open() async {
        do {
            let store = try await HistoryStore.open(path: path, limit: limit).store
            let decisions = try await store.lastDecisions()
            let names = try await store.names()
            state.withLock { state in
                // What is counted on since then goes on.
                if !state.isReady { state.buffer.adopt(names: names, decisions: decisions) }
                state.isReady = true
                (state.store, state.problem, state.retryAt) = (store, nil, nil)
            }
        } catch {
            if HistoryStore.isDamage(error) {
                state.withLock { $0.damage = ErrorText.of(error) }
            } else {
                fail(error)
            }
        }
    }

    /// Damage anywhere shows soon, and not when somebody asks for that part.
    private func check() async {
        guard let store = try? store() else { return }
        do {
            try await store.check()
        } catch {
            if HistoryStore.isDamage(error) { state.withLock { $0.damage = ErrorText.of(error) } }
        }
    }

    /// Puts a damaged file aside and begins a new one.
    private func replace(_ damage: String) async {
        state.withLock { ($0.store, $0.problem) = (nil, "it is damaged") }
        do {
            let (store, kept) = try await HistoryStore.open(path: path, limit: limit, damagedAt: clock.date)
            state.withLock { state in
                state.buffer.forgetFile()
                state.isReady = true
                (state.store, state.problem, state.damage, state.retryAt) = (store, nil, nil, nil)
            }
            tell(
                .historyFailed,
                "the history is damaged and begun anew; the old one is kept as \(kept ?? "-"): \(damage)"
            )
        } catch {
            fail(error)
        }
    }

    // MARK: - Writing

    private func write(before date: Date?) async {
        let now = date ?? clock.date
        let (damage, mayTry, store) = state.withLock { state in
            (state.damage, date == nil || state.retryAt.map { $0 <= clock.now } ?? true, state.store)
        }
        guard mayTry else { return }
        if let damage { return await replace(damage) }
        guard let store else {
            // The first opening goes on, or it failed and is tried again.
            if state.withLock({ $0.isPaused }), date != nil { await open() }
            return
        }
        let second = date.map { Int64($0.timeIntervalSince1970.rounded(.down)) } ?? .max
        let (batch, lost) = state.withLock { ($0.buffer.take(before: second), $0.buffer.takeLost()) }
        if lost > 0 { logger.warning("samples of the history were given up", metadata: ["count": "\(lost)"]) }
        do {
            let forgotten = try await store.write(batch, now: now)
            let wasPaused = state.withLock { state in
                if !forgotten.isEmpty { state.buffer.forget(forgotten) }
                defer { (state.isPaused, state.retryAt) = (false, nil) }
                return state.isPaused
            }
            if wasPaused { tell(.historyRecovered, "the history is written again") }
        } catch is CancellationError {
            state.withLock { $0.buffer.putBack(batch) }
        } catch {
            state.withLock { $0.buffer.putBack(batch) }
            if HistoryStore.isDamage(error) {
                state.withLock { $0.damage = ErrorText.of(error) }
            } else {
                fail(error)
            }
        }
    }

    private func fail(_ error: any Error) {
        let isNew = state.withLock { state in
            defer { state.isPaused = true }
            state.problem = ErrorText.of(error)
            state.retryAt = clock.now.advanced(by: Self.pause)
            return !state.isPaused
        }
        guard isNew else { return }
        tell(
            .historyFailed,
            "the history rests until \(path) can be written: \(ErrorText.of(error)); free disk space, or set history-size"
        )
    }

    private func tell(_ kind: ControllerEvent.Kind, _ detail: String) {
        report(ControllerEvent(kind, at: clock.date, detail: detail))
    }
}
