import Logging
import ServiceLifecycle
import Shared
import Synchronization

/// Looks every few seconds whether the service beside the agent is well.
final class ServiceHealth: Service {
    /// What the last look found.
    enum State: Sendable, Equatable {
        /// Nobody has looked yet.
        case unknown
        /// It is well.
        case well
        /// It is not, and why.
        case unwell(String)
    }

    private let name: String
    private let interval: Duration
    private let check: @Sendable () async throws -> Void
    private let logger: Logger
    private let found = Mutex(State.unknown)

    /// Looks that must fail one after another before a service that was well is no longer.
    static let patience = 3
    private let answered: @Sendable () -> UInt64

    /// - Parameters:
    ///   - name: The service's address, for messages.
    ///   - interval: The time between two looks.
    ///   - answered: How many requests it has answered: one that answers others is well, however busy.
    ///   - logger: Where changes are told.
    ///   - check: A look; throws why the service is not well.
    init(
        name: String,
        interval: Duration,
        answered: @escaping @Sendable () -> UInt64,
        logger: Logger,
        check: @escaping @Sendable () async throws -> Void
    ) {
        self.name = name
        self.interval = interval
        self.answered = answered
        self.logger = logger
        self.check = check
    }

    /// What the last look found.
    var state: State { found.withLock { $0 } }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await self.look() }
        } catch is CancellationError {}
    }

    private func look() async throws {
        var failures = 0
        var answeredBefore = answered()
        while true {
            var now = await ask()
            try Task.checkCancellation()
            let before = state
            let answeredNow = answered()
            failures = now == .well || answeredNow > answeredBefore ? 0 : failures + 1
            answeredBefore = answeredNow
            if before == .well, failures < Self.patience { now = .well }
            found.withLock { $0 = now }
            if before != now { tell(now) }
            let isSettled = now == .well && failures == 0
            try await Task.sleep(
                for: isSettled ? interval : min(.milliseconds(250), interval)
            )
        }
    }

    private func tell(_ state: State) {
        switch state {
        case .unknown: break
        case .well: logger.info("the service is well", metadata: ["service": "\(name)"])
        case .unwell(let reason):
            logger.warning("the service is not well", metadata: ["service": "\(name)", "reason": "\(reason)"])
        }
    }

    private func ask() async -> State {
        do {
            try await check()
            return .well
        } catch {
            return .unwell(NetworkFailure(error).map { "\($0)" } ?? ErrorText.of(error))
        }
    }
}
