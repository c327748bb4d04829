import Autoscaling
import Foundation
import Libvirt
import Lifecycle
import Logging
import Monitoring
import Shared
import Wire

extension Reconciler {
    /// The pause between two full probes of one instance.
    private static let probePause = Duration.seconds(1)

    func perform(
        _ action: FleetStep.Action,
        _ state: State,
        date: Date,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        // An order that is not on disk yet is not carried out: a restart would not know of it.
        let mayOrder = !state.storeFails
        switch action {
        case .clone(let uuid, let name): makeClone(uuid, name: name, state, date: date, in: &group)
        case .removeClone(let uuid):
            guard mayOrder, let life = board.beginStart(uuid) else { return }
            group.addTask {
                await order(uuid, life: life) { told in
                    parts.registry.remove(uuid: uuid)
                    try await parts.clones.remove(uuid: uuid, onTurn: told)
                }
                parts.capacity.settle(uuid, started: false)
            }
        case .start(let uuid):
            guard mayOrder, let life = board.beginStart(uuid),
                takeRoom(for: uuid, need(of: uuid), life: life, leaving: state.group.host)
            else { return }
            group.addTask { await start(uuid, life: life) }
        case .resume(let uuid, let kind):
            guard mayOrder, let life = board.beginStart(uuid) else { return }
            // A paused domain has its memory; a saved one needs it anew.
            guard kind == .paused || takeRoom(for: uuid, need(of: uuid), life: life, leaving: state.group.host) else {
                return
            }
            // From now on, not from the order's end, which may never be heard of: what its agent said before the pause
            // tells nothing of its clock.
            board.noteResumed(uuid, at: parts.clock.now)
            group.addTask {
                await order(uuid, life: life) { told in
                    told()
                    try await parts.domains.resume(uuid: uuid, kind)
                    parts.registry.send(.resume, uuid: uuid, at: parts.clock.date)
                }
                parts.capacity.settle(uuid, started: board.starts[uuid] == .succeeded)
            }
        case .park(let uuid, let kind):
            guard mayOrder, let life = board.beginStart(uuid) else { return }
            group.addTask {
                await order(uuid, life: life) { told in
                    told()
                    try await parts.domains.park(uuid: uuid, kind)
                }
            }
        case .destroy(let uuid, let run):
            give(.destroy, uuid, again: .seconds(5), in: &group) {
                try await parts.domains.destroy(uuid: uuid, run: run)
                parts.registry.remove(uuid: uuid)
            }
        case .shutdown(let uuid):
            give(.shutdown, uuid, again: .seconds(10), in: &group) { try await parts.domains.shutdown(uuid: uuid) }
        case .discardImage(let uuid):
            give(.discardImage, uuid, again: .seconds(5), in: &group) {
                try await parts.domains.discardImage(uuid: uuid)
            }
        case .wake(let uuid):
            // Asked for at each look until its clock is right, and each answer is a reason to look.
            guard board.admit(.wake, uuid, again: .seconds(1), now: parts.clock.now) else { return }
            parts.registry.send(.resume, uuid: uuid, at: parts.clock.date)
        case .rotate(let uuid): parts.registry.send(.rotate, uuid: uuid, at: parts.clock.date)
        case .drain(let uuid, let alternatives):
            guard board.admit(.drain, uuid, again: .seconds(1), now: parts.clock.now) else { return }
            parts.registry.send(.drain, uuid: uuid, alternatives: alternatives, at: parts.clock.date)
        case .runHook(let uuid, let name, let point):
            guard let hook = state.group.hooks[point], let life = board.beginHook(uuid, point) else { return }
            let call = HookCall(
                hook: point,
                group: state.group.name,
                instance: name,
                uuid: uuid,
                url: state.fleet.instances[uuid]?.endpoint?.url,
                at: date
            )
            group.addTask { await run(hook, call, life: life) }
        case .probe(let uuid, let endpoint, let session):
            guard let life = board.beginProbe(uuid, now: parts.clock.now) else { return }
            group.addTask { await probe(uuid, endpoint, session: session, life: life) }
        case .forget(let uuid):
            board.forget(uuid)
        case .announceScaling(let name, let reason):
            parts.directory.announce(.scaling, name: name, reason: reason, at: parts.clock.date)
        case .announceScaled(let name):
            parts.directory.announce(.scaled, name: name, at: parts.clock.date)
        }
    }

