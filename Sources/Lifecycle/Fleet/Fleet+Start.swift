import Autoscaling
import Foundation
import Wire

extension Fleet {
    /// Orders `count` instances into service: the quickest first, that is paused ones, saved ones, those on their way into
    /// standby, then shut-off ones, and at last new clones.
    package mutating func scaleOut(by count: Int, reason: String, now: MonotonicInstant, date: Date) -> FleetStep {
        guard !places.areMany else { return scaleOutOnHosts(by: count, reason: reason, now: now, date: date) }
        var step = FleetStep()
        let present = quickest.prefix(max(0, count))
        for instance in present { order(instance, reason: reason, now: now, date: date, in: &step) }
        for _ in present.count..<max(present.count, count) {
            guard let clone = create(for: .service, reason: reason, now: now, date: date, in: &step) else { break }
            step.actions.append(.announceScaling(name: clone.name, reason: reason))
        }
        return step
    }

    /// Orders instances where placement says, and says why there.
    private mutating func scaleOutOnHosts(
        by count: Int,
        reason: String,
        now: MonotonicInstant,
        date: Date
    ) -> FleetStep {
        var step = FleetStep()
        var placement = placement(places)
        for _ in 0..<max(0, count) {
            switch pick(placement, places, besides: [], created: 0) {
            case .nothing: return step
            case .instance(let instance, let verdict):
                placement.take(instance.uuid, on: host(of: instance), request(instance, places))
                let why = "\(reason); \(verdict.description)"
                order(instance, reason: why, now: now, date: date, in: &step)
            case .clone(let verdict):
                guard let host = verdict.host else { return step }
                let why = "\(reason); \(verdict.description)"
                guard
                    let clone = create(for: .service, on: host, reason: why, now: now, date: date, in: &step)
                else { return step }
                placement.take(clone.uuid, on: host, Placement.Request(need: places[host]?.cloneNeed))
                step.actions.append(.announceScaling(name: clone.name, reason: reason))
            }
        }
        return step
    }

    /// Orders one instance into service.
    mutating func order(
        _ instance: Instance,
        reason: String,
        now: MonotonicInstant,
        date: Date,
        in step: inout FleetStep
    ) {
        var instance = instance
        instance.goal = .service
        switch instance.state {
        case .standby:
            enter(.resuming, &instance, reason: reason, now: now, date: date, in: &step)
            step.actions.append(.forget(uuid: instance.uuid))
        case .off:
            instance.failures = 0
            enter(.starting, &instance, reason: reason, now: now, date: date, in: &step)
            step.actions.append(.forget(uuid: instance.uuid))
        default:
            // On its way already: it goes on, to another place.
            write(instance, in: &step)
        }
        step.events.append(ControllerEvent(.instanceStarting, at: date, instance: instance.name, detail: reason))
        step.actions.append(.announceScaling(name: instance.name, reason: reason))
    }

    /// The instances that an order could bring into service, the quickest first.
    package var quickest: [Instance] {
        ordered { isAvailable($0) && speed(of: $0) != nil }.compactMap { instance in
            speed(of: instance).map { (instance, $0) }
        }
        .enumerated().sorted { ($0.element.1, $0.offset) < ($1.element.1, $1.offset) }.map(\.element.0)
    }

    mutating func moveOff(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        // A paused one is no reserve either: nothing can start it.
        var instance = instance
        settleLateOrder(&instance, facts)
        guard let domain = facts.domain, domain.isActive else {
            if instance != instances[instance.uuid] { write(instance, in: &step) }
            return
        }
        // Whoever started it did so without an order of ours: it is never ours to stop, unless we made it.
        instance.isOwned = instance.isOwned || instance.isClone
        instance.failures = 0
        instance.goal = .service
        instance.standby = nil
        enter(.booting, &instance, reason: "the domain runs", now: facts.now, date: facts.date, in: &step)
        step.actions.append(.forget(uuid: instance.uuid))
        step.events.append(
            ControllerEvent(
                .instanceAdopted,
                at: facts.date,
                instance: instance.name,
                detail: "the domain runs already; it joins when \(presence.joining)"
            )
        )
        continueFrom(instance, facts, in: &step)
    }

    /// The hypervisor still works on an order that is given up now. What comes of it within the time that a start may
    /// take is ours, in whatever state the instance is by then.
    mutating func giveUp(_ instance: inout Instance, _ facts: InstanceFacts) {
        instance.isOwned = true
        memory[instance.uuid].lateOrderUntil = facts.now.advanced(by: limits.startDeadline)
    }

    /// An order that was given up will not be carried out any more: from now on whoever starts the domain owns it.
    mutating func settleLateOrder(_ instance: inout Instance, _ facts: InstanceFacts) {
        guard instance.isOwned, memory[instance.uuid].lateOrderUntil.map({ $0 <= facts.now }) ?? true else { return }
        memory[instance.uuid].lateOrderUntil = nil
        instance.isOwned = false
    }

