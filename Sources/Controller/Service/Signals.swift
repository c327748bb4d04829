import Synchronization

/// What makes the reconciler look. Looking twice is harmless, so the oldest are dropped when too many wait.
final class Signals: Sendable {
    enum Signal: Sendable, Equatable {
        /// A sample interval has passed: the engine decides.
        case tick
        /// Something changed: the fleet is compared with the facts.
        case look
        /// The hypervisor answers.
        case hypervisorConnected
        /// The hypervisor does not answer.
        case hypervisorLost(String)
    }

    /// The most commands that wait; more of them is a mistake of the sender.
    private static let commandLimit = 256
    let stream: AsyncStream<Signal>
    private let continuation: AsyncStream<Signal>.Continuation
    private let commands = Mutex<[GroupCommand]>([])

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(256))
    }

    func send(_ signal: Signal) {
        continuation.yield(signal)
    }

    /// Asks for something that must not be dropped; `false` when too much waits already.
    func submit(_ command: GroupCommand) -> Bool {
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
