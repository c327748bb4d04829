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
    package let stream: AsyncStream<Signal>
    private let continuation: AsyncStream<Signal>.Continuation
    private let commands = Mutex<[GroupCommand]>([])
    private let lookWaits = Mutex(false)

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(256))
    }

    package func send(_ signal: Signal) {
        if signal == .look {
            let isNew = lookWaits.withLock { waits in
                defer { waits = true }
                return !waits
            }
            guard isNew else { return }
        }
        continuation.yield(signal)
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
