import Autoscaling
import Foundation

extension Fleet {
    /// What the next clone is made from; `nil` for a group without a template.
    ///
    /// A changed template is used for the first clones of a group at once. A group that has clones goes on with what they
    /// were made from until a rollout replaces them.
    package var cloneTemplate: TemplateConfiguration? {
        guard let template = settings.template else { return nil }
        if let rollout = templates.rollout, rollout.phase == .running { return rollout.source.applied(to: template) }
        return templates.accepted?.applied(to: template) ?? template
    }

    /// What the clone of that UUID is made from, and what tells its template from others, if that is known.
    package func cloneTemplate(of uuid: String) -> (TemplateConfiguration, identity: String?)? {
        guard let template = settings.template else { return nil }
        if let rollout = templates.rollout, let row = instances[uuid], row.template == rollout.identity {
            return (rollout.source.applied(to: template), rollout.identity)
        }
        return (templates.accepted?.applied(to: template) ?? template, nil)
    }

    /// Notes from what the first clones of a group are made.
    mutating func acceptTemplate(in step: inout FleetStep) {
        guard let template = settings.template, templates.rollout.map({ $0.phase == .done }) ?? true,
            templates.accepted == nil || !instances.values.contains(where: \.isClone)
        else { return }
        let source = CloneSource(template)
        guard templates.accepted != source else { return }
        templates.accepted = source
        step.templates = templates
    }

    /// Begins to replace every clone that is not of that template.
    package mutating func beginRollout(_ rollout: Rollout, date: Date) -> FleetStep {
        var step = FleetStep()
        guard templates.rollout?.isActive != true else { return step }
        templates.rollout = rollout
        step.templates = templates
        let old = instances.values.count { $0.isClone && rollout.replaces($0.template) }
        step.events.append(
            ControllerEvent(
                .rolloutStarted,
                at: date,
                by: rollout.by,
                detail:
                    "\(rollout.by) asked for it: \(old) clones are replaced by clones of \(rollout.source), one by one"
            )
        )
        return step
    }

    /// Ends a rollout: what is new is replaced by clones of the template before. One that goes back already is left where
    /// it is.
    package mutating func abortRollout(by: String, date: Date) -> FleetStep {
        var step = FleetStep()
        guard var rollout = templates.rollout, rollout.isActive else { return step }
        if rollout.phase == .running {
            rollout.isAborted = true
            goBack(rollout, reason: "\(by) ended it", by: by, date: date, in: &step)
        } else {
            rollout.phase = .aborted
            rollout.reason = "\(by) ended the way back"
            rollout.current = nil
            keep(rollout, in: &step)
            step.events.append(ControllerEvent(.rolloutFailed, at: date, by: by, detail: rollout.reason))
        }
        return step
    }

    /// Takes the next step of a rollout, if one is under way.
    mutating func tendRollout(
        _ observation: FleetObservation,
        now: MonotonicInstant,
        date: Date,
        in step: inout FleetStep
    ) {
        guard !isPaused, let rollout = templates.rollout, rollout.isActive else { return }
        if let uuid = rollout.current {
            switch judge(uuid, rollout, now: now) {
            case .wait: return
            case .bad(let reason):
                if rollout.phase == .running {
                    goBack(rollout, reason: reason, date: date, in: &step)
                } else {
                    end(rollout, reason: "the way back failed as well: \(reason)", date: date, in: &step)
                }
                return
            case .good: replaceOldest(rollout, now: now, date: date, in: &step)
            case .left: conclude(rollout, in: &step)
            }
            return
        }
        let old = ordered { $0.isClone && $0.state != .removing && rollout.replaces($0.template) }
        clearAway(old, rollout, now: now, date: date, in: &step)
        // A removal that failed is tried again for as long as it takes, and holds nothing up.
        let isLeaving = instances.values.contains {
            $0.isClone && rollout.replaces($0.template)
                && ([.draining, .stopping, .parking].contains($0.state) || $0.state == .removing && $0.failures == 0)
        }
        guard !isLeaving else { return }
        let serving = old.filter { $0.state == .inService && !$0.isProtected }
        if serving.isEmpty {
            guard old.allSatisfy({ $0.isProtected || $0.state == .quarantined }) else { return }
            end(rollout, reason: old.isEmpty ? "" : "\(old.count) protected instances stay", date: date, in: &step)
        } else {
            surge(rollout, observation, now: now, date: date, in: &step)
        }
    }

    private enum Judgement {
        case wait
        case good
        case bad(String)
        /// An operator or an outside act took it away: no word on the template.
        case left
    }

    private func judge(_ uuid: String, _ rollout: Rollout, now: MonotonicInstant) -> Judgement {
        guard let instance = instances[uuid] else { return .bad("the new instance is gone") }
        switch instance.state {
        case .creating, .starting, .booting, .probing, .resuming: return .wait
        case .inService:
            let since = memory[uuid].servingSince ?? now
            return since.duration(to: now) >= .seconds(rollout.hold) ? .good : .wait
        case .failed, .removing, .unhealthy, .quarantined, .off:
            return .bad("the new instance \(instance.name) failed: \(instance.reason)")
        case .draining, .stopping, .parking, .standby: return .left
        }
    }

