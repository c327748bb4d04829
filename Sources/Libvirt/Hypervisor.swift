/// One libvirt connection in domain terms: everything the controller asks of a host.
///
/// Two implementations: ``LibvirtHypervisor`` and, for tests and simulations, ``InMemoryHypervisor``. Domains are named
/// by their canonical lower-case UUID, networks by name. Methods throw ``LibvirtError``, and `CancellationError` when
/// the calling task is cancelled (the effect of a call that had begun may still happen). Without a connection they
/// throw at once, with ``LibvirtError/isConnectionLost``.
///
/// Operations that bring a domain into a state are idempotent: a domain that is there already is no error.
public protocol Hypervisor: Sendable {
    /// The connection's name.
    var uri: HypervisorURI { get }

    /// Whether calls have a chance right now.
    var isConnected: Bool { get }

    /// Opens the connection unless it is open. Throws when the hypervisor cannot be reached, with the remedy.
    func connect() async throws

    /// Keeps the connection: reconnects with back-off whenever it is lost. Returns when the task is cancelled, with the
    /// connection closed. Calls work without it; only nobody reconnects.
    func run() async

    /// Asks the other end who it is; the cheapest way to learn that it answers.
    func ping() async throws -> HypervisorVersion

    /// CPUs and memory of the host.
    func hostInfo() async throws -> HostInfo

    /// All networks, by name.
    func networks() async throws -> [NetworkInfo]

    /// The leases that a network's DHCP server has given out.
    func leases(network: String) async throws -> [DHCPLease]

    /// Adds a static lease, now and for good. One with the same MAC, name or address must not exist; the identical one
    /// may.
    func addDHCPReservation(_ reservation: DHCPReservation, network: String) async throws

    /// Removes a static lease, now and for good. One that does not exist is no error.
    func removeDHCPReservation(_ reservation: DHCPReservation, network: String) async throws

    /// All domains, active or not, by name.
    func domains() async throws -> [DomainInfo]

    /// One domain. Throws ``LibvirtError/Code/noDomain``.
    func domain(uuid: String) async throws -> DomainInfo

    /// The counters of all active domains in one call.
    func statistics() async throws -> [DomainStatistics]

    /// The domain's XML: of the running domain, or what it will start with (`inactive`).
    ///
    /// Credentials given by ``setCredentials(uuid:_:)`` stand in it, so it does not belong in a log.
    func domainXML(uuid: String, inactive: Bool) async throws -> String

    /// Defines a domain from its XML, or changes its definition, and returns its UUID.
    func define(xml: String) async throws -> String

    /// Removes the definition of a domain. An active one becomes transient. One that does not exist is no error.
    func undefine(uuid: String) async throws

    /// Gives the guest these credentials at its next start: each replaces the former one of the same name; all other
    /// entries and settings of the definition stay.
    func setCredentials(uuid: String, _ credentials: [Credential]) async throws

    /// Starts a domain, or starts it paused. One that is active in the other of the two states is an
    /// ``LibvirtError/Code/operationInvalid`` error.
    func start(uuid: String, paused: Bool) async throws

    /// Pauses a running domain; its memory stays.
    func suspend(uuid: String) async throws

    /// Lets a paused domain run.
    func resume(uuid: String) async throws

    /// Asks the guest to shut down (ACPI) and returns; the guest may take its time or not obey.
    func shutdown(uuid: String) async throws

    /// Stops a domain the hard way.
    func destroy(uuid: String) async throws

    /// Our element in the domain's metadata (``DomainMetadata/namespace``), or nil.
    func metadata(uuid: String) async throws -> String?

    /// Sets our element in the domain's metadata, of the definition and of the running domain; nil removes it.
    ///
    /// `xml` is one element such as `<instance group="web"/>`; libvirt puts it into our namespace.
    func setMetadata(uuid: String, xml: String?) async throws

    /// What happens to domains from now on. Each call is a subscription of its own; one that is not read keeps the
    /// newest 1024. Survives reconnects; events in between are lost, see ``ConnectionEvent/connected``.
    func lifecycleEvents() -> AsyncStream<LifecycleEvent>

    /// Changes of the connection from now on; begins with ``ConnectionEvent/connected`` if it stands.
    func connectionEvents() -> AsyncStream<ConnectionEvent>
}

extension Hypervisor {
    /// All domains with an interface on the network of that name, by name.
    public func domains(onNetwork network: String) async throws -> [DomainInfo] {
        try await domains().filter { $0.isAttached(toNetwork: network) }
    }

    /// Starts a domain.
    public func start(uuid: String) async throws {
        try await start(uuid: uuid, paused: false)
    }
}
