import Autoscaling
import Foundation

extension Fleet {
    /// The domains that the group has: those that count against its maximum, and clones that are off.
    var owned: Int { instances.values.count { ($0.isCounted || $0.isClone) && !isLost($0) } }

    /// How many clones could be made now.
    ///
    /// Every owned domain in any state stands against the maximum, clones that are off as well: it is made sure of here,
    /// where clones are made, that there are never more.
    package var clonable: Int {
        settings.template == nil || places.hosts.count == 1 && places.hosts[0].isCordoned
            ? 0 : min(max(0, settings.maximum - owned), GroupPolicy.unbounded)
    }

    /// Orders a clone: its name and UUID are on disk before anything is made.
    ///
    /// - Parameter host: Where it is to be; `nil` where there is one host only.
    package mutating func create(
        for goal: Instance.Goal,
        on host: String? = nil,
        reason: String,
        now: MonotonicInstant,
        date: Date,
        in step: inout FleetStep
    ) -> Instance? {
        guard clonable > 0 else { return nil }
        acceptTemplate(in: &step)
        guard let template = cloneTemplate else { return nil }
        let uuid = uuids.next()
        guard instances[uuid] == nil else { return nil }
        let used = takenNames.union(instances.values.map(\.name))
        // Ends: there are at most `used.count` names that are not free.
        guard let number = (1...(used.count + 1)).first(where: { !used.contains(template.instanceName($0)) })
        else { return nil }
        var clone = Instance(uuid: uuid, name: template.instanceName(number), since: date)
        clone.isClone = true
        clone.isOwned = true
        clone.host = host ?? (places.hosts.first?.name).flatMap { $0.isEmpty ? nil : $0 }
        clone.goal = goal
        if let rollout = templates.rollout, rollout.phase == .running { clone.template = rollout.identity }
        enter(.creating, &clone, reason: reason, now: now, date: date, in: &step)
        step.actions.append(.forget(uuid: uuid))
        step.events.append(
            ControllerEvent(
                .instanceStarting,
                at: date,
                instance: clone.name,
                detail: "\(reason); a clone is made, since no other domain is left to start"
            )
        )
        return clone
    }

    mutating func moveCreating(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        var instance = instance
        let isThere = facts.domain?.cloneState == .ready || (facts.start == .succeeded && facts.domain != nil)
        if isThere, facts.start != .underWay {
            enter(.starting, &instance, reason: "the clone is made", now: facts.now, date: facts.date, in: &step)
            step.actions.append(.forget(uuid: instance.uuid))
            step.events.append(
                ControllerEvent(
                    .instanceCreated,
                    at: facts.date,
                    instance: instance.name,
                    detail: "the clone is made from \(cloneTemplate(of: instance.uuid)?.0.sourceText ?? "its template")"
                )
            )
        } else if case .failed(let reason) = facts.start {
            abandon(instance, reason: "the clone could not be made: \(reason)", facts, in: &step)
        } else if facts.start == nil, settings.template == nil {
            abandon(instance, reason: "the group has no template any more", facts, in: &step)
        } else if facts.start == nil {
            // The order was not given yet, or nobody knows what became of it: it is given again, for the same clone.
            if facts.hypervisorAnswers {
                step.actions.append(.clone(uuid: instance.uuid, name: instance.name))
            }
        } else if facts.isOverdue, facts.hypervisorAnswers {
            abandon(instance, reason: "the clone was not made within \(limits.startDeadline)", facts, in: &step)
        }
    }

    /// A clone that could not be made leaves nothing behind, not even its name: another order makes another one.
    private mutating func abandon(
        _ instance: Instance,
        reason: String,
        _ facts: InstanceFacts,
        in step: inout FleetStep
    ) {
        fail(instance, reason: reason, facts, in: &step)
        guard let failed = instances[instance.uuid] else { return }
        remove(failed, reason: reason, now: facts.now, date: facts.date, in: &step)
    }

    /// Orders a clone to be removed with all that it owns.
    package mutating func remove(
        _ instance: Instance,
        reason: String,
        now: MonotonicInstant,
        date: Date,
        in step: inout FleetStep
    ) {
        var instance = instance
        instance.isOwned = true
        instance.standby = nil
        instance.endpoint = nil
        enter(.removing, &instance, reason: reason, now: now, date: date, in: &step)
        step.actions.append(.forget(uuid: instance.uuid))
    }

    mutating func moveRemoving(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        guard facts.hypervisorAnswers else { return }
        if facts.start == .succeeded, facts.domain == nil {
            forget(instance.uuid)
            step.removed.append(instance.uuid)
            step.changed.removeAll { $0.uuid == instance.uuid }
            step.actions.append(.forget(uuid: instance.uuid))
            step.events.append(
                ControllerEvent(
                    .instanceRemoved,
                    at: facts.date,
                    instance: instance.name,
                    detail: "the clone's domain, disks and lease are gone"
                )
            )
        } else if facts.domain?.isActive ?? false, facts.start != .underWay {
            // Somebody started what is not whole, or is not wanted any more.
            step.actions.append(.destroy(uuid: instance.uuid, run: facts.domain?.run))
            if facts.start != nil { step.actions.append(.forget(uuid: instance.uuid)) }
        } else if facts.start == nil {
            step.actions.append(.removeClone(uuid: instance.uuid))
        } else if case .failed(let reason) = facts.start {
            retryRemoval(of: instance, after: reason, facts, in: &step)
        } else if facts.start == .succeeded, facts.isOverdue {
            // It is still seen: once more.
            var instance = instance
            enter(.removing, &instance, reason: instance.reason, now: facts.now, date: facts.date, in: &step)
            step.actions.append(.forget(uuid: instance.uuid))
        }
    }

    /// Waits for a while after a removal that failed, and tells why once.
    private mutating func retryRemoval(
        of instance: Instance,
        after failure: String,
        _ facts: InstanceFacts,
        in step: inout FleetStep
    ) {
        var instance = instance
        let reason = "it could not be removed, and is tried again each \(limits.removalRetry): \(failure)"
        if instance.reason != reason {
            instance.failures += 1
            enter(.removing, &instance, reason: reason, now: facts.now, date: facts.date, in: &step)
            step.events.append(
                ControllerEvent(.instanceFailed, at: facts.date, instance: instance.name, detail: reason)
            )
        } else if facts.isOverdue {
            enter(.removing, &instance, reason: reason, now: facts.now, date: facts.date, in: &step)
            step.actions.append(.forget(uuid: instance.uuid))
        }
    }
}

extension TemplateConfiguration {
    /// The template in words.
    package var sourceText: String {
        switch source {
        case .domain(let name): "the domain '\(name)'"
        case .image(let path): "the image \(path)"
        }
    }
}