    /// Makes one more clone of the right template, to be judged before an old one leaves.
    private mutating func surge(
        _ rollout: Rollout,
        _ observation: FleetObservation,
        now: MonotonicInstant,
        date: Date,
        in step: inout FleetStep
    ) {
        var rollout = rollout
        let place = cloneVerdict(placement(places), places)
        let obstacle: String? =
            if clonable == 0 {
                "it waits: \(owned) domains of at most \(settings.maximum) are there, and one more is needed; raise max"
            } else if places.areMany, place.host == nil {
                "it waits for room: \(place.description)"
            } else if !places.areMany, let need = observation.allHosts.first?.cloneNeed,
                let shortage = unclaimedRoom(observation)?.shortage(for: need)
            {
                "it waits for room on the host: one more instance \(shortage)"
            } else {
                breaker.reason(at: now).map { "it waits: \($0)" }
            }
        if obstacle == nil,
            let clone = create(for: .service, on: place.host, reason: "rollout", now: now, date: date, in: &step)
        {
            rollout.current = clone.uuid
            rollout.reason = "\(clone.name) is made, and must be well for \(Int(rollout.hold)) s"
            keep(rollout, in: &step)
        } else if let obstacle, !rollout.reason.hasPrefix("it waits") {
            rollout.reason = obstacle
            keep(rollout, in: &step)
        }
    }

    private mutating func replaceOldest(_ rollout: Rollout, now: MonotonicInstant, date: Date, in step: inout FleetStep)
    {
        var rollout = rollout
        let old = ordered {
            $0.isClone && $0.state == .inService && !$0.isProtected && rollout.replaces($0.template)
        }
        let oldest = old.min { ($0.inServiceSince ?? .distantPast) < ($1.inServiceSince ?? .distantPast) }
        if let oldest {
            drain(oldest, reason: "a new instance has taken its place", now: now, date: date, in: &step)
            rollout.replaced += 1
        }
        rollout.current = nil
        rollout.reason = "\(rollout.replaced) replaced"
        keep(rollout, in: &step)
    }

    /// What does not serve is removed at once, one of the warm pool at a time.
    private mutating func clearAway(
        _ old: [Instance],
        _ rollout: Rollout,
        now: MonotonicInstant,
        date: Date,
        in step: inout FleetStep
    ) {
        let reason = "it is made from another template"
        for instance in old {
            switch instance.state {
            case .off: remove(instance, reason: reason, now: now, date: date, in: &step)
            case .creating where rollout.phase == .rollingBack:
                remove(instance, reason: reason, now: now, date: date, in: &step)
            case .starting, .booting, .probing, .resuming, .failed, .unhealthy:
                // On the way out an old one that does not serve may come back first; a new one that fails may not.
                guard rollout.phase == .rollingBack || instance.state == .unhealthy else { continue }
                stop(instance, reason: reason, now: now, date: date, in: &step)
            default: continue
            }
        }
        guard !instances.values.contains(where: { $0.state == .stopping }),
            let parked = old.first(where: { $0.state == .standby && $0.isOwned })
        else { return }
        stop(parked, reason: reason, now: now, date: date, in: &step)
    }

    private mutating func stop(
        _ instance: Instance,
        reason: String,
        now: MonotonicInstant,
        date: Date,
        in step: inout FleetStep
    ) {
        var instance = instance
        instance.isOwned = true
        enter(.stopping, &instance, reason: reason, now: now, date: date, in: &step)
        step.actions.append(.forget(uuid: instance.uuid))
    }

    /// A new instance failed: the new ones are replaced by ones of the template before, as gently as they came.
    private mutating func goBack(
        _ rollout: Rollout,
        reason: String,
        by: String? = nil,
        date: Date,
        in step: inout FleetStep
    ) {
        var rollout = rollout
        rollout.phase = .rollingBack
        rollout.reason = reason
        rollout.current = nil
        keep(rollout, in: &step)
        step.events.append(
            ControllerEvent(
                .rolloutFailed,
                at: date,
                by: by,
                detail: "\(reason); new instances are replaced by clones of "
                    + "\(templates.accepted.map { "\($0)" } ?? "the template before")"
            )
        )
    }

    private mutating func end(_ rollout: Rollout, reason: String, date: Date, in step: inout FleetStep) {
        var rollout = rollout
        rollout.current = nil
        if rollout.phase == .running {
            rollout.phase = .done
            rollout.reason = reason.isEmpty ? "\(rollout.replaced) replaced" : "\(rollout.replaced) replaced, \(reason)"
            templates.accepted = rollout.source
            step.events.append(
                ControllerEvent(.rolloutFinished, at: date, detail: "to \(rollout.source): \(rollout.reason)")
            )
        } else {
            rollout.phase = rollout.isAborted ? .aborted : .failed
            if !reason.isEmpty {
                rollout.reason += "; \(reason)"
                step.events.append(ControllerEvent(.rolloutFailed, at: date, detail: reason))
            }
        }
        keep(rollout, in: &step)
    }

    private mutating func conclude(_ rollout: Rollout, in step: inout FleetStep) {
        var rollout = rollout
        rollout.current = nil
        keep(rollout, in: &step)
    }

    private mutating func keep(_ rollout: Rollout, in step: inout FleetStep) {
        templates.rollout = rollout
        step.templates = templates
    }
}
