/// One domain as libvirt knows it.
public struct DomainInfo: Hashable, Sendable {
    /// Canonical lower-case UUID; what every operation takes.
    public var uuid: String
    /// The name, unique on its hypervisor.
    public var name: String
    /// libvirt's number of the running domain; nil while it is not active.
    public var id: Int?
    /// The state at the time of the call.
    public var state: DomainState
    /// Whether its definition outlives it; a transient domain is gone once stopped.
    public var isPersistent: Bool
    /// Virtual CPUs it has (or starts with).
    public var vcpuCount: Int?
    /// Memory it may have, in bytes.
    public var maxMemory: UInt64?
    /// Network interfaces in the order of the XML.
    public var interfaces: [DomainInterface]
    /// Whether its memory lies on disk, so that its next start goes on from there.
    ///
    /// In an active domain: one that is being saved or restored right now, or whose restore was interrupted; see
    /// ``Hypervisor/resume(uuid:)``.
    public var hasManagedSave: Bool
    /// Our element in its metadata, as ``Hypervisor/metadata(uuid:)`` gives it; of the running domain where it is active.
    public var metadata: String?

    /// Memberwise.
    public init(
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
    public func isAttached(toNetwork network: String) -> Bool {
        interfaces.contains { $0.network == network }
    }
}

/// One network interface of a domain.
public struct DomainInterface: Hashable, Sendable {
    /// The libvirt network it is on; nil for interfaces that are bridged or otherwise attached by hand.
    public var network: String?
    /// The host's bridge, as far as the XML names it.
    public var bridge: String?
    /// Lower-case, colons.
    public var mac: String?

    /// Memberwise; the MAC is lower-cased.
    public init(network: String?, bridge: String? = nil, mac: String?) {
        self.network = network
        self.bridge = bridge
        self.mac = mac?.lowercased()
    }
}
