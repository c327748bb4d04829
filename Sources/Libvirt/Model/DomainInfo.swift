/// One domain as libvirt knows it.
package struct DomainInfo: Hashable, Sendable {
    /// Canonical lower-case UUID; what every operation takes.
    package var uuid: String
    /// The name, unique on its hypervisor.
    package var name: String
    /// libvirt's number of the running domain; nil while it is not active.
    package var id: Int?
    /// The state at the time of the call.
    package var state: DomainState
    /// Whether its definition outlives it; a transient domain is gone once stopped.
    package var isPersistent: Bool
    /// Virtual CPUs it has (or starts with).
    package var vcpuCount: Int?
    /// Memory it may have, in bytes.
    package var maxMemory: UInt64?
    /// Network interfaces in the order of the XML.
    package var interfaces: [DomainInterface]
    /// Whether its memory lies on disk, so that its next start goes on from there.
    ///
    /// In an active domain: one that is being saved or restored right now, or whose restore was interrupted; see
    /// ``Hypervisor/resume(uuid:)``.
    package var hasManagedSave: Bool
    /// Our element in its metadata, as ``Hypervisor/metadata(uuid:)`` gives it; of the running domain where it is active.
    package var metadata: String?

    /// Memberwise.
    package init(
        uuid: String,
        name: String,
        id: Int? = nil,
        state: DomainState,
        isPersistent: Bool = true,
        vcpuCount: Int? = nil,
        maxMemory: UInt64? = nil,
        interfaces: [DomainInterface] = [],
        hasManagedSave: Bool = false,
        metadata: String? = nil
    ) {
        self.uuid = uuid
        self.name = name
        self.id = id
        self.state = state
        self.isPersistent = isPersistent
        self.vcpuCount = vcpuCount
        self.maxMemory = maxMemory
        self.interfaces = interfaces
        self.hasManagedSave = hasManagedSave
        self.metadata = metadata
    }

    /// Whether one of its interfaces is on the network of that name.
    package func isAttached(toNetwork network: String) -> Bool {
        interfaces.contains { $0.network == network }
    }
}

/// One network interface of a domain.
package struct DomainInterface: Hashable, Sendable {
    /// The libvirt network it is on; nil for interfaces that are bridged or otherwise attached by hand.
    package var network: String?
    /// The host's bridge, as far as the XML names it.
    package var bridge: String?
    /// Lower-case, colons.
    package var mac: String?

    /// Memberwise; the MAC is lower-cased.
    package init(network: String?, bridge: String? = nil, mac: String?) {
        self.network = network
        self.bridge = bridge
        self.mac = mac?.lowercased()
    }
}
