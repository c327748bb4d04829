import CLibvirt
import Foundation
import Synchronization
import Wire

/// One connection from its opening to its end, with the threads that serve it.
///
/// A lost connection is never repaired: its session ends and the next connection is a new session.
final class LibvirtSession: Sendable {
    let workers: BlockingWorkers
    let connection: ConnectionHandle
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
                // Unsupported by drivers that live in this process; they need none.
                virConnectSetKeepAlive(
                    connection.pointer,
                    CInt(settings.keepAliveInterval),
                    UInt32(settings.keepAliveCount)
                )
                try connection.subscribe(receiver)
                return connection
            }
            return LibvirtSession(workers: workers, connection: connection, onDrained)
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
        connection: ConnectionHandle,
        _ onDrained: @escaping @Sendable () -> Void
    ) {
        self.workers = workers
        self.connection = connection
        self.onDrained = onDrained
    }

    /// Ends the session: fails its calls, and closes the connection on a worker thread when the last call has returned.
    func end(_ reason: LibvirtError) {
        connection.silence()
        workers.stop(failing: reason) { [connection, onDrained] in
            connection.close()
            onDrained()
        }
    }
}