    mutating func moveStarting(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        var instance = instance
        // Paused counts as well: an order whose end nobody heard of may have been carried out, and a domain that is
        // active is never started.
        if facts.start == .succeeded || (facts.domain?.isActive ?? false) && facts.start != .underWay {
            instance.isOwned = true
            instance.standby = nil
            enter(.booting, &instance, reason: "the domain runs", now: facts.now, date: facts.date, in: &step)
            step.events.append(
                ControllerEvent(
                    .instanceStarted,
                    at: facts.date,
                    instance: instance.name,
                    detail: "the domain runs; \(presence.awaited)"
                )
            )
            continueFrom(instance, facts, in: &step)
        } else if case .failed(let reason) = facts.start {
            fail(instance, reason: "the domain could not be started: \(reason)", facts, in: &step)
        } else if facts.start == nil {
            // The order was not given: the host has no room, or the hypervisor or the store kept it back. That is not the
            // instance's failure.
            if facts.hypervisorAnswers { step.actions.append(.start(uuid: instance.uuid)) }
        } else if facts.isOverdue {
            giveUp(&instance, facts)
            fail(instance, reason: "the domain was not started in time", facts, in: &step)
        }
    }

    /// A state may have been passed through while nobody looked: looks at the next one at once.
    mutating func continueFrom(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        switch instance.state {
        case .off: moveOff(instance, facts, in: &step)
        case .booting: moveBooting(instance, facts, in: &step)
        case .probing: moveProbing(instance, facts, in: &step)
        default: break
        }
    }

    mutating func moveBooting(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        var instance = instance
        if facts.domainStopped {
            stopped(instance, wasComing: true, facts, in: &step)
        } else if let agent = facts.agent, agent.isConnected {
            instance.endpoint = agent.endpoint
            enter(.probing, &instance, reason: presence.there, now: facts.now, date: facts.date, in: &step)
            step.events.append(
                ControllerEvent(
                    presence.event,
                    at: facts.date,
                    instance: instance.name,
                    detail: presence.arrived(at: agent.endpoint.url)
                )
            )
            continueFrom(instance, facts, in: &step)
        } else if deadlinePassed(facts, instance) {
            fail(
                instance,
                reason: presence.missing(within: limits.startDeadline),
                facts,
                in: &step
            )
        }
    }

    mutating func moveProbing(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        var instance = instance
        if facts.domainStopped {
            stopped(instance, wasComing: true, facts, in: &step)
        } else if deadlinePassed(facts, instance) {
            let last = facts.probe.lastFailure.map { ": \($0)" } ?? ""
            let awake = facts.agent.map { $0.isAwake ? "" : "; its agent has not reported with the right time" } ?? ""
            fail(instance, reason: "its health probe did not pass in time\(last)\(awake)", facts, in: &step)
        } else if let agent = facts.agent, agent.isConnected {
            instance.endpoint = agent.endpoint
            if facts.domainPaused { instance.standby = instance.standby ?? .paused }
            // After a pause the guest's clock stood still: it is not in service before that is set right.
            guard facts.probe.passedSession == agent.session, agent.isAwake || instance.standby == nil else {
                if instance != instances[instance.uuid] { write(instance, in: &step) }
                if facts.probe.passedSession != agent.session {
                    step.actions.append(
                        .probe(uuid: instance.uuid, endpoint: agent.endpoint, session: agent.session)
                    )
                } else if !facts.domainPaused {
                    step.actions.append(.wake(uuid: instance.uuid))
                }
                return
            }
            if instance.goal == .standby {
                park(instance, facts, in: &step)
            } else if !facts.domainPaused, passesHook(.beforeInService, instance, facts, in: &step) {
                serve(instance, facts, in: &step)
            }
        } else {
            enter(.booting, &instance, reason: presence.gone, now: facts.now, date: facts.date, in: &step)
        }
    }

    /// Whether the operator's hook has run, or there is none; asks for it when it has not.
    mutating func passesHook(
        _ point: HookPoint,
        _ instance: Instance,
        _ facts: InstanceFacts,
        in step: inout FleetStep
    ) -> Bool {
        guard settings.hooks.contains(point) else { return true }
        switch facts.hooks[point] {
        case .passed: return true
        case .failed(let reason):
            fail(instance, reason: "the hook \(point.rawValue) failed: \(reason)", facts, in: &step)
            return false
        case .underWay: return false
        case nil:
            step.actions.append(.runHook(uuid: instance.uuid, name: instance.name, point: point))
            return false
        }
    }

    private func deadlinePassed(_ facts: InstanceFacts, _ instance: Instance) -> Bool {
        facts.isOverdue && instance.isOwned
    }
}
