import Autoscaling
import Foundation
import Wire

extension Fleet {
    /// How long an instance that is idle is left alone before it is paused or stopped.
    static let settleTime = Duration.seconds(1)

    /// The instances that scale in may take, with what is known of their work.
    ///
    /// - Parameter work: Requests in flight and waiting, by UUID; an instance without an entry has an unknown number.
    package func candidates(work: [String: Int]) -> [VictimSelection.Candidate] {
        ordered { $0.state == .inService && isReachable($0) }.map { instance in
            VictimSelection.Candidate(
                id: instance.uuid,
                name: instance.name,
                work: work[instance.uuid],
                inServiceSince: memory[instance.uuid].servingSince ?? MonotonicInstant(nanoseconds: 0),
                isProtected: instance.isProtected,
                isOwned: instance.isOwned
            )
        }
    }

    /// Orders `count` instances to leave, those with the least work first.
    package mutating func scaleIn(
        by count: Int,
        work: [String: Int],
        reason: String,
        now: MonotonicInstant,
        date: Date
    ) -> FleetStep {
        var step = FleetStep()
        let order = VictimSelection.order(candidates(work: work))
        // Who has to leave anyway leaves first.
        let leaving = order.filter { isEvacuated($0.id) }
        for victim in (leaving + order.filter { !isEvacuated($0.id) }).prefix(max(0, count)) {
            guard let instance = instances[victim.id] else { continue }
            drain(instance, reason: "\(reason); \(Self.why(victim))", now: now, date: date, in: &step)
        }
        return step
    }

    /// Tells clients to leave an instance, and lets it finish what it has.
    package mutating func drain(
        _ instance: Instance,
        reason: String,
        by: String? = nil,
        now: MonotonicInstant,
        date: Date,
        in step: inout FleetStep
    ) {
        var instance = instance
        enter(.draining, &instance, reason: reason, now: now, date: date, in: &step)
        memory[instance.uuid].lease = now.advanced(by: settings.drain.lease)
        step.actions.append(.forget(uuid: instance.uuid))
        step.events.append(
            ControllerEvent(.instanceDraining, at: date, instance: instance.name, by: by, detail: reason)
        )
    }

    private func isEvacuated(_ uuid: String) -> Bool {
        instances[uuid].map { places[host(of: $0)]?.isEvacuating ?? false } ?? false
    }

    private static func why(_ victim: VictimSelection.Candidate) -> String {
        let work = victim.work.map { "\($0) requests there" } ?? "its work is unknown"
        return "\(victim.name) was chosen: \(work), the least, and of those it is the youngest in service"
    }

    mutating func moveDraining(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        if facts.domainStopped, instance.isClone {
            remove(instance, reason: "scaled in", now: facts.now, date: facts.date, in: &step)
            return
        }
        if facts.domainStopped {
            stopped(instance, wasComing: false, facts, in: &step)
            return
        }
        let leaseEnded = memory[instance.uuid].lease.map { $0 <= facts.now } ?? true
        // Until each client has said that it sends no more, the instance serves as before.
        guard facts.isAcknowledged || leaseEnded else { return }
        let isDone = isDone(instance, facts)
        if !isDone { memory[instance.uuid].awakeUntil = nil }
        guard isDone || facts.isOverdue else {
            if let agent = facts.agent, agent.isConnected, agent.work?.isAccepting ?? true {
                let others = endpoints.filter { $0.id != instance.uuid }.map(\.url)
                step.actions.append(
                    .drain(uuid: instance.uuid, alternatives: Array(others.prefix(AgentCommand.maximumAlternatives)))
                )
            }
            return
        }
        if isDone, !facts.isOverdue {
            // The last answers may still be on the wire: a guest that is paused sends nothing again.
            let time = settings.hasAgents ? Self.settleTime : settings.drainFor
            let end = memory[instance.uuid].awakeUntil ?? facts.now.advanced(by: time)
            memory[instance.uuid].awakeUntil = end
            guard end <= facts.now else { return }
        }
        if isDone, !facts.isOverdue, !passesAfterDraining(instance, facts, in: &step) { return }
        let failure = isDone ? afterDrainingFailure(facts) : nil
        let rest = failure.map { "the hook \(HookPoint.afterDraining.rawValue) failed: \($0)" } ?? whatIsLeft(facts)
        step.events.append(
            ControllerEvent(
                .instanceDrained,
                at: facts.date,
                instance: instance.name,
                detail: isDone && failure == nil
                    ? presence.finished(after: settings.drainFor)
                    : "its time of \(settings.drain.timeout) is over; \(rest)"
            )
        )
        leave(instance, isDone: isDone && failure == nil, facts, in: &step)
    }

