import Autoscaling
import Foundation
import Libvirt
import Lifecycle
import Logging
import Monitoring
import Shared
import Wire

extension Reconciler {
    func perform(
        _ action: FleetStep.Action,
        _ state: State,
        date: Date,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        switch action {
        case .clone, .removeClone, .start, .resume, .park:
            // An order that is not on disk yet is not carried out: a restart would not know of it.
            if !state.storeFails { begin(action, state, date: date, in: &group) }
        case .destroy, .shutdown, .discardImage: end(action, state, in: &group)
        case .wake, .rotate, .drain: send(action)
        case .runHook(let uuid, let name, let point):
            runHook(uuid, name: name, point, state, date: date, in: &group)
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

    /// Gives an order that takes a while and of which the fleet hears how it ended.
    private func begin(
        _ action: FleetStep.Action,
        _ state: State,
        date: Date,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        switch action {
        case .clone(let uuid, let name): makeClone(uuid, name: name, state, date: date, in: &group)
        case .removeClone(let uuid):
            guard let host = host(of: uuid, state), let life = board.beginStart(uuid) else { return }
            group.addTask {
                await order(uuid, life: life) { told in
                    parts.registry.remove(uuid: uuid)
                    try await host.clones.remove(uuid: uuid, onTurn: told)
                }
                host.capacity.settle(uuid, started: false)
            }
        case .start(let uuid):
            guard let host = host(of: uuid, state), let life = board.beginStart(uuid),
                takeRoom(for: uuid, need(of: uuid), on: host, life: life, leaving: state.group.host)
            else { return }
            group.addTask { await start(uuid, on: host, life: life) }
        case .resume(let uuid, let kind):
            guard let host = host(of: uuid, state), let life = board.beginStart(uuid) else { return }
            // A paused domain has its memory; a saved one needs it anew.
            guard
                kind == .paused
                    || takeRoom(for: uuid, need(of: uuid), on: host, life: life, leaving: state.group.host)
            else { return }
            // From now on, not from the order's end, which may never be heard of: what its agent said before the pause
            // tells nothing of its clock.
            board.noteResumed(uuid, at: parts.clock.now)
            group.addTask { await resume(uuid, kind, on: host, life: life) }
        case .park(let uuid, let kind):
            guard let host = host(of: uuid, state), let life = board.beginStart(uuid) else { return }
            group.addTask {
                await order(uuid, life: life) { told in
                    told()
                    try await host.domains.park(uuid: uuid, kind)
                }
            }
        default: break
        }
    }

    /// Gives an order that is given again until the domain has followed it.
    private func end(
        _ action: FleetStep.Action,
        _ state: State,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        switch action {
        case .destroy(let uuid, let run):
            guard let host = host(of: uuid, state) else { return }
            give(.destroy, uuid, again: .seconds(5), in: &group) {
                try await host.domains.destroy(uuid: uuid, run: run)
                parts.registry.remove(uuid: uuid)
            }
        case .shutdown(let uuid):
            guard let host = host(of: uuid, state) else { return }
            give(.shutdown, uuid, again: .seconds(10), in: &group) { try await host.domains.shutdown(uuid: uuid) }
        case .discardImage(let uuid):
            guard let host = host(of: uuid, state) else { return }
            give(.discardImage, uuid, again: .seconds(5), in: &group) {
                try await host.domains.discardImage(uuid: uuid)
            }
        default: break
        }
    }

    /// Sends a command to an agent.
    private func send(_ action: FleetStep.Action) {
        switch action {
        case .wake(let uuid):
            // Asked for at each look until its clock is right, and each answer is a reason to look.
            guard board.admit(.wake, uuid, again: .seconds(1), now: parts.clock.now) else { return }
            parts.registry.send(.resume, uuid: uuid, at: parts.clock.date)
        case .rotate(let uuid): parts.registry.send(.rotate, uuid: uuid, at: parts.clock.date)
        case .drain(let uuid, let alternatives):
            guard board.admit(.drain, uuid, again: .seconds(1), now: parts.clock.now) else { return }
            parts.registry.send(.drain, uuid: uuid, alternatives: alternatives, at: parts.clock.date)
        default: break
        }
    }

    private func runHook(
        _ uuid: String,
        name: String,
        _ point: HookPoint,
        _ state: State,
        date: Date,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
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
