import Libvirt

/// Which domains of a host belong to which group: found out anew when the list of domains was read, or when a group is
/// configured otherwise, and not at each of the looks between.
struct DomainShares: Sendable {
    /// The domains of each target, in the order of the targets.
    private(set) var domains: [[DomainInfo]] = []
    /// The names of all domains of the host.
    private(set) var names: Set<String> = []
    private var templates: [String?] = []
    private var configurations: [UInt64] = []

    /// What is known of a host's domains.
    struct Facts {
        var inventory: [DomainInfo]
        /// The clones of ours among them.
        var clones: [String: CloneMark]
        /// The networks of each target, where they were found after the start.
        var networks: [[GroupDiscovery.Network]]
    }

    /// Sees that the shares are those of the present domains and configurations.
    ///
    /// - Parameter isRead: Whether the facts are others than before.
    mutating func renew(
        _ facts: Facts,
        _ targets: [HypervisorSampler.Target],
        templates: [String?],
        isRead: Bool
    ) {
        let configurations = targets.map { $0.configurations() }
        let isCurrent = !isRead && domains.count == targets.count && configurations == self.configurations
        if isCurrent, templates == self.templates { return }
        (self.templates, self.configurations) = (templates, configurations)
        names = Set(facts.inventory.map(\.name))
        // One that has clones would be written under their layers when it ran: not even a group that names another
        // template now may take it for an instance.
        let unstartable = Set(templates.compactMap { $0 } + facts.clones.values.map(\.template))
        var left = facts.inventory.filter { facts.clones[$0.uuid] != nil || !unstartable.contains($0.name) }
        domains = targets.enumerated().map { index, target in
            let networks = facts.networks.indices.contains(index) ? facts.networks[index] : target.networks
            let isMine: (DomainInfo) -> Bool = {
                HypervisorSampler.fits($0, facts.clones[$0.uuid], target, on: networks)
            }
            defer { left.removeAll(where: isMine) }
            return left.filter(isMine)
        }
    }
}
