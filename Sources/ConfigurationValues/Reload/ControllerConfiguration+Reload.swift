import Autoscaling
import Lifecycle

extension ControllerConfiguration {
    /// What becomes of the differences between the running configuration and a new one.
    package static func reloadPlan(from old: ControllerConfiguration, to new: ControllerConfiguration) -> ReloadPlan {
        var plan = ReloadPlan()
        plan.restart = difference([
            ("connect", old.uri == new.uri),
            ("listen", old.listen == new.listen),
            ("web-listen", old.webListen == new.webListen),
            ("web-token-file", old.webTokenFile == new.webTokenFile),
            ("state-dir", old.stateDirectory == new.stateDirectory),
            ("history-size", old.historySize == new.historySize),
            ("interval", old.interval == new.interval),
            ("log-file", old.logFile == new.logFile),
            ("spans-file", old.spansFile == new.spansFile),
            ("advertise", old.advertise == new.advertise),
        ])
        plan.live = difference([
            ("agent-certificate-lifetime", old.issuing.agentLifetime == new.issuing.agentLifetime),
            ("client-certificate-lifetime", old.issuing.clientLifetime == new.issuing.clientLifetime),
        ])
        for group in new.groups {
            guard let before = old.group(group.name) else {
                plan.addedGroups.append(group.name)
                continue
            }
            let prefix = "\(ControllerConfiguration.groupsKey).\(group.name)."
            plan.live += liveDifference(from: before, to: group).map { prefix + $0 }
            if before.hosts != group.hosts { plan.restart.append(prefix + "hosts") }
        }
        plan.removedGroups = old.groups.map(\.name).filter { new.group($0) == nil }
        let staying = old.groups.map(\.name).filter { new.group($0) != nil }
        plan.reordersGroups = staying != new.groups.map(\.name).filter { old.group($0) != nil }
        return plan
    }

    /// The new configuration with the old values of what needs a restart: what is to be in effect after a reload.
    package static func effective(
        from old: ControllerConfiguration,
        to new: ControllerConfiguration
    ) -> ControllerConfiguration {
        var effective = new
        effective.uri = old.uri
        effective.listen = old.listen
        effective.webListen = old.webListen
        effective.webTokenFile = old.webTokenFile
        effective.stateDirectory = old.stateDirectory
        effective.historySize = old.historySize
        effective.interval = old.interval
        effective.logFile = old.logFile
        effective.spansFile = old.spansFile
        effective.advertise = old.advertise
        for index in effective.groups.indices {
            if let before = old.group(effective.groups[index].name) { effective.groups[index].hosts = before.hosts }
        }
        return effective
    }

    private static func difference(_ settings: [(key: String, isSame: Bool)]) -> [String] {
        settings.filter { !$0.isSame }.map(\.key)
    }

    private static func liveDifference(from old: GroupConfiguration, to new: GroupConfiguration) -> [String] {
        difference([
            ("domains", old.domains == new.domains),
            ("min", old.policy.min == new.policy.min),
            ("max", old.policy.max == new.policy.max),
            ("mode", old.policy.mode == new.policy.mode),
            ("policy.rules", old.policy.rules == new.policy.rules),
            ("policy.scale-out", old.policy.scaleOut == new.policy.scaleOut),
            ("policy.scale-in", old.policy.scaleIn == new.policy.scaleIn),
            ("policy.warm-up", old.policy.warmUp == new.policy.warmUp),
            ("policy.on-gap", old.policy.onGap == new.policy.onGap),
            ("policy.on-starved", old.policy.onStarved == new.policy.onStarved),
            ("policy.schedule", old.policy.schedules == new.policy.schedules),
            ("policy.forecast", old.policy.forecast == new.policy.forecast),
            ("standby", old.standby == new.standby),
            ("template", old.template == new.template),
            ("health", old.health == new.health && old.limits == new.limits),
            ("drain", old.drain == new.drain),
            ("hooks", old.hooks == new.hooks),
            ("host", old.host == new.host),
        ])
    }
}
