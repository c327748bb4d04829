import BlockingCalls
import CLibvirt
import Foundation
import Synchronization
import Wire

/// A connection to one hypervisor from its opening to its end, with the threads that serve it.
///
/// Each thread has a libvirt connection of its own, opened when it first needs one. Two threads that wait in one connection
/// of libvirt before 10.4 can crash the process (CVE-2024-4418), and libvirtd serves five calls of a connection at a time,
/// so that calls left behind would hold up those that are not.
///
/// A lost connection is never repaired: its session ends and the next connection is a new session.
final class LibvirtSession: Sendable {
    let workers: BlockingWorkers
    /// The connection that was opened first: it hears of events, and serves the queries.
    private let main: ConnectionHandle
    /// Those of the other threads.
    private let others = Mutex<[BlockingWorkers.Worker: ConnectionHandle]>([:])
    private let settings: Settings
    let openedAt = ContinuousClock.now
    /// What was read out of each domain's XML the last time, by UUID.
    let summaries = Mutex<[String: DomainSummary]>([:])
    /// Bulk calls for statistics that have not returned yet.
    let bulkCalls = Mutex(0)
    private let onDrained: @Sendable () -> Void

    /// How a session is opened.
    struct Settings: Sendable {
        var uri: HypervisorURI
        var timeout: Duration
        var operations: Int
        var keepAliveInterval: Int
        var keepAliveCount: Int
    }

    /// Connects, switches keep-alive on and subscribes, all on a worker thread.
    ///
    /// - Throws: ``LibvirtError`` with `isConnectionLost`, or `CancellationError`.
    static func open(
        _ settings: Settings,
        receiver: CallbackRegistry.Receiver,
        onDrained: @escaping @Sendable () -> Void
    ) async throws -> LibvirtSession {
        LibvirtRuntime.start()
        let workers = BlockingWorkers(name: "libvirt", operations: settings.operations)
        do {
            let connection = try await workers.run(.operation, deadline: settings.timeout) {
                let connection = try ConnectionHandle(opening: settings.uri)
                connection.keepAlive(settings)
                try connection.subscribe(receiver)
                return connection
            }
            return LibvirtSession(workers: workers, main: connection, settings, onDrained)
        } catch {
            workers.stop(failing: error, onDrained: onDrained)
            guard error is BlockingWorkers.DeadlineExceeded else { throw error }
            throw LibvirtError(
                code: .timedOut,
                message: "no answer within \(settings.timeout)",
                operation: "virConnectOpen",
                hypervisor: settings.uri,
                isConnectionLost: true
            )
        }
    }

    private init(
        workers: BlockingWorkers,
        main: ConnectionHandle,
        _ settings: Settings,
        _ onDrained: @escaping @Sendable () -> Void
    ) {
        self.workers = workers
        self.main = main
        self.settings = settings
        self.onDrained = onDrained
    }

    /// The libvirt connection of the present thread, which must be one of the workers.
    var connection: ConnectionHandle {
        get throws(LibvirtError) {
            // What lives in this process may have a state of its own for each connection, and no other end.
            guard !settings.uri.isInProcess, let worker = BlockingWorkers.Worker.current, worker.lane != .query else {
                return main
            }
            if let known = others.withLock({ $0[worker] }) { return known }
            let new = try ConnectionHandle(opening: settings.uri)
            new.keepAlive(settings)
            others.withLock { $0[worker] = new }
            return new
        }
    }

    /// Ends the session: fails its calls, and closes the connections on a worker thread when the last call has returned.
    func end(_ reason: LibvirtError) {
        main.silence()
        workers.stop(failing: reason) { [self] in
            for connection in others.withLock({ Array($0.values) }) { connection.close() }
            main.close()
            onDrained()
        }
    }
}

extension ConnectionHandle {
    /// Asks now and then whether the other end lives. Unsupported by drivers that live in this process; they need none.
    fileprivate func keepAlive(_ settings: LibvirtSession.Settings) {
        virConnectSetKeepAlive(pointer, CInt(settings.keepAliveInterval), UInt32(settings.keepAliveCount))
    }
}

extension HypervisorURI {
    /// Whether libvirt's simulation answers, in this process.
    fileprivate var isInProcess: Bool { rawValue.hasPrefix("test:") }
}
