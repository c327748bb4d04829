import Lifecycle

extension ControllerConfiguration {
    /// What becomes of the differences between the running configuration and a new one.
    package static func reloadPlan(from old: ControllerConfiguration, to new: ControllerConfiguration) -> ReloadPlan {
        var plan = ReloadPlan()
        plan.restart = ComparedSetting.differences(of: changedByRestart, from: old, to: new)
        plan.live = ComparedSetting.differences(of: changedByReload, from: old, to: new)
        for group in new.groups {
            guard let before = old.group(group.name) else {
                plan.addedGroups.append(group.name)
                continue
            }
            let prefix = "\(groupsKey).\(group.name)."
            let live = ComparedSetting.differences(of: GroupConfiguration.changedByReload, from: before, to: group)
            plan.live += live.map { prefix + $0 }
            let restart = ComparedSetting.differences(of: GroupConfiguration.changedByRestart, from: before, to: group)
            plan.restart += restart.map { prefix + $0 }
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
        for setting in changedByRestart { setting.keep(&effective, old) }
        for index in effective.groups.indices {
            guard let before = old.group(effective.groups[index].name) else { continue }
            for setting in GroupConfiguration.changedByRestart { setting.keep(&effective.groups[index], before) }
        }
        return effective
    }
}
