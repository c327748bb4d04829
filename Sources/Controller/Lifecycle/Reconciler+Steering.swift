import Autoscaling
import Foundation
import Shared

/// What an operator, or a new configuration, asks of a group.
enum GroupCommand: Sendable {
    /// Keep to another configuration from now on.
    case configure(GroupConfiguration)
    /// Leave an instance alone at scale in, or no longer.
    case protect(instance: String, Bool, by: String)
    /// Try again what failed: closes the breaker, and ends the quarantine of one instance or of all.
    case retry(instance: String?, by: String)
    /// Pause the whole group, hold its size, or take that back.
    case steer(SteeringAct, by: String, Receipt)
    /// Take an instance out of service.
    case drain(instance: String, by: String)
    /// Replace every clone that is not of that template.
    case rollout(Rollout)
    /// End the rollout and go back.
    case abortRollout(by: String)
}

extension Reconciler {
    /// Does what was asked, to the fleet alone: what follows from it, the next step says.
    func obey(_ commands: [GroupCommand], _ state: inout State, now: Moment, date: Date) -> FleetStep {
        var step = FleetStep()
        for command in commands {
            switch command {
            case .configure(let group):
                state.group = group
                state.engine.policy = group.policy
                state.fleet.settings = FleetSettings(group)
            case .rollout(let rollout): step.append(state.fleet.beginRollout(rollout, date: date))
            case .abortRollout(let by): step.append(state.fleet.abortRollout(by: by, date: date))
            case .protect(let name, let isProtected, let by):
                step.append(state.fleet.protect(name, isProtected, by: by, date: date))
            case .retry(let name, let by):
                step.append(state.fleet.retry(name, by: by, now: now, date: date))
            case .steer(let act, let by, _): step.append(state.fleet.steer(act, by: by, date: date))
            case .drain(let name, let by):
                guard let instance = state.fleet.find(name), instance.state == .inService, instance.isOwned else {
                    continue
                }
                state.fleet.drain(instance, reason: "\(by) asked for it", by: by, now: now, date: date, in: &step)
            }
        }
        return step
    }
}

extension Fleet {
    /// The instance of that name or UUID.
    func find(_ name: String) -> Instance? {
        instances[name.lowercased()] ?? instances.values.first { $0.name == name }
    }

    /// Leaves an instance alone at scale in, or no longer.
    mutating func protect(_ name: String, _ isProtected: Bool, by: String, date: Date) -> FleetStep {
        var step = FleetStep()
        guard var instance = find(name), instance.isProtected != isProtected else { return step }
        instance.isProtected = isProtected
        write(instance, in: &step)
        step.events.append(
            ControllerEvent(
                .instanceProtected,
                at: date,
                instance: instance.name,
                by: by,
                detail: isProtected ? "\(by) protects it from scale in" : "\(by) no longer protects it from scale in"
            )
        )
        return step
    }

    /// Closes the breaker and ends quarantines.
    mutating func retry(_ name: String?, by: String, now: Moment, date: Date) -> FleetStep {
        var step = FleetStep()
        if breaker.succeed() {
            step.breaker = breaker
            step.events.append(ControllerEvent(.breakerClosed, at: date, by: by, detail: "\(by) closed it"))
        }
        var retried: [String] = []
        let only = name.flatMap { find($0)?.uuid }
        for instance in ordered where instance.state == .quarantined && (name == nil || instance.uuid == only) {
            var instance = instance
            instance.failures = 0
            retried.append(instance.name)
            enter(.off, &instance, reason: "\(by) ended its quarantine", now: now, date: date, in: &step)
        }
        let names = retried.isEmpty ? "nothing was in quarantine" : retried.joined(separator: ", ") + " may start again"
        step.events.append(
            ControllerEvent(
                .groupRetried,
                at: date,
                instance: only.flatMap { instances[$0]?.name },
                by: by,
                detail: "\(by) asked to try again what failed: \(names)"
            )
        )
        return step
    }
}

extension FleetSettings {
    /// The settings of a group.
    init(_ group: GroupConfiguration) {
        var limits = group.limits
        limits.replaceAfter = group.health.replaceAfter
        var hooks: Set<HookPoint> = []
        if group.hooks.beforeInService != nil { hooks.insert(.beforeInService) }
        if group.hooks.afterDraining != nil { hooks.insert(.afterDraining) }
        self.init(
            limits: limits,
            standby: group.standby,
            drain: group.drain,
            hooks: hooks,
            maximum: group.policy.max,
            template: group.template
        )
    }
}
