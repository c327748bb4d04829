import BlockingCalls
import Foundation
import Logging
import Synchronization
import Wire

/// A hypervisor behind a libvirt connection.
///
/// Each connection has a few threads of its own for the blocking calls. A call that gets no answer within its time
/// throws ``LibvirtError/Code/timedOut`` and gives the connection up, since its thread cannot be freed otherwise.
/// ``run()`` brings a lost connection back.
package final class LibvirtHypervisor: Hypervisor {
    /// The URI it connects to.
    package let uri: HypervisorURI
    let configuration: Configuration
    let logger: Logger
    let lifecycle = EventBroadcaster<LifecycleEvent>()
    let connection = EventBroadcaster<ConnectionEvent>()
    private let state = Mutex(State())

    private struct State {
        var session: LibvirtSession?
        var lastError: LibvirtError?
        /// Sessions whose threads still wait for libvirt to return, the present one included.
        var undrained = 0
    }

    /// Sessions that may hang at once before no further one is opened.
    private static let maximumSessions = 8

    /// Makes one that is not connected yet.
    ///
    /// - Parameters:
    ///   - uri: Any libvirt URI.
    ///   - logger: Gets connections, losses and failed attempts, never a credential.
    ///   - configuration: Times and numbers.
    package init(uri: HypervisorURI, logger: Logger, configuration: Configuration = Configuration()) {
        self.uri = uri
        var logger = logger
        logger[metadataKey: "hypervisor"] = "\(uri)"
        self.logger = logger
        self.configuration = configuration
    }

    deinit {
        state.withLock { $0.session }?.end(.notConnected(to: uri, message: "the connection was closed"))
    }

    /// Whether the connection stands, as far as anybody has noticed.
    package var isConnected: Bool { state.withLock { $0.session != nil } }

    /// Opens the connection unless it is open.
    ///
    /// - Throws: ``LibvirtError`` that says what to do when nobody answers.
    package func connect() async throws {
        let isNeeded = try state.withLock { state in
            guard state.session == nil else { return false }
            guard state.undrained < Self.maximumSessions else {
                throw LibvirtError(
                    code: .resourceBusy,
                    message: "\(state.undrained) earlier connections still wait for libvirtd to answer",
                    operation: "virConnectOpen",
                    hypervisor: uri,
                    isConnectionLost: true
                )
            }
            state.undrained += 1
            return true
        }
        if isNeeded { try await open() }
    }

    private func open() async throws {
        let holder = SessionHolder()
        let receiver = CallbackRegistry.Receiver(
            lifecycle: { [lifecycle] in lifecycle.send($0) },
            closed: { [weak self, uri] reason in
                let error = LibvirtError.closed(uri, reason: Int(reason))
                if let session = holder.close(error) { self?.lose(session, error) }
            }
        )
        let settings = LibvirtSession.Settings(
            uri: uri,
            timeout: configuration.connectTimeout,
            operations: configuration.concurrentOperations,
            keepAliveInterval: configuration.keepAliveInterval,
            keepAliveCount: configuration.keepAliveCount
        )
        let session = try await LibvirtSession.open(settings, receiver: receiver) { [weak self] in
            self?.state.withLock { $0.undrained -= 1 }
        }
        let isFirst = state.withLock { state in
            guard state.session == nil else { return false }
            state.session = session
            // Under the lock, as for every change of the connection: subscribers see them in their order.
            connection.send(.connected)
            return true
        }
        guard isFirst else { return session.end(.notConnected(to: uri, message: "another connection came first")) }
        logger.info("connected to the hypervisor")
        if let error = holder.hold(session) { lose(session, error) }
    }

    /// Reconnects with back-off for as long as the task lives.
    package func run() async {
        var events = connection.subscribe().makeAsyncIterator()
        var backoff = ReconnectBackoff(minimum: configuration.minimumBackoff, maximum: configuration.maximumBackoff)
        while !Task.isCancelled {
            if let session = state.withLock({ $0.session }) {
                while state.withLock({ $0.session }) === session, await events.next() != nil {}
                if Task.isCancelled { break }
                // One that stood for a while is tried again at once; one that breaks again and again is not.
                if session.openedAt.duration(to: .now) > configuration.maximumBackoff {
                    backoff.reset()
                    continue
                }
            } else {
                do {
                    try await connect()
                    continue
                } catch {
                    logger.debug("no connection to the hypervisor yet", metadata: ["error": "\(error)"])
                }
            }
            try? await Task.sleep(for: backoff.next(random: .random(in: 0..<1)))
        }
        close()
    }

    /// Gives the connection up.
    ///
    /// ``connect()`` opens another.
    package func close() {
        let session = state.withLock { $0.session }
        guard let session else { return }
        let error = LibvirtError.notConnected(to: uri, message: "the connection was closed")
        guard leave(session, error) else { return }
        logger.info("closed the connection to the hypervisor")
        session.end(error)
    }

    /// Ends a session that is of no use any more; once, whoever notices first.
    func lose(_ session: LibvirtSession, _ error: LibvirtError) {
        guard leave(session, error) else { return }
        logger.warning("lost the connection to the hypervisor", metadata: ["error": "\(error)"])
        session.end(error)
    }

    /// Takes a session out of use; whether it was in use until now.
    private func leave(_ session: LibvirtSession, _ error: LibvirtError) -> Bool {
        state.withLock { state in
            guard state.session === session else { return false }
            state.session = nil
            state.lastError = error
            connection.send(.disconnected(error))
            return true
        }
    }

    /// Runs `body` on a worker thread of the present session.
    ///
    /// `limit` replaces the lane's usual deadline.
    ///
    /// - Parameter givingUp: After that time the call is left to its thread, `BlockingWorkers.DeadlineExceeded` thrown,
    ///   and the connection kept.
    func call<Value: Sendable>(
        _ lane: BlockingWorkers.Lane,
        _ operation: String,
        limit: Duration? = nil,
        givingUp: Duration? = nil,
        _ body: @escaping @Sendable (LibvirtSession) throws -> Value
    ) async throws -> Value {
        let (present, lastError) = state.withLock { ($0.session, $0.lastError) }
        guard let session = present else {
            throw LibvirtError.notConnected(
                to: uri,
                operation: operation,
                message: lastError?.message ?? "not connected yet"
            )
        }
        let deadline = givingUp ?? limit ?? configuration.timeout(of: lane)
        do {
            // The worker's thread is of no task: what holds for this one is taken along.
            let permit = CallPermit.current
            return try await session.workers.run(lane, deadline: deadline) {
                guard permit != nil else { return try body(session) }
                return try CallPermit.$current.withValue(permit) { try body(session) }
            }
        } catch let error as BlockingWorkers.DeadlineExceeded {
            guard givingUp == nil else { throw error }
            let error = LibvirtError(
                code: .timedOut,
                message: "no answer within \(deadline); the connection is given up",
                operation: operation,
                hypervisor: uri,
                isConnectionLost: true
            )
            lose(session, error)
            throw error
        } catch is BlockingWorkers.QueueFull {
            throw LibvirtError(
                code: .resourceBusy,
                message: "too many calls are waiting already",
                operation: operation,
                hypervisor: uri
            )
        } catch let error as LibvirtError where error.isConnectionLost {
            lose(session, error)
            throw error
        }
    }

    /// A subscription to what happens to domains.
    package func lifecycleEvents() -> AsyncStream<LifecycleEvent> {
        lifecycle.subscribe()
    }

    /// A subscription to what happens to the connection.
    package func connectionEvents() -> AsyncStream<ConnectionEvent> {
        state.withLock { connection.subscribe(first: $0.session == nil ? nil : .connected) }
    }
}
