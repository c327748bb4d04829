import Autoscaling
import Foundation
import Lifecycle
import Synchronization

/// Where reconcilers tell what they see and do, and where those listen who only look: metrics, history, spans, browsers.
///
/// Telling never waits and never fails. Each listener has a bounded queue of its own; one that does not keep up loses
/// the oldest messages, and nobody else notices.
package final class EventBus: Sendable {
    /// Something that was seen.
    package enum Message: Sendable {
        /// A tick of a group, with the decision if one was made.
        case tick(TickRecord, Decision?)
        /// Changes of a group that were written down, or were tried to.
        case step(Step)
    }

    /// What one step of a reconciler, or one act of a peer, changed.
    package struct Step: Sendable {
        /// The group; `nil` when it concerns none.
        package var group: String?
        /// When, by the wall clock.
        package var at: Date
        /// The rows of the ledger that changed, as they are now.
        package var changed: [Instance] = []
        /// The rows of the ledger that are gone.
        package var removed: [String] = []
        /// What happened, in order.
        package var events: [ControllerEvent] = []

        package init(
            group: String? = nil,
            at: Date,
            changed: [Instance] = [],
            removed: [String] = [],
            events: [ControllerEvent] = []
        ) {
            self.group = group
            self.at = at
            self.changed = changed
            self.removed = removed
            self.events = events
        }
    }

    private struct State {
        var listeners: [UInt64: AsyncStream<Message>.Continuation] = [:]
        var counter: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Everything that is told from now on.
    ///
    /// - Parameter buffer: How many messages may wait; then the oldest go.
    package func messages(buffer: Int) -> AsyncStream<Message> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Message.self,
            bufferingPolicy: .bufferingNewest(buffer)
        )
        let number = state.withLock { state in
            state.counter += 1
            state.listeners[state.counter] = continuation
            return state.counter
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    /// Tells every listener.
    package func tell(_ message: Message) {
        let listeners = state.withLock { Array($0.listeners.values) }
        for listener in listeners { listener.yield(message) }
    }
}
