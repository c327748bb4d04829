import Foundation
import Libvirt
import Lifecycle
import Logging
import Monitoring
import Shared
import Wire

/// How an order is given, and what becomes of it.
extension Reconciler {
    func resume(_ uuid: String, _ kind: StandbyKind, on host: HostParts, life: UInt64) async {
        await order(uuid, life: life) { told in
            told()
            try await host.domains.resume(uuid: uuid, kind)
            parts.registry.send(.resume, uuid: uuid, at: parts.clock.date)
        }
        host.capacity.settle(uuid, started: board.starts[uuid] == .succeeded)
    }

    func start(_ uuid: String, on host: HostParts, life: UInt64) async {
        await order(uuid, life: life) { told in
            // What an earlier boot of this machine left open tells nothing about the next one.
            parts.registry.remove(uuid: uuid)
            try await host.domains.start(uuid: uuid, at: parts.clock.date, told: told)
        }
        host.capacity.settle(uuid, started: board.starts[uuid] == .succeeded)
    }

    /// Takes what a domain needs of the host. When it is not there, another group took it: the order stands, says so, and
    /// is tried again at each look.
    func takeRoom(
        for uuid: String,
        _ need: HostRoom.Need?,
        on host: HostParts,
        life: UInt64,
        leaving reserve: HostReserve
    ) -> Bool {
        guard let need, let shortage = host.capacity.reserve(uuid, need, leaving: host.reserve(reserve)) else {
            return true
        }
        let isNew = board.hold(uuid, life: life, for: shortage)
        if isNew { parts.signals.send(.look) }
        return false
    }

    /// Gives the hypervisor an order whose result the fleet waits for.
    ///
    /// - Parameter operation: Gives it; calls its argument when the hypervisor is told, after any wait in a queue.
    package func order(
        _ uuid: String,
        life: UInt64,
        _ operation: (_ told: @escaping @Sendable () -> Void) async throws -> Void
    ) async {
        do {
            try await operation { [board, signals = parts.signals] in
                if board.noteTold(uuid, life: life) { signals.send(.look) }
            }
            board.endStart(uuid, life: life, .succeeded, at: parts.clock.now)
        } catch let error as LibvirtError where error.isConnectionLost {
            // Nobody knows whether it was done: the facts will tell when the hypervisor is back.
            board.endStart(uuid, life: life, nil, at: parts.clock.now)
        } catch let error as LibvirtError where error.code == .notPermitted {
            board.endStart(uuid, life: life, nil, at: parts.clock.now)
            // Asked again with the next tick; until then it would be refused again and again.
            return
        } catch is CancellationError {
            board.endStart(uuid, life: life, nil, at: parts.clock.now)
        } catch {
            board.endStart(uuid, life: life, .failed(ErrorText.of(error)), at: parts.clock.now)
        }
        parts.signals.send(.look)
    }

    /// Gives an order that the facts will show as obeyed; until then it is given again and again.
    func give(
        _ kind: OperationResults.Order.Kind,
        _ uuid: String,
        again: Duration,
        in group: inout ThrowingDiscardingTaskGroup<any Error>,
        _ operation: @escaping @Sendable () async throws -> Void
    ) {
        guard board.admit(kind, uuid, again: again, now: parts.clock.now) else { return }
        group.addTask {
            do {
                try await operation()
            } catch  where Task.isCancelled {
                // An orderly stop breaks it off; the next controller gives the order again.
            } catch {
                parts.logger.warning(
                    "order not carried out",
                    metadata: ["order": "\(kind)", "uuid": "\(uuid)", "error": "\(ErrorText.of(error))"]
                )
            }
            parts.signals.send(.look)
        }
    }
}
