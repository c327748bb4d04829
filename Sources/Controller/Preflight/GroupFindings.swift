import Autoscaling
import Libvirt
import Lifecycle
import Orchestration

/// One thing that was checked.
package struct ValidationFinding: Sendable, Equatable {
    /// Whether it is as it should be.
    package var isFine: Bool
    /// Whether it may be so, and is worth a look: a controller would run.
    package var isWarning = false
    /// What was found, with the remedy where something is wrong.
    package var text: String

    /// A finding.
    package init(isFine: Bool, isWarning: Bool = false, text: String) {
        self.isFine = isFine
        self.isWarning = isWarning
        self.text = text
    }
}

/// Compares groups with what the hypervisor has.
package enum GroupFindings {
    /// What each group finds; a domain belongs to the first group that matches, a clone to the one that it names.
    ///
    /// Without `pools` nothing is said of storage.
    package static func findings(
        groups: [GroupConfiguration],
        networks: [NetworkInfo],
        domains: [DomainInfo],
        pools: [StoragePoolInfo]? = nil
    ) -> [ValidationFinding] {
        // A template is no instance, not even another group's.
        var taken = Set(
            groups.compactMap { group in
                if case .domain(let name) = group.template?.source { name } else { nil }
            }
        )
        taken.formUnion(domains.compactMap { $0.record?.clone?.template })
        return groups.flatMap { group in
            let prefix = "group \(group.name): "
            do {
                let found = try GroupDiscovery.networks(in: group.hosts, of: networks)
                let members = domains.filter { domain in
                    let owner = domain.record.flatMap { $0.clone?.uuid == domain.uuid ? $0.group ?? "" : nil }
                    return !taken.contains(domain.name)
                        && (owner.map { $0 == group.name } ?? group.includes(domain: domain.name))
                        && found.contains { $0.has(domain.interfaces) }
                }
                taken.formUnion(members.map(\.name))
                // One with two addresses in the range is named once.
                let names = Set(found.map(\.name)).sorted()
                let text = prefix + "networks " + names.joined(separator: ", ")
                return [ValidationFinding(isFine: true, text: text)]
                    + (agentFindings(group) + templateFindings(group, found, domains, pools)
                    + findings(of: group, members: members))
                    .map { ValidationFinding(isFine: $0.isFine, text: prefix + $0.text) }
            } catch {
                return [ValidationFinding(isFine: false, text: prefix + "\(error)")]
            }
        }
    }

    private static func findings(of group: GroupConfiguration, members: [DomainInfo]) -> [ValidationFinding] {
        let names = members.map { "\($0.name) (\($0.state))" }.joined(separator: ", ")
        guard group.template == nil else {
            let text = members.isEmpty ? "none yet, clones will be made" : names
            return [ValidationFinding(isFine: true, text: "domains: \(text)")]
        }
        guard !members.isEmpty else {
            let pattern = group.domains.map { " and is named like '\($0)'" } ?? ""
            return [
                ValidationFinding(
                    isFine: false,
                    text: "domains: none is attached to these networks\(pattern); define one, or attach one"
                )
            ]
        }
        let (needed, least) = need(of: group)
        return [
            ValidationFinding(
                isFine: members.count >= needed,
                text: members.count >= needed
                    ? "domains: \(names)"
                    : "domains: \(names): fewer than \(least) and standby, \(needed), and there is no template; define "
                        + "more, or lower them"
            )
        ]
    }

    /// The most domains that the group needs at any time, and what asks for so many.
    private static func need(of group: GroupConfiguration) -> (count: Int, least: String) {
        var need = (count: group.policy.min, least: "min")
        for (index, schedule) in group.policy.schedules.enumerated() {
            let least = group.policy.bounds(during: schedule).min
            if least > need.count { need = (least, "min of policy.schedule[\(index)] (`\(schedule.cron)`)") }
        }
        return (need.count + group.standby.total, need.least)
    }
}
