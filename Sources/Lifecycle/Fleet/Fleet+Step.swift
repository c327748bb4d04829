import Autoscaling
import Foundation
import Wire

extension Fleet {
    /// Compares the ledger with the facts.
    ///
    /// - Parameters:
    ///   - observation: The facts.
    ///   - now: The present moment.
    ///   - date: The same by the wall clock, for the ledger and the events.
    /// - Returns: What is to be persisted and then done. The fleet itself has moved already: keep a copy to go back to
    ///   when persisting fails.
    package mutating func step(_ observation: FleetObservation, now: MonotonicInstant, date: Date) -> FleetStep {
        var step = FleetStep()
        endHold(date: date, in: &step)
        noteSight(observation, now: now)
        noteHosts(observation, now: now, date: date, in: &step)
        let seen = settleDisputes(observation.domains ?? [], date: date, in: &step)
        if observation.domains != nil {
            takenNames = observation.takenNames
            takeIn(seen, now: now, date: date, in: &step)
        }
        let domains = Dictionary(seen.map { ($0.uuid, $0) }) { $1 }
        for uuid in orderedIDs({ _ in true }) {
            let start = observation.starts[uuid]
            if let instance = instances[uuid] {
                renewTime(of: instance, start, domains[uuid], now: now)
                noteWaiting(instance, start, date: date, in: &step)
            }
            guard let instance = instances[uuid] else { continue }
            let answers = observation.domains != nil && isReachable(instance)
            if !answers { holdTime(of: instance, now: now) }
            let facts = InstanceFacts(
                domain: domains[uuid],
                hypervisorAnswers: answers,
                agent: observation.agents[uuid],
                start: start?.given,
                isStartSeen: observation.done.contains(uuid),
                probe: observation.probes[uuid] ?? FleetObservation.Probe(),
                hooks: observation.hooks[uuid] ?? [:],
                isAcknowledged: observation.acknowledged.contains(uuid),
                isOverdue: memory[uuid].deadline.map { $0 <= now } ?? false,
                now: now,
                date: date
            )
            move(instance, facts, in: &step)
        }
        if observation.domains != nil {
            tendRollout(observation, now: now, date: date, in: &step)
            tendEvacuation(now: now, date: date, in: &step)
            tendStandby(observation, now: now, date: date, in: &step)
        }
        return step
    }

    /// The facts about one instance.
    package struct InstanceFacts {
        package var domain: FleetObservation.Domain?
        var hypervisorAnswers: Bool
        package var agent: FleetObservation.Agent?
        package var start: FleetObservation.StartResult?
        /// Whether the domains were read after the start had succeeded.
        var isStartSeen: Bool
        package var probe: FleetObservation.Probe
        package var hooks: [HookPoint: FleetObservation.Hook]
        var isAcknowledged: Bool
        var isOverdue: Bool
        package var now: MonotonicInstant
        package var date: Date

        /// Whether the hypervisor says that the domain does not run; without an answer nothing is known.
        var domainStopped: Bool {
            hypervisorAnswers && !(domain?.isActive ?? false) && (start != .succeeded || isStartSeen)
        }
        /// Whether the hypervisor says that the domain is paused.
        var domainPaused: Bool { domain.map { $0.isActive && !$0.isRunning } ?? false }
    }

    private mutating func takeIn(
        _ domains: [FleetObservation.Domain],
        now: MonotonicInstant,
        date: Date,
        in step: inout FleetStep
    ) {
        let known = Set(domains.map(\.uuid))
        let gone = instances.values.filter { !known.contains($0.uuid) }.sorted(by: Self.areInOrder)
        for instance in gone {
            // Of those an order stands, and its own result tells when there is nothing left to do.
            if instance.state == .creating || instance.state == .removing || !isKnownGone(instance) { continue }
            forget(instance.uuid)
            step.removed.append(instance.uuid)
            step.events.append(
                ControllerEvent(
                    .instanceGone,
                    at: date,
                    instance: instance.name,
                    detail: "the domain is no longer defined on the group's networks"
                )
            )
        }
        for domain in domains {
            guard var instance = instances[domain.uuid] else {
                var instance = Instance(uuid: domain.uuid, name: domain.name, since: date)
                instance.host = domain.host.isEmpty ? nil : domain.host
                instance.isClone = domain.isClone
                instance.template = domain.template
                if domain.cloneState ?? .ready == .ready {
                    write(instance, in: &step)
                } else {
                    remove(instance, reason: "found unfinished", now: now, date: date, in: &step)
                }
                continue
            }
            if !domain.host.isEmpty, instance.host != domain.host {
                instance.host = domain.host
                write(instance, in: &step)
            }
            if domain.isClone, !instance.isClone || (domain.template ?? instance.template) != instance.template {
                instance.isClone = true
                instance.template = domain.template ?? instance.template
                write(instance, in: &step)
            }
            guard instance.name != domain.name else { continue }
            instance.name = domain.name
            instance.endpoint?.name = domain.name
            write(instance, in: &step)
        }
    }

    /// What one of several hosts is silent about has its whole time again when that is back.
    private mutating func holdTime(of instance: Instance, now: MonotonicInstant) {
        guard places.areMany, instance.state.isComing, memory[instance.uuid].deadline != nil,
            let time = span(of: instance)
        else { return }
        memory[instance.uuid].deadline = now.advanced(by: time)
    }

    /// Whether a domain that nobody shows is gone: the host that it was on has answered, or every host has where that
    /// one is not known any more.
    private func isKnownGone(_ instance: Instance) -> Bool {
        guard places.areMany else { return true }
        guard disputed[instance.uuid] == nil else { return false }
        guard let name = instance.host, let host = places[name] else { return places.hosts.allSatisfy(\.answers) }
        return host.answers
    }

    package mutating func forget(_ uuid: String) {
        instances[uuid] = nil
        memory.forget(uuid)
    }

    private mutating func move(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        switch instance.state {
        case .off: moveOff(instance, facts, in: &step)
        case .creating: moveCreating(instance, facts, in: &step)
        case .starting: moveStarting(instance, facts, in: &step)
        case .booting: moveBooting(instance, facts, in: &step)
        case .probing: moveProbing(instance, facts, in: &step)
        case .inService: moveInService(instance, facts, in: &step)
        case .draining: moveDraining(instance, facts, in: &step)
        case .stopping: moveStopping(instance, facts, in: &step)
        case .parking: moveParking(instance, facts, in: &step)
        case .standby: moveStandby(instance, facts, in: &step)
        case .resuming: moveResuming(instance, facts, in: &step)
        case .unhealthy: moveUnhealthy(instance, facts, in: &step)
        case .failed: moveFailed(instance, facts, in: &step)
        case .quarantined: moveQuarantined(instance, facts, in: &step)
        case .removing: moveRemoving(instance, facts, in: &step)
        }
    }
}

extension FleetObservation.StartResult {
    /// The order as far as it is given: one that waits for room is not.
    fileprivate var given: Self? {
        switch self {
        case .waiting: nil
        case .queued: .underWay
        case .underWay, .succeeded, .failed: self
        }
    }
}
