import Autoscaling
import Foundation
import Wire

extension Fleet {
    /// The probe passed: the instance serves from now on.
    mutating func serve(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        var instance = instance
        noteSuccess(&instance, in: &step)
        let wasUnhealthy = instance.state == .unhealthy
        instance.standby = nil
        instance.inServiceSince = facts.date
        memory[instance.uuid].servingSince = facts.now
        lastInService = facts.now
        enter(.inService, &instance, reason: "the health probe passed", now: facts.now, date: facts.date, in: &step)
        step.events.append(
            ControllerEvent(
                .instanceProbed,
                at: facts.date,
                instance: instance.name,
                detail: wasUnhealthy ? "the health probe passed again" : "the health probe passed"
            )
        )
        step.actions.append(.announceScaled(name: instance.name))
    }

    /// An instance came up: what failed before is forgotten.
    mutating func noteSuccess(_ instance: inout Instance, in step: inout FleetStep) {
        instance.failures = 0
        instance.isReplacement = false
        if breaker.succeed() { step.breaker = breaker }
    }

    mutating func moveInService(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        if facts.domainStopped {
            stopped(instance, wasComing: false, facts, in: &step)
        } else if facts.domainPaused {
            // Its clock stands still: it comes back as one that is resumed does.
            var paused = instance
            paused.standby = .paused
            withdraw(paused, reason: "the domain is paused", facts, in: &step)
        } else if isCutOff(facts.now) {
            memory[instance.uuid].reconnectDeadline = facts.now.advanced(by: limits.adoptionGrace)
        } else if facts.probe.failures >= limits.probeFailures {
            let last = facts.probe.lastFailure ?? "no answer"
            withdraw(
                instance,
                reason: "\(facts.probe.failures) health probes in a row failed: \(last)",
                facts,
                in: &step
            )
        } else if let agent = facts.agent, agent.isConnected {
            memory[instance.uuid].reconnectDeadline = nil
            guard agent.endpoint != instance.endpoint else { return }
            var moved = instance
            moved.endpoint = agent.endpoint
            withdraw(moved, reason: "its address changed to \(agent.endpoint.url)", facts, in: &step)
        } else if !settings.hasAgents, !facts.hypervisorAnswers {
            // Only the hypervisor knows where it is: until it answers, what clients were told holds.
            memory[instance.uuid].reconnectDeadline = facts.now.advanced(by: limits.adoptionGrace)
        } else if memory[instance.uuid].reconnectDeadline.map({ $0 <= facts.now }) ?? true {
            withdraw(instance, reason: presence.lost, facts, in: &step)
        }
    }

    mutating func moveUnhealthy(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        var instance = instance
        if facts.domainPaused, instance.standby == nil {
            instance.standby = .paused
            write(instance, in: &step)
        }
        if facts.domainStopped {
            stopped(instance, wasComing: false, facts, in: &step)
        } else if let agent = facts.agent, agent.isConnected, facts.domain?.isRunning ?? !facts.hypervisorAnswers {
            instance.endpoint = agent.endpoint
            let isProbed = facts.probe.passedSession == agent.session && facts.probe.failures == 0
            // After a pause the guest's clock stood still: clients are not told before it is set right.
            let isAwake = agent.isAwake || instance.standby == nil
            if isProbed, isAwake {
                serve(instance, facts, in: &step)
            } else {
                if !isAwake { step.actions.append(.wake(uuid: instance.uuid)) }
                if !isProbed {
                    step.actions.append(
                        .probe(uuid: instance.uuid, endpoint: agent.endpoint, session: agent.session)
                    )
                }
                replaceIfOverdue(instance, facts, in: &step)
            }
        } else {
            replaceIfOverdue(instance, facts, in: &step)
        }
    }

    /// Replaces an instance that has been unhealthy for too long: a tenth of all at a time, or one.
    private mutating func replaceIfOverdue(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        guard facts.isOverdue, facts.hypervisorAnswers, instance.isOwned, !isPaused, !breaker.isOpen(at: facts.now)
        else {
            return
        }
        let serviceable = instances.values.count { $0.state == .inService || $0.state == .unhealthy }
        guard instances.values.count(where: \.isReplacement) < max(1, serviceable / 10) else { return }
        var instance = instance
        instance.isReplacement = true
        let reason = "unhealthy for \(limits.replaceAfter): \(instance.reason)"
        enter(.failed, &instance, reason: reason, now: facts.now, date: facts.date, in: &step)
        step.actions.append(.forget(uuid: instance.uuid))
        step.events.append(
            ControllerEvent(.instanceReplaced, at: facts.date, instance: instance.name, detail: reason)
        )
    }

    mutating func moveFailed(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        var instance = instance
        guard facts.hypervisorAnswers else { return }
        if let domain = facts.domain, domain.isActive, instance.isOwned {
            guard isAnotherRun(domain, of: instance) else {
                memory[instance.uuid].runBeingDestroyed = memory[instance.uuid].runBeingDestroyed ?? domain.run
                step.actions.append(.destroy(uuid: instance.uuid, run: domain.run))
                return
            }
            // What was to be destroyed is gone, and somebody else has started it since.
            instance.isOwned = instance.isClone
        }
        if facts.domain?.hasSavedImage == true, instance.isOwned || instance.isClone {
            // A memory image whose resumption failed is never resumed again.
            step.actions.append(.discardImage(uuid: instance.uuid))
            return
        }
        if facts.domain?.isActive ?? false {
            // A start that was given up succeeded after all, or somebody else's did: it is taken in like any other.
            enter(.off, &instance, reason: "the domain runs after all", now: facts.now, date: facts.date, in: &step)
            continueFrom(instance, facts, in: &step)
            return
        }
        if instance.isClone, instance.failures >= limits.attempts || instance.goal == .standby && !standbyHasRoom {
            remove(instance, reason: instance.reason, now: facts.now, date: facts.date, in: &step)
            return
        }
        settleLateOrder(&instance, facts)
        instance.standby = nil
        tryAgain(&instance, facts, in: &step)
    }

