import Autoscaling
import Foundation
import Lifecycle
import Logging
import Monitoring
import NIOCore
import Orchestration
import Persistence
import ServiceLifecycle
import Shared
import Synchronization
import Wire

/// What happens, for all who read along: each event and each tick is read and encoded once, whoever listens.
///
/// It listens to the EventBus, which waits for nobody. A reader that leaves too much unread is disconnected.
package final class EventFeed: Service {
    /// One server-sent event.
    package struct Frame: Sendable {
        /// The number of the event; `nil` for a tick or a heartbeat.
        package var id: Int64?
        /// The text with the empty line at its end.
        package var text: ByteBuffer
    }

    /// One reader's part.
    package struct Subscription: Sendable {
        /// To close it with.
        package var id: UInt64
        /// The last event before the first of ``frames``: what came until then stands in the store.
        var position: Int64
        /// What comes from now on.
        var frames: AsyncStream<Frame>
    }

    private struct Reader {
        var group: String?
        var ticks: Bool
        var continuation: AsyncStream<Frame>.Continuation
        var onOverflow: @Sendable () -> Void
        var toldAt: MonotonicInstant
    }

    private struct State {
        var position: Int64 = 0
        var counter: UInt64 = 0
        var readers: [UInt64: Reader] = [:]
        var isClosed = false
    }

    /// Frames that one reader may leave unread.
    static let buffer = 256
    /// How many events are read from the store at once.
    static let batch = 100
    /// The time between two batches, in which readers get room again: a burst disconnects nobody who reads.
    private static let breath = Duration.milliseconds(20)
    /// How long a stream is silent before a sign of life.
    static let silence = Duration.seconds(5)
    /// The most readers at a time.
    package let limit: Int
    private let store: any Store
    private let clock: SteadyClock
    private let logger: Logger
    private let messages: AsyncStream<EventBus.Message>
    private let refreshes: AsyncStream<Void>
    /// One reads at a time, so that nothing is told twice.
    private let reading = SerialGate()
    private let refreshed: AsyncStream<Void>.Continuation
    private let state = Mutex(State())

    /// A feed that hears of everything from now on.
    package init(store: any Store, eventBus: EventBus, clock: SteadyClock, limit: Int = 256, logger: Logger) {
        self.store = store
        self.clock = clock
        self.limit = limit
        self.logger = logger
        messages = eventBus.messages(buffer: 1024)
        (refreshes, refreshed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// How many read along.
    var readers: Int { state.withLock { $0.readers.count } }

    /// Begins to read along; `nil` when too many do, or when the controller stops.
    ///
    /// - Parameters:
    ///   - group: The one group that matters; `nil` for all. Events of no group come in any case.
    ///   - ticks: Whether ticks come, too.
    ///   - onOverflow: Called once when the reader leaves too much unread; it has to end the connection.
    func subscribe(group: String?, ticks: Bool, onOverflow: @escaping @Sendable () -> Void) -> Subscription? {
        let (frames, continuation) = AsyncStream.makeStream(
            of: Frame.self,
            bufferingPolicy: .bufferingOldest(Self.buffer)
        )
        let now = clock.now
        return state.withLock { state in
            guard !state.isClosed, state.readers.count < limit else { return nil }
            state.counter += 1
            state.readers[state.counter] = Reader(
                group: group,
                ticks: ticks,
                continuation: continuation,
                onOverflow: onOverflow,
                toldAt: now
            )
            return Subscription(id: state.counter, position: state.position, frames: frames)
        }
    }

    /// Somebody else has written events: reads them soon.
    package func refresh() { refreshed.yield() }

    /// A reader is gone.
    package func close(_ id: UInt64) {
        state.withLock { $0.readers.removeValue(forKey: id) }?.continuation.finish()
    }

    /// Reads what is new and tells it until the service stops; then all streams end.
    package func run() async throws {
        await start()
        await withDiscardingTaskGroup { group in
            group.addTask { [self] in
                try? await cancelWhenGracefulShutdown { [self] in
                    while true {
                        try await Task.sleep(for: .seconds(1))
                        heartbeat()
                    }
                }
            }
            group.addTask { [self] in
                for await _ in refreshes.cancelOnGracefulShutdown() { try? await reading.pass { await readOn() } }
            }
            var readAt = clock.now
            for await message in messages.cancelOnGracefulShutdown() {
                // A step says that something was written; a tick only that some time has passed.
                var isDue = readAt.duration(to: clock.now) >= .seconds(1)
                switch message {
                case .tick(let record, _): tell(record)
                case .step(let step): isDue = isDue || !step.events.isEmpty
                }
                guard isDue else { continue }
                try? await reading.pass { await readOn() }
                readAt = clock.now
            }
            group.cancelAll()
        }
        let all = state.withLock { state in
            defer { state.readers = [:] }
            state.isClosed = true
            return state.readers.values.map(\.continuation)
        }
        for continuation in all { continuation.finish() }
    }

    /// Events from before the start are told by a replay alone.
    private func start() async {
        guard let newest = try? await store.events(EventQuery(limit: 1)).first?.id else { return }
        state.withLock { $0.position = max($0.position, newest) }
    }

    private func readOn() async {
        do {
            while true {
                let position = state.withLock { $0.position }
                let new = try await store.events(EventQuery(after: position, order: .oldestFirst, limit: Self.batch))
                guard !new.isEmpty else { return }
                for event in new { tell(event) }
                if new.count == Self.batch { try await Task.sleep(for: Self.breath) }
            }
        } catch is CancellationError {
        } catch {
            logger.warning("events not read", metadata: ["error": "\(ErrorText.of(error))"])
        }
    }

    private func tell(_ event: ControllerEvent) {
        guard let id = event.id else { return }
        let frame = Self.frame(event).map { Frame(id: id, text: $0) }
        broadcast(frame, position: id) { reader in
            event.group == nil || reader.group == nil || reader.group == event.group
        }
    }

    private func tell(_ record: TickRecord) {
        // With nobody there, nothing needs to be written.
        guard state.withLock({ $0.readers.values.contains(where: \.ticks) }) else { return }
        let frame = Self.text("tick", record).map { Frame(id: nil, text: $0) }
        broadcast(frame) { reader in reader.ticks && (reader.group == nil || reader.group == record.group) }
    }

    private func heartbeat() {
        let now = clock.now
        broadcast(Frame(id: nil, text: ByteBuffer(string: ": heartbeat\n\n"))) { reader in
            reader.toldAt.duration(to: now) >= Self.silence
        }
    }

    private func broadcast(_ frame: Frame?, position: Int64? = nil, to isMeant: (Reader) -> Bool) {
        let now = clock.now
        let lost = state.withLock { state -> [Reader] in
            if let position { state.position = max(state.position, position) }
            guard let frame else { return [] }
            var lost: [Reader] = []
            for (id, reader) in state.readers where isMeant(reader) {
                // Yielding only appends to a bounded buffer, and under the lock the order is the same for all.
                if case .enqueued = reader.continuation.yield(frame) {
                    state.readers[id]?.toldAt = now
                } else {
                    lost.append(reader)
                    state.readers[id] = nil
                }
            }
            return lost
        }
        for reader in lost {
            logger.debug("a reader of events does not read and is disconnected")
            reader.continuation.finish()
            reader.onOverflow()
        }
    }

    /// An event as it is sent.
    static func frame(_ event: ControllerEvent) -> ByteBuffer? { text("event", event, id: event.id) }

    /// A message as it is sent.
    package static func text(_ name: String, _ message: some Encodable, id: Int64? = nil) -> ByteBuffer? {
        guard let data = try? WireCoding.line(message) else { return nil }
        var buffer = ByteBuffer()
        if let id { buffer.writeString("id: \(id)\n") }
        buffer.writeString("event: \(name)\ndata: ")
        buffer.writeImmutableBuffer(data)
        buffer.writeString("\n")
        return buffer
    }
}
