import Autoscaling
import Foundation
import Shared

extension Fleet {
    /// Compares the ledger with the facts.
    ///
    /// - Parameters:
    ///   - observation: The facts.
    ///   - now: The present moment.
    ///   - date: The same by the wall clock, for the ledger and the events.
    /// - Returns: What is to be persisted and then done. The fleet itself has moved already: keep a copy to go back to
    ///   when persisting fails.
    public mutating func step(_ observation: FleetObservation, now: Moment, date: Date) -> FleetStep {
        var step = FleetStep()
        if let domains = observation.domains { takeIn(domains, date: date, in: &step) }
        let domains = Dictionary((observation.domains ?? []).map { ($0.uuid, $0) }) { $1 }
        for instance in ordered {
            var turn = Turn(
                domain: domains[instance.uuid],
                hypervisorAnswers: observation.domains != nil,
                agent: observation.agents[instance.uuid],
                start: observation.starts[instance.uuid],
                probe: observation.probes[instance.uuid] ?? FleetObservation.Probe(),
                isOverdue: deadlines[instance.uuid].map { $0 <= now } ?? false,
                now: now,
                date: date
            )
            move(instance, &turn, in: &step)
        }
        return step
    }

    /// The facts about one instance.
    struct Turn {
        var domain: FleetObservation.Domain?
        var hypervisorAnswers: Bool
        var agent: FleetObservation.Agent?
        var start: FleetObservation.Start?
        var probe: FleetObservation.Probe
        var isOverdue: Bool
        var now: Moment
        var date: Date

        /// Whether the hypervisor says that the domain does not run; without an answer nothing is known.
        var domainStopped: Bool { hypervisorAnswers && !(domain?.isActive ?? false) && start != .succeeded }
    }

    private mutating func takeIn(_ domains: [FleetObservation.Domain], date: Date, in step: inout FleetStep) {
        let known = Set(domains.map(\.uuid))
        for instance in ordered where !known.contains(instance.uuid) {
            instances[instance.uuid] = nil
            deadlines[instance.uuid] = nil
            graces[instance.uuid] = nil
            hopes[instance.uuid] = nil
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
                let instance = Instance(uuid: domain.uuid, name: domain.name, since: date)
                instances[domain.uuid] = instance
                step.changed.append(instance)
                continue
            }
            guard instance.name != domain.name else { continue }
            instance.name = domain.name
            instance.endpoint?.name = domain.name
            instances[domain.uuid] = instance
            step.changed.append(instance)
        }
    }

    private mutating func move(_ instance: Instance, _ turn: inout Turn, in step: inout FleetStep) {
        switch instance.state {
        case .off: moveOff(instance, turn, in: &step)
        case .starting: moveStarting(instance, turn, in: &step)
        case .booting: moveBooting(instance, turn, in: &step)
        case .probing: moveProbing(instance, turn, in: &step)
        case .inService: moveInService(instance, turn, in: &step)
        case .unhealthy: moveUnhealthy(instance, turn, in: &step)
        case .failed: moveFailed(instance, turn, in: &step)
        case .quarantined: moveQuarantined(instance, turn, in: &step)
        }
    }

    private mutating func moveOff(_ instance: Instance, _ turn: Turn, in step: inout FleetStep) {
        guard let domain = turn.domain, domain.isRunning else { return }
        var instance = instance
        // Whoever started it did so without an order of ours: it is never ours to stop.
        instance.isOwned = false
        instance.failures = 0
        enter(.booting, &instance, reason: "the domain runs", now: turn.now, date: turn.date, in: &step)
        step.actions.append(.forget(uuid: instance.uuid))
        step.events.append(
            ControllerEvent(
                .instanceAdopted,
                at: turn.date,
                instance: instance.name,
                detail: "the domain runs already; it joins when its agent registers"
            )
        )
        continueFrom(instance, turn, in: &step)
    }

    private mutating func moveStarting(_ instance: Instance, _ turn: Turn, in step: inout FleetStep) {
        var instance = instance
        if turn.start == .succeeded || (turn.domain?.isRunning ?? false) && turn.start != .underWay {
            instance.isOwned = true
            enter(.booting, &instance, reason: "the domain runs", now: turn.now, date: turn.date, in: &step)
            step.events.append(
                ControllerEvent(
                    .instanceStarted,
                    at: turn.date,
                    instance: instance.name,
                    detail: "the domain runs; its agent is awaited"
                )
            )
            continueFrom(instance, turn, in: &step)
        } else if case .failed(let reason) = turn.start {
            fail(instance, reason: "the domain could not be started: \(reason)", turn, in: &step)
        } else if turn.start == nil {
            // The order was not given: the hypervisor or the store kept it back. That is not the instance's failure, and
            // the time counts from when the order goes out.
            if turn.isOverdue { deadlines[instance.uuid] = turn.now.advanced(by: limits.startDeadline) }
            if turn.hypervisorAnswers { step.actions.append(.start(uuid: instance.uuid)) }
        } else if turn.isOverdue {
            fail(instance, reason: "the domain was not started in time", turn, in: &step)
        }
    }

    /// A state may have been passed through while nobody looked: looks at the next one at once.
    private mutating func continueFrom(_ instance: Instance, _ turn: Turn, in step: inout FleetStep) {
        switch instance.state {
        case .booting: moveBooting(instance, turn, in: &step)
        case .probing: moveProbing(instance, turn, in: &step)
        default: break
        }
    }

    private mutating func moveBooting(_ instance: Instance, _ turn: Turn, in step: inout FleetStep) {
        var instance = instance
        if turn.domainStopped {
            stopped(instance, wasComing: true, turn, in: &step)
        } else if let agent = turn.agent, agent.isConnected {
            instance.endpoint = agent.endpoint
            enter(.probing, &instance, reason: "the agent registered", now: turn.now, date: turn.date, in: &step)
            step.events.append(
                ControllerEvent(
                    .agentRegistered,
                    at: turn.date,
                    instance: instance.name,
                    detail: "the agent registered from \(agent.endpoint.url)"
                )
            )
            continueFrom(instance, turn, in: &step)
        } else if deadlinePassed(turn, instance) {
            fail(
                instance,
                reason: "its agent did not register within \(limits.startDeadline); look at the guest's console "
                    + "and at 'journalctl -u cms-agent' in it",
                turn,
                in: &step
            )
        }
    }

    private mutating func moveProbing(_ instance: Instance, _ turn: Turn, in step: inout FleetStep) {
        var instance = instance
        if turn.domainStopped {
            stopped(instance, wasComing: true, turn, in: &step)
        } else if deadlinePassed(turn, instance) {
            let last = turn.probe.lastFailure.map { ": \($0)" } ?? ""
            fail(instance, reason: "its health probe did not pass in time\(last)", turn, in: &step)
        } else if let agent = turn.agent, agent.isConnected {
            instance.endpoint = agent.endpoint
            guard turn.probe.passedSession == agent.session else {
                if instance != instances[instance.uuid] {
                    instances[instance.uuid] = instance
                    step.changed.append(instance)
                }
                step.actions.append(
                    .probe(uuid: instance.uuid, endpoint: agent.endpoint, session: agent.session)
                )
                return
            }
            serve(instance, turn, in: &step)
        } else {
            enter(.booting, &instance, reason: "the agent is gone again", now: turn.now, date: turn.date, in: &step)
        }
    }

    private func deadlinePassed(_ turn: Turn, _ instance: Instance) -> Bool {
        turn.isOverdue && instance.isOwned
    }
}
