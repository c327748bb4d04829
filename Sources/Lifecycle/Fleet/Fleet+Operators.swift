import Autoscaling
import Foundation

extension Fleet {
    /// The instance of that name or UUID.
    package func find(_ name: String) -> Instance? {
        instances[name.lowercased()] ?? instances.values.first { $0.name == name }
    }

    /// Leaves an instance alone at scale in, or no longer.
    package mutating func protect(_ name: String, _ isProtected: Bool, by: String, date: Date) -> FleetStep {
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
    package mutating func retry(_ name: String?, by: String, now: MonotonicInstant, date: Date) -> FleetStep {
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
    package init(_ group: GroupConfiguration) {
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
        hasAgents = group.service.hasAgent
        drainFor = group.service.drainFor
        placement = group.placement
        slowStart = group.service.slowStart
    }
}
