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

    let stream: AsyncStream<Signal>
    private let continuation: AsyncStream<Signal>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(256))
    }

    func send(_ signal: Signal) {
        continuation.yield(signal)
    }
}
