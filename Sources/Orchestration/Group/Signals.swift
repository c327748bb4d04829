import Autoscaling
import Synchronization

/// What makes the reconciler look. One look that waits stands for all that are asked for meanwhile, so that a burst of
/// events pushes nothing else out.
package final class Signals: Sendable {
    package enum Signal: Sendable, Equatable {
        /// A sample interval has passed, at that moment: the engine decides.
        case tick(due: MonotonicInstant)
        /// Something changed: the fleet is compared with the facts.
        case look
        /// The hypervisor answers.
        case hypervisorConnected
        /// The hypervisor does not answer.
        case hypervisorLost(String)
        /// One of several hosts answers.
        case hostConnected(String)
        /// One of several hosts does not answer.
        case hostSilent(String, reason: String)
    }

    /// The most commands that wait; more of them is a mistake of the sender.
    private static let commandLimit = 256
    private struct Line {
        /// The stream that waits for its reader.
        var waiting: AsyncStream<Signal>?
        var continuation: AsyncStream<Signal>.Continuation?
    }

    private let line: Mutex<Line>
    private let commands = Mutex<[GroupCommand]>([])
    private let lookWaits = Mutex(false)

    init() {
        let (stream, continuation) = Self.makeStream()
        line = Mutex(Line(waiting: stream, continuation: continuation))
    }

    private static func makeStream() -> (AsyncStream<Signal>, AsyncStream<Signal>.Continuation) {
        AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(256))
    }

    /// The signals from now on, for one reader; the stream of an earlier reader ends. The first reader gets what was sent
    /// before it came, too.
    package func open() -> AsyncStream<Signal> {
        let (stream, earlier) = line.withLock { line in
            if let waiting = line.waiting.take() { return (waiting, AsyncStream<Signal>.Continuation?.none) }
            let earlier = line.continuation
            let (stream, continuation) = Self.makeStream()
            line.continuation = continuation
            return (stream, earlier)
        }
        earlier?.finish()
        lookWaits.withLock { $0 = false }
        return stream
    }

    /// Ends the reader's stream: what is sent while nobody reads is dropped.
    package func close() {
        let earlier = line.withLock { line in
            line.waiting = nil
            return line.continuation.take()
        }
        earlier?.finish()
    }

    package func send(_ signal: Signal) {
        if signal == .look {
            let isNew = lookWaits.withLock { waits in
                defer { waits = true }
                return !waits
            }
            guard isNew else { return }
        }
        let continuation = line.withLock { $0.continuation }
        continuation?.yield(signal)
    }

    /// A signal is being followed: whatever happens from now on asks for another one.
    package func taken(_ signal: Signal) {
        if signal == .look { lookWaits.withLock { $0 = false } }
    }

    /// Asks for something that must not be dropped; `false` when too much waits already.
    package func submit(_ command: GroupCommand) -> Bool {
        let isTaken = commands.withLock { commands in
            guard commands.count < Self.commandLimit else { return false }
            commands.append(command)
            return true
        }
        send(.look)
        return isTaken
    }

    /// What was asked for since the last time.
    func takeCommands() -> [GroupCommand] {
        commands.withLock { commands in
            defer { commands = [] }
            return commands
        }
    }
}
