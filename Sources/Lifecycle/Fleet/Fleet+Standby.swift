import Autoscaling
import Foundation

extension Fleet {
    /// Fills, shrinks and refreshes the warm pool, one instance at a time: it must not take the CPU that clients wait for.
    mutating func tendStandby(
        _ observation: FleetObservation,
        now: MonotonicInstant,
        date: Date,
        in step: inout FleetStep
    ) {
        guard !isPaused else { return }
        let pool = ordered(\.isOfPool)
        if pool.count >= settings.standby.total { notePoolShortage(nil, held: pool.count, date: date, in: &step) }
        // What is above a maximum that was lowered leaves the pool first.
        if pool.count > settings.standby.total || counted > settings.maximum && !pool.isEmpty {
            retire(pool, now: now, date: date, in: &step)
            return
        }
        // The pool is filled beside a service, not before there is one.
        guard instances.values.contains(where: { $0.state == .inService }) else { return }
        let isBusy = instances.values.contains { $0.isComing } || pool.contains { $0.state != .standby }
        guard !isBusy else { return }
        if pool.count < settings.standby.total {
            guard counted < settings.maximum, !breaker.isOpen(at: now) else { return }
            let startable = startable(observation)
            let shortage = startable.count == 0 ? startable.shortage : nil
            notePoolShortage(shortage, held: pool.count, date: date, in: &step)
            guard shortage == nil else { return }
            guard var instance = nextOfPool(now: now, date: date, in: &step) else { return }
            instance.goal = .standby
            instance.failures = 0
            enter(.starting, &instance, reason: "for the standby pool", now: now, date: date, in: &step)
            step.actions.append(.forget(uuid: instance.uuid))
            step.events.append(
                ControllerEvent(
                    .instanceStarting,
                    at: date,
                    instance: instance.name,
                    detail: "for the standby pool: \(pool.count) of \(settings.standby.total) are there"
                )
            )
        } else if let instance = pool.first(where: { memory[$0.uuid].deadline.map { $0 <= now } ?? false }) {
            let detail = "woken for a moment, so that its certificate, lease and clock stay valid"
            refresh(instance, reason: "to be refreshed", detail: detail, now: now, date: date, in: &step)
        } else if let instance = pool.first(where: { memory[$0.uuid].isAwaitingReconnect }) {
            // Its agent would connect anew at its first resume, while clients wait.
            let detail = "woken for a moment, since its agent lost its session when the controller was started again"
            refresh(instance, reason: "to connect anew", detail: detail, now: now, date: date, in: &step)
        }
    }

    /// The instance of the reserve that joins the pool next; where a clone has to be made for it, `nil`, and that is
    /// ordered. On several hosts those are first that have the fewest of the pool.
    private mutating func nextOfPool(now: MonotonicInstant, date: Date, in step: inout FleetStep) -> Instance? {
        let reason = "for the standby pool"
        guard places.areMany else {
            if let instance = reserve.first { return instance }
            _ = create(for: .standby, reason: reason, now: now, date: date, in: &step)
            return nil
        }
        var pools = placement(places)
        for index in pools.hosts.indices {
            let name = pools.hosts[index].name
            // What is of the pool decides between hosts that the group's number alone does not forbid.
            if let most = settings.placement.mostPerHost, pools.hosts[index].count >= most {
                pools.hosts[index].refusal = pools.hosts[index].refusal ?? "has \(most) of the group (most-per-host)"
            }
            pools.hosts[index].count = instances.values.count { $0.isOfPool && host(of: $0) == name }
        }
        pools.policy.mostPerHost = nil
        let awake = Set(quickest.filter { speed(of: $0) != 3 }.map(\.uuid))
        switch pick(pools, places, besides: awake, created: 0) {
        case .nothing: return nil
        case .instance(let instance, _): return instance
        case .clone(let verdict):
            let text = "\(reason); \(verdict.description)"
            _ = create(for: .standby, on: verdict.host, reason: text, now: now, date: date, in: &step)
            return nil
        }
    }

    /// Wakes one of the pool, which goes back to sleep by itself.
    private mutating func refresh(
        _ instance: Instance,
        reason: String,
        detail: String,
        now: MonotonicInstant,
        date: Date,
        in step: inout FleetStep
    ) {
        var instance = instance
        instance.goal = .standby
        enter(.resuming, &instance, reason: reason, now: now, date: date, in: &step)
        step.actions.append(.forget(uuid: instance.uuid))
        step.events.append(ControllerEvent(.standbyRefreshed, at: date, instance: instance.name, detail: detail))
    }

    /// Ends the last of a pool that has become too large.
    private mutating func retire(_ pool: [Instance], now: MonotonicInstant, date: Date, in step: inout FleetStep) {
        guard var instance = pool.last(where: { $0.state == .standby && $0.isOwned }) else { return }
        let isAboveMaximum = pool.count <= settings.standby.total
        let reason =
            isAboveMaximum
            ? "\(counted) domains are there and \(settings.maximum) are allowed" : "the standby pool is too large"
        enter(.stopping, &instance, reason: reason, now: now, date: date, in: &step)
        step.events.append(
            ControllerEvent(
                .standbyRetired,
                at: date,
                instance: instance.name,
                detail: isAboveMaximum
                    ? reason : "the standby pool holds \(pool.count), and \(settings.standby.total) are wanted"
            )
        )
    }