    /// Whether an instance that is withdrawn has finished what it had. Where no agent counts that, time alone tells.
    private func isDone(_ instance: Instance, _ facts: InstanceFacts) -> Bool {
        guard !settings.hasAgents else { return facts.agent?.work?.isDone ?? false }
        return !facts.isOverdue || memory[instance.uuid].awakeUntil.map { $0 <= facts.now } ?? false
    }

    private func whatIsLeft(_ facts: InstanceFacts) -> String {
        guard let work = facts.agent?.work else { return "it has an unknown number of requests" }
        return "it has \(work.pending) requests" + (work.isHolding ? " and asks to be kept" : "")
    }

    /// Why the hook failed, where that matters.
    private func afterDrainingFailure(_ facts: InstanceFacts) -> String? {
        guard settings.hooks.contains(.afterDraining), case .failed(let reason) = facts.hooks[.afterDraining] else {
            return nil
        }
        return reason
    }

    /// Whether an instance that has finished its work may leave. One whose hook failed, where that matters, is held until
    /// its time to drain is over, so that somebody can look at it, and is stopped then, never parked.
    private mutating func passesAfterDraining(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep)
        -> Bool
    {
        guard settings.hooks.contains(.afterDraining) else { return true }
        switch facts.hooks[.afterDraining] {
        case .passed: return true
        case .failed(let failure):
            var instance = instance
            let reason = "held until its time to drain is over: the hook after-draining failed: \(failure)"
            guard instance.reason != reason else { return false }
            instance.reason = reason
            write(instance, in: &step)
            step.events.append(ControllerEvent(.hookFailed, at: facts.date, instance: instance.name, detail: reason))
            return false
        case .underWay: return false
        case nil:
            step.actions.append(.runHook(uuid: instance.uuid, name: instance.name, point: .afterDraining))
            return false
        }
    }

    /// Parks an instance while the warm pool has room, and stops it otherwise.
    private mutating func leave(_ instance: Instance, isDone: Bool, _ facts: InstanceFacts, in step: inout FleetStep) {
        var instance = instance
        if isDone, standbyHasRoom, isAvailable(instance), counted <= settings.maximum, facts.domain?.isRunning ?? false
        {
            beginParking(instance, reason: "the standby pool has room", facts, in: &step)
            return
        }
        enter(.stopping, &instance, reason: instance.reason, now: facts.now, date: facts.date, in: &step)
        step.actions.append(.forget(uuid: instance.uuid))
    }

    mutating func moveStopping(_ instance: Instance, _ facts: InstanceFacts, in step: inout FleetStep) {
        guard facts.hypervisorAnswers, let domain = facts.domain else { return }
        if !domain.isActive, instance.isClone {
            remove(instance, reason: "scaled in", now: facts.now, date: facts.date, in: &step)
        } else if !domain.isActive {
            if domain.hasSavedImage {
                step.actions.append(.discardImage(uuid: instance.uuid))
                return
            }
            var instance = instance
            instance.isOwned = false
            instance.standby = nil
            instance.goal = .service
            enter(.off, &instance, reason: "scaled in", now: facts.now, date: facts.date, in: &step)
            step.actions.append(.forget(uuid: instance.uuid))
            step.events.append(
                ControllerEvent(
                    .instanceStopped,
                    at: facts.date,
                    instance: instance.name,
                    detail: "the domain is off; it belongs to the reserve now"
                )
            )
        } else if facts.domainPaused || facts.isOverdue && memory[instance.uuid].wasAskedToStop {
            // A paused guest hears nothing, and has nothing in flight.
            guard instance.isOwned else { return }
            step.actions.append(.destroy(uuid: instance.uuid, run: domain.run))
        } else if domain.isRunning {
            // Its time counts from when it is first asked: the hypervisor may have been away until now.
            if !memory[instance.uuid].wasAskedToStop {
                memory[instance.uuid].wasAskedToStop = true
                memory[instance.uuid].deadline = facts.now.advanced(by: settings.drain.stopTimeout)
            }
            step.actions.append(.shutdown(uuid: instance.uuid))
        }
    }
}