    private func start(_ uuid: String, life: UInt64) async {
        await order(uuid, life: life) { told in
            // What an earlier boot of this machine left open tells nothing about the next one.
            parts.registry.remove(uuid: uuid)
            try await parts.domains.start(uuid: uuid, at: parts.clock.date, told: told)
        }
        parts.capacity.settle(uuid, started: board.starts[uuid] == .succeeded)
    }

    /// Takes what a domain needs of the host. When it is not there, another group took it: the order stands, says so, and
    /// is tried again at each look.
    func takeRoom(
        for uuid: String,
        _ need: HostRoom.Need?,
        life: UInt64,
        leaving reserve: HostReserve
    ) -> Bool {
        guard let need, let shortage = parts.capacity.reserve(uuid, need, leaving: reserve) else { return true }
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
        } catch is CancellationError {
            board.endStart(uuid, life: life, nil, at: parts.clock.now)
        } catch {
            board.endStart(uuid, life: life, .failed(ErrorText.of(error)), at: parts.clock.now)
        }
        parts.signals.send(.look)
    }

    /// Gives an order that the facts will show as obeyed; until then it is given again and again.
    private func give(
        _ kind: ProbeBoard.Order.Kind,
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

    private func run(_ hook: HookConfiguration.Hook, _ call: HookCall, life: UInt64) async {
        do {
            try await parts.hooks.run(hook, call)
            board.endHook(call.uuid, life: life, call.hook, .passed)
        } catch  where error is CancellationError || Task.isCancelled {
            board.endHook(call.uuid, life: life, call.hook, nil)
        } catch {
            log(
                ControllerEvent(
                    .hookFailed,
                    at: parts.clock.date,
                    instance: call.instance,
                    detail: "\(call.hook.rawValue): \(ErrorText.of(error))"
                )
            )
            board.endHook(
                call.uuid,
                life: life,
                call.hook,
                hook.onFailure == .fail ? .failed(ErrorText.of(error)) : .passed
            )
        }
        parts.signals.send(.look)
    }

    private func probe(_ uuid: String, _ endpoint: Endpoint, session: UInt64, life: UInt64) async {
        var failure: String?
        do {
            try await parts.prober.probe(endpoint)
        } catch {
            failure = ErrorText.of(error)
            parts.logger.info(
                "probe failed",
                metadata: ["instance": "\(endpoint.name)", "url": "\(endpoint.url)", "error": "\(ErrorText.of(error))"]
            )
        }
        board.endProbe(
            uuid,
            life: life,
            session: session,
            failure: failure,
            retryAt: parts.clock.now.advanced(by: Self.probePause)
        )
        parts.signals.send(.look)
    }

    /// Asks each endpoint that clients use whether it is well.
    package func checkHealth(
        _ fleet: Fleet,
        every pause: Duration,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        for instance in fleet.instances.values where instance.state == .inService {
            let uuid = instance.uuid
            guard let endpoint = instance.endpoint, let life = board.beginProbe(uuid, now: parts.clock.now) else {
                continue
            }
            group.addTask {
                var failure: String?
                do {
                    try await parts.prober.checkHealth(endpoint)
                } catch {
                    failure = ErrorText.of(error)
                    parts.logger.debug(
                        "health check failed",
                        metadata: ["instance": "\(endpoint.name)", "error": "\(ErrorText.of(error))"]
                    )
                }
                // A little early, so that a check each second does not miss every other tick.
                let next = parts.clock.now.advanced(by: pause * 0.9 - interval * 0.5)
                board.endProbe(
                    uuid,
                    life: life,
                    session: nil,
                    failure: failure,
                    retryAt: failure == nil ? next : parts.clock.now
                )
                if failure != nil { parts.signals.send(.look) }
            }
        }
    }
}

extension HookConfiguration {
    /// The hook at a point, if there is one.
    subscript(point: HookPoint) -> Hook? {
        switch point {
        case .beforeInService: beforeInService
        case .afterDraining: afterDraining
        }
    }
}

extension LoadEstimate {
    /// The estimate as log metadata; a value that is missing is left out.
    package func metadata(_ instance: Instance, host: HostSample?, at date: Date) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "instance": "\(instance.name)", "state": "\(instance.state.rawValue)", "case": "\(merge.rawValue)",
            "at": "\(date.rfc3339)",
        ]
        let values: [(String, Double?)] = [
            ("utilization", utilization), ("demand", demand), ("steal", steal),
            ("host", hostAge.flatMap { _ in host?.utilization }),
            ("guest", guestBusy),
        ]
        for case (let key, .some(let value)) in values { metadata[key] = "\((value * 10).rounded() / 10)" }
        return metadata
    }
}