    /// Which kind of standby the pool lacks.
    private func wantedKind(besides uuid: String) -> StandbyKind {
        let paused = instances.values.count { $0.uuid != uuid && $0.isOfPool && $0.standby == .paused }
        return paused < settings.standby.paused ? .paused : .saved
    }

    /// Whether the pool has room for one that is in service now.
    var standbyHasRoom: Bool { instances.values.count(where: \.isOfPool) < settings.standby.total }

    /// Puts a ready instance into standby.
    package mutating func park(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        var instance = instance
        if instance.standby != nil {
            // It was woken only to be refreshed: its agent gets a moment to renew its certificate.
            let end = memory[instance.uuid].awakeUntil ?? facts.now.advanced(by: limits.refreshHold)
            if memory[instance.uuid].awakeUntil == nil {
                memory[instance.uuid].awakeUntil = end
                step.actions.append(.rotate(uuid: instance.uuid))
            }
            guard end <= facts.now else { return }
        }
        noteSuccess(&instance, in: &step)
        beginParking(instance, reason: "it is ready", facts, in: &step)
    }

    /// Pauses or saves an instance that nobody sends to.
    mutating func beginParking(_ instance: Instance, reason: String, _ facts: InstanceFacts, in step: inout FleetStep) {
        var instance = instance
        instance.goal = .standby
        instance.standby = wantedKind(besides: instance.uuid)
        enter(.parking, &instance, reason: reason, now: facts.now, date: facts.date, in: &step)
        step.actions.append(.forget(uuid: instance.uuid))
    }

    mutating func moveParking(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        guard facts.hypervisorAnswers else { return }
        let kind = instance.standby ?? .paused
        // The end of an order to save says succeeded, and the domain is off: no start is being confirmed here.
        let isOff = !(facts.domain?.isActive ?? false)
        let isThere = kind == .paused ? facts.domainPaused : isOff && facts.domain?.hasSavedImage == true
        if isThere, facts.start != .underWay {
            var instance = instance
            enter(.standby, &instance, reason: kind.rawValue, now: facts.now, date: facts.date, in: &step)
            step.actions.append(.forget(uuid: instance.uuid))
            step.events.append(
                ControllerEvent(
                    .standbyReady,
                    at: facts.date,
                    instance: instance.name,
                    detail: "\(presence.ready) and \(kind.rawValue)"
                )
            )
        } else if isOff, facts.start != .underWay {
            stopped(instance, wasComing: true, facts, in: &step)
        } else if case .failed(let reason) = facts.start {
            fail(instance, reason: "the domain could not be \(kind.rawValue): \(reason)", facts, in: &step)
        } else if facts.isOverdue {
            fail(instance, reason: "the domain was not \(kind.rawValue) in time", facts, in: &step)
        } else if facts.start == nil {
            step.actions.append(.park(uuid: instance.uuid, kind: kind))
        }
    }

    mutating func moveStandby(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        guard facts.hypervisorAnswers else { return }
        var instance = instance
        if facts.domain?.isRunning ?? false {
            // Somebody woke it: a fact like any other.
            instance.goal = .service
            enter(.booting, &instance, reason: "somebody woke it", now: facts.now, date: facts.date, in: &step)
            step.actions.append(.forget(uuid: instance.uuid))
            step.actions.append(.wake(uuid: instance.uuid))
            step.events.append(
                ControllerEvent(
                    .instanceAdopted,
                    at: facts.date,
                    instance: instance.name,
                    detail: "somebody woke it from standby; it joins when its probe has passed"
                )
            )
        } else if facts.domainStopped, facts.domain?.hasSavedImage != true {
            stopped(instance, wasComing: false, facts, in: &step)
        }
    }

    mutating func moveResuming(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        var instance = instance
        let kind = instance.standby ?? .paused
        if facts.start == .succeeded || (facts.domain?.isRunning ?? false) && facts.start != .underWay {
            enter(.probing, &instance, reason: "it is awake", now: facts.now, date: facts.date, in: &step)
            step.actions.append(.wake(uuid: instance.uuid))
            step.events.append(
                ControllerEvent(
                    .instanceResumed,
                    at: facts.date,
                    instance: instance.name,
                    detail: "the domain runs again; \(presence.awaited)"
                )
            )
            continueFrom(instance, facts, in: &step)
        } else if case .failed(let reason) = facts.start {
            fail(instance, reason: "the domain could not be resumed: \(reason)", facts, in: &step)
        } else if facts.start == nil, facts.hypervisorAnswers {
            if facts.domainStopped, kind == .paused || facts.domain?.hasSavedImage != true {
                // Its memory is gone, or was used up by a restore that did not come to its end: it is never used again.
                fail(instance, reason: "its memory is gone", facts, in: &step)
            } else {
                step.actions.append(.resume(uuid: instance.uuid, kind: kind))
            }
        } else if facts.start != nil, facts.isOverdue {
            giveUp(&instance, facts)
            fail(instance, reason: "the domain was not resumed in time", facts, in: &step)
        }
    }
}
