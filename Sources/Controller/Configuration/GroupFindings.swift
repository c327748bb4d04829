import Autoscaling
import Libvirt

/// One thing that was checked.
public struct ValidationFinding: Sendable, Equatable {
    /// Whether it is as it should be.
    public var isFine: Bool
    /// What was found, with the remedy where something is wrong.
    public var text: String
}

/// Compares groups with what the hypervisor has.
enum GroupFindings {
    /// What each group finds; a domain belongs to the first group that matches.
    static func findings(
        groups: [GroupConfiguration],
        networks: [NetworkInfo],
        domains: [DomainInfo]
    ) -> [ValidationFinding] {
        // A template is no instance, not even another group's.
        var taken = Set(
            groups.compactMap { group in
                if case .domain(let name) = group.template?.source { name } else { nil }
            }
        )
        return groups.flatMap { group in
            let prefix = "group \(group.name): "
            do {
                let found = try GroupDiscovery.networks(in: group.hosts, of: networks)
                let members = domains.filter { domain in
                    !taken.contains(domain.name) && group.includes(domain: domain.name)
                        && found.contains { domain.isAttached(toNetwork: $0.name) }
                }
                taken.formUnion(members.map(\.name))
                let text = prefix + "networks " + found.map(\.name).joined(separator: ", ")
                return [ValidationFinding(isFine: true, text: text)]
                    + findings(of: group, members: members, domains: domains)
                    .map { ValidationFinding(isFine: $0.isFine, text: prefix + $0.text) }
            } catch {
                return [ValidationFinding(isFine: false, text: prefix + "\(error)")]
            }
        }
    }

    private static func findings(
        of group: GroupConfiguration,
        members: [DomainInfo],
        domains: [DomainInfo]
    ) -> [ValidationFinding] {
        var findings: [ValidationFinding] = []
        if let template = group.template, case .domain(let name) = template.source {
            let domain = domains.first { $0.name == name }
            findings.append(
                ValidationFinding(
                    isFine: domain?.state.isActive == false,
                    text: domain == nil
                        ? "template: there is no domain '\(name)'; define it, or name another in template.domain"
                        : domain?.state.isActive == true
                            ? "template: '\(name)' runs; shut it down, so that its disk can be cloned"
                            : "template: '\(name)' is shut off"
                )
            )
        }
        let names = members.map { "\($0.name) (\($0.state))" }.joined(separator: ", ")
        guard group.template == nil else {
            let text = members.isEmpty ? "none yet, clones will be made" : names
            return findings + [ValidationFinding(isFine: true, text: "domains: \(text)")]
        }
        guard !members.isEmpty else {
            let pattern = group.domains.map { " and is named like '\($0)'" } ?? ""
            return findings + [
                ValidationFinding(
                    isFine: false,
                    text: "domains: none is attached to these networks\(pattern); define one, or attach one"
                )
            ]
        }
        let needed = group.policy.min + group.standby.paused + group.standby.saved
        return findings + [
            ValidationFinding(
                isFine: members.count >= needed,
                text: members.count >= needed
                    ? "domains: \(names)"
                    : "domains: \(names): fewer than min and standby, \(needed), and there is no template; define more, "
                        + "or lower them"
            )
        ]
    }
}
