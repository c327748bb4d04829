import Libvirt

extension HypervisorSampler {
    /// What the sampler remembers between two ticks.
    struct Memory {
        var inventory: [DomainInfo] = []
        /// The clones of ours among them.
        var clones: [String: CloneMark] = [:]
        var isStale = true
        var inventoryAge = 0
        /// The domains that were active when the inventory was read.
        var active: Set<String> = []
        var previous: [String: DomainStatistics] = [:]
        /// The networks of each target, where they were found after the start.
        var networks: [[GroupDiscovery.Network]] = []
        /// Whether the image of each target's clones is on the host.
        var images: [Bool?] = []
        /// Whose domains these are.
        var shares = DomainShares()
        /// The domains that were told of because their QEMU does not answer.
        var hung: Set<String> = []
    }
}
