import Libvirt
import Lifecycle
import Orchestration
import Wire

extension GroupFindings {
    /// What there is to say of a group's template and of the pool that its clones' disks are in.
    static func templateFindings(
        _ group: GroupConfiguration,
        _ networks: [GroupDiscovery.Network],
        _ domains: [DomainInfo],
        _ pools: [StoragePoolInfo]?
    ) -> [ValidationFinding] {
        guard let template = group.template else { return [] }
        var findings: [ValidationFinding] = []
        if let name = template.domain { findings.append(source(name, networks.map(\.name), domains)) }
        for network in networks {
            guard let range = network.ownAddresses, !group.hosts.covers(range) else { continue }
            let problem = CloneProblem.ownAddresses(hosts: group.hosts, network: network.name, range: range)
            findings.append(bad("template: \(problem)"))
        }
        if let pools { findings.append(pool(template.pool, pools)) }
        return findings
    }

    private static func source(
        _ name: String,
        _ networks: [String],
        _ domains: [DomainInfo]
    ) -> ValidationFinding {
        guard let domain = domains.first(where: { $0.name == name }) else {
            return bad("template: there is no domain '\(name)'; define it, or name another in template.domain")
        }
        guard !domain.state.isActive else {
            return bad("template: '\(name)' runs; shut it down, so that its disk can be cloned")
        }
        guard !domain.hasManagedSave else {
            return bad("template: '\(name)' is saved; start it and shut it down, so that its disk can be cloned")
        }
        // A clone's address is reserved for its first interface on a network of libvirt's.
        guard let network = domain.interfaces.lazy.compactMap(\.network).first, networks.contains(network) else {
            let problem = CloneProblem.foreignNetwork(template: name, networks: networks)
            return bad("template: \(problem)")
        }
        return ValidationFinding(isFine: true, text: "template: '\(name)' is shut off")
    }

    private static func pool(_ name: String, _ pools: [StoragePoolInfo]) -> ValidationFinding {
        guard let pool = pools.first(where: { $0.name == name }) else {
            return bad("template: \(CloneProblem.noPool(name))")
        }
        guard pool.isActive else { return bad("template: \(CloneProblem.inactivePool(name))") }
        let needed = CloneOperator.poolReserve
        if let available = pool.available, available < needed {
            return bad("template: \(CloneProblem.poolFull(name, available: available, needed: needed))")
        }
        let space = pool.available.map { "has \($0 >> 20) MiB left" } ?? "is active"
        return ValidationFinding(isFine: true, text: "template: the storage pool '\(name)' \(space)")
    }

    private static func bad(_ text: String) -> ValidationFinding { ValidationFinding(isFine: false, text: text) }
}
