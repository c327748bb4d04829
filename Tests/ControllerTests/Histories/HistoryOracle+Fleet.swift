import Autoscaling
import Foundation
import Wire

@testable import Lifecycle

/// What the controller did.
extension HistoryOracle {
    mutating func begin(_ fleet: Fleet, _ steering: FleetStep) {
        timeout = fleet.settings.drain.timeout
        lease = fleet.settings.drain.lease
        allows(fleet.settings.maximum)
        for event in steering.events where event.detail.isEmpty { fail(.explained, "\(event.kind)") }
    }

    /// The fleet compared its ledger with the facts.
    mutating func stepped(
        _ before: Fleet,
        _ after: Fleet,
        _ step: FleetStep,
        _ observation: FleetObservation,
        _ machines: [HistoryMachine],
        now: MonotonicInstant
    ) {
        moved(before, after, step, machines, now: now)
        if observation.domains != nil { checkStarts(step, observation) }
        checkRemoved(before, step, machines)
        for action in step.actions { check(action, after, observation) }
        for domain in observation.domains ?? [] where after.disputed[domain.uuid] == nil {
            let instance = after.instances[domain.uuid]
            if !domain.isRunning, instance?.state == .inService { fail(.dead, domain.uuid) }
            guard domain.isActive, let machine = machines.first(where: { $0.uuid == domain.uuid }),
                machine.maker == .controller
            else { continue }
            let stands = instance.map { $0.isOwned || $0.state == .starting || $0.state == .resuming } ?? false
            if !stands { fail(.orphan, "\(domain.uuid), \(instance.map { "\($0.state), \($0.reason)" } ?? "no row")") }
        }
    }

    /// An order of the engine's was taken in.
    mutating func ordered(_ before: Fleet, _ after: Fleet, _ step: FleetStep, now: MonotonicInstant) {
        moved(before, after, step, [], now: now)
        for instance in step.changed where instance.state == .draining {
            if instance.isProtected { fail(.protected, instance.uuid) }
            if !instance.isOwned { fail(.notOwned, "\(instance.uuid) is drained") }
        }
    }

    /// An order asks for no more instances than the engine did.
    mutating func checkCount(_ step: FleetStep, _ count: Int) {
        if step.changed.count > count { fail(.makeTwice, "\(step.changed.count) instances by an order of \(count)") }
    }

    private mutating func moved(
        _ before: Fleet,
        _ after: Fleet,
        _ step: FleetStep,
        _ machines: [HistoryMachine],
        now: MonotonicInstant
    ) {
        for event in step.events where event.detail.isEmpty { fail(.explained, "\(event.kind)") }
        for instance in step.changed {
            let uuid = instance.uuid
            guard let old = before.instances[uuid] else {
                if instance.state == .creating { checkCreated(instance, after, step) }
                continue
            }
            guard old.state != instance.state else { continue }
            transitions.insert(Transition(from: old.state, to: instance.state, isClone: old.isClone))
            if instance.reason.isEmpty { fail(.explained, "\(uuid) -> \(instance.state)") }
            let onItsWay: [InstanceState] = [.booting, .probing, .unhealthy]
            if !old.state.isComing || old.state == .failed, onItsWay.contains(instance.state) { pace.begins() }
            if [.starting, .resuming].contains(instance.state) {
                pace.begins()
                if !step.events.contains(where: { $0.instance == instance.name }) {
                    fail(.explained, "\(uuid) -> \(instance.state) without an event")
                }
                if !old.isCounted, after.counted > after.settings.maximum {
                    fail(.maximum, "\(after.counted) of \(after.settings.maximum), \(uuid) is started")
                }
            }
            let isGivenUp = instance.state == .failed || instance.state == .removing && old.state == .creating
            if isGivenUp, Self.timeouts.contains(where: instance.reason.contains) {
                checkTime(uuid, instance.reason, machines.first { $0.uuid == uuid }, after.limits, at: now)
            }
            if instance.state == .draining { drains[uuid] = Drain(since: now, knownSince: now, timeout: timeout) }
            if old.state == .draining { checkDrained(instance, machines, now: now) }
            if instance.state == .inService, old.standby != nil { checkClock(uuid, machines) }
        }
    }

    /// What the reason of an instance says whose time is over.
    private static let timeouts = [
        "did not register within", "did not pass in time", "not started in time", "not resumed in time",
        "not made within", "not paused in time", "not saved in time",
    ]