    /// The next attempt after a failed one, if there is to be one.
    private mutating func tryAgain(_ instance: inout Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        if instance.failures >= limits.attempts {
            let reason = instance.reason
            enter(.quarantined, &instance, reason: reason, now: facts.now, date: facts.date, in: &step)
            step.events.append(
                ControllerEvent(
                    .instanceQuarantined,
                    at: facts.date,
                    instance: instance.name,
                    detail: "left alone for \(limits.quarantine) after \(instance.failures) failed attempts: \(reason)"
                )
            )
        } else if isPaused || breaker.isOpen(at: facts.now) {
            if instance != instances[instance.uuid] { write(instance, in: &step) }
        } else if instance.goal == .standby, !standbyHasRoom {
            enter(.off, &instance, reason: instance.reason, now: facts.now, date: facts.date, in: &step)
        } else {
            let attempt = "attempt \(instance.failures + 1)"
            enter(.starting, &instance, reason: attempt, now: facts.now, date: facts.date, in: &step)
            step.actions.append(.forget(uuid: instance.uuid))
            step.events.append(
                ControllerEvent(
                    .instanceStarting,
                    at: facts.date,
                    instance: instance.name,
                    detail: "\(attempt) of \(limits.attempts)"
                )
            )
        }
    }

    mutating func moveQuarantined(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        var instance = instance
        settleLateOrder(&instance, facts)
        let isActive = facts.domain?.isActive ?? false
        guard facts.isOverdue || isActive else {
            if instance != instances[instance.uuid] { write(instance, in: &step) }
            return
        }
        instance.failures = 0
        enter(
            .off,
            &instance,
            reason: isActive ? "the domain runs" : "the quarantine ended",
            now: facts.now,
            date: facts.date,
            in: &step
        )
        // At once, before an order takes it for one of the reserve.
        continueFrom(instance, facts, in: &step)
    }

    /// Takes an instance out of the endpoint set; its domain keeps running.
    private mutating func withdraw(
        _ instance: Instance,
        reason: String,
        _ facts: InstanceFacts,
        in step: inout FleetStep
    ) {
        var instance = instance
        enter(.unhealthy, &instance, reason: reason, now: facts.now, date: facts.date, in: &step)
        step.actions.append(.forget(uuid: instance.uuid))
        step.events.append(
            ControllerEvent(.instanceUnhealthy, at: facts.date, instance: instance.name, detail: reason)
        )
    }

    /// The domain stopped without an order of ours.
    mutating func stopped(_ instance: Instance, wasComing: Bool, _ facts: InstanceFacts, in step: inout FleetStep) {
        var instance = instance
        guard !(wasComing && instance.isOwned) else {
            // It is off: whoever starts it before the next attempt owns it. Only an image that is left is still ours.
            let mayCome = memory[instance.uuid].lateOrderUntil.map { facts.now < $0 } ?? false
            instance.isOwned = mayCome || facts.domain?.hasSavedImage ?? false
            fail(instance, reason: "the domain stopped before \(presence.arrival)", facts, in: &step)
            return
        }
        instance.isOwned = false
        instance.standby = nil
        enter(.off, &instance, reason: "the domain stopped", now: facts.now, date: facts.date, in: &step)
        step.actions.append(.forget(uuid: instance.uuid))
        step.events.append(
            ControllerEvent(
                .instanceStopped,
                at: facts.date,
                instance: instance.name,
                detail: "the domain stopped without an order; it belongs to the reserve now"
            )
        )
    }

    package mutating func fail(_ instance: Instance, reason: String, _ facts: InstanceFacts, in step: inout FleetStep) {
        var instance = instance
        instance.failures += 1
        // The hypervisor's word for the start is newer than its list of domains: the domain is ours.
        if facts.start == .succeeded, !facts.isStartSeen { giveUp(&instance, facts) }
        enter(.failed, &instance, reason: reason, now: facts.now, date: facts.date, in: &step)
        step.events.append(
            ControllerEvent(.instanceFailed, at: facts.date, instance: instance.name, detail: reason)
        )
        step.actions.append(.forget(uuid: instance.uuid))
        if breaker.fail("\(instance.name): \(reason)", now: facts.now, date: facts.date) {
            step.events.append(
                ControllerEvent(
                    .breakerOpened,
                    at: facts.date,
                    detail: (breaker.reason(at: facts.now) ?? reason)
                        + "; look at the instances' consoles, then 'cms-controller retry'"
                )
            )
        }
        step.breaker = breaker
        if instance.isOwned, let domain = facts.domain, domain.isActive {
            memory[instance.uuid].runBeingDestroyed = domain.run
            step.actions.append(.destroy(uuid: instance.uuid, run: domain.run))
        }
    }

    /// Whether a domain is no longer in the run that was to be destroyed, and no order of ours can have started it since.
    private func isAnotherRun(_ domain: FleetObservation.Domain, of instance: Instance) -> Bool {
        guard let destroyed = memory[instance.uuid].runBeingDestroyed, let run = domain.run,
            memory[instance.uuid].lateOrderUntil == nil
        else {
            return false
        }
        return run != destroyed
    }
}