    /// A clone was ordered.
    private mutating func checkCreated(_ instance: Instance, _ after: Fleet, _ step: FleetStep) {
        pace.begins()
        let most = after.settings.maximum
        let present = after.instances.values.count {
            !after.isLost($0) && ($0.isClone || ![.off, .quarantined].contains($0.state))
        }
        if present > most { fail(.maximum, "\(present) of \(most), \(instance.uuid) is made") }
        if instance.reason.isEmpty || !step.events.contains(where: { $0.instance == instance.name }) {
            fail(.explained, "\(instance.uuid) is made")
        }
    }

    /// Rows that went.
    private mutating func checkRemoved(_ before: Fleet, _ step: FleetStep, _ machines: [HistoryMachine]) {
        for uuid in step.removed {
            guard before.instances[uuid]?.state == .removing, let machine = machines.first(where: { $0.uuid == uuid }),
                let clone = machine.clone, clone.isThere, !clone.isTouched
            else { continue }
            fail(.leftBehind, "\(uuid) is \(clone.state)")
        }
    }

    private mutating func checkDrained(_ instance: Instance, _ machines: [HistoryMachine], now: MonotonicInstant) {
        let drain = drains.removeValue(forKey: instance.uuid)
        guard instance.state == .stopping || instance.state == .parking,
            let machine = machines.first(where: { $0.uuid == instance.uuid }), let guest = machine.guest,
            guest.pending > 0
        else { return }
        guard let drain else {
            fail(.inFlight, "\(instance.uuid) was not draining")
            return
        }
        let time = drain.since.duration(to: now)
        // A new life goes on by the wall clock, but waits five seconds at least.
        let isOver = time >= drain.timeout
        let isOld = drain.isFormer && drain.knownSince.duration(to: now) >= .seconds(5)
        if isOver || isOld { return }
        fail(.inFlight, "\(instance.uuid): \(guest.pending) requests after \(time)")
    }

    private mutating func checkClock(_ uuid: String, _ machines: [HistoryMachine]) {
        guard let index = machines.firstIndex(where: { $0.uuid == uuid }) else { return }
        guard let lag = reportedLag[index] else {
            fail(.told, "\(uuid) has not reported since it was woken")
            return
        }
        if abs(lag) > 2 { fail(.told, "\(uuid): its clock is \(lag) s behind") }
    }

    private mutating func checkStarts(_ step: FleetStep, _ observation: FleetObservation) {
        for case .start(let uuid) in step.actions {
            let domain = observation.domains?.first { $0.uuid == uuid }
            if domain?.isActive == true { fail(.startActive, uuid) }
        }
    }

    private mutating func check(_ action: FleetStep.Action, _ fleet: Fleet, _ observation: FleetObservation) {
        switch action {
        case .shutdown(let uuid), .destroy(let uuid, _), .park(let uuid, _):
            if fleet.instances[uuid]?.isOwned != true { fail(.notOwned, "\(action)") }
        default: break
        }
    }

    /// All of a look's judgement is made.
    mutating func finished(_ fleet: Fleet, _ step: FleetStep, at now: MonotonicInstant) {
        for event in step.events where event.detail.isEmpty { fail(.explained, "\(event.kind)") }
        for instance in fleet.instances.values where fleet.memory[instance.uuid].deadline == nil {
            let needs =
                switch instance.state {
                case .starting, .resuming, .parking, .standby, .draining, .stopping, .quarantined: true
                case .creating, .removing: true
                case .booting, .probing, .unhealthy: instance.isOwned
                case .off, .inService, .failed: false
                }
            if needs { fail(.deadline, "\(instance.uuid) in \(instance.state)") }
        }
    }

    /// Clients are told of a set.
    mutating func publishes(
        _ set: EndpointSet,
        _ controller: HistoryController,
        _ machines: [HistoryMachine],
        at now: MonotonicInstant
    ) {
        for endpoint in set.endpoints where !controller.set.endpoints.contains(where: { $0.id == endpoint.id }) {
            guard let machine = machines.first(where: { $0.uuid == endpoint.id }) else {
                fail(.told, "\(endpoint.id) is unknown")
                continue
            }
            guard let passed = machine.passed, passed.session == controller.sessions[endpoint.id]?.number else {
                fail(.told, "\(endpoint.id): no probe passed in this session")
                continue
            }
            if passed.wakes != machine.wakes { fail(.told, "\(endpoint.id): its probe passed before it was woken") }
        }
    }
}
