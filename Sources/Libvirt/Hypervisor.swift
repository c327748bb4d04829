import Wire

/// One libvirt connection in domain terms: everything the controller asks of a host.
///
/// Two implementations: ``LibvirtHypervisor`` and, for tests and simulations, ``InMemoryHypervisor``. Domains are named
/// by their canonical lower-case UUID, networks by name. Methods throw ``LibvirtError``, and `CancellationError` when
/// the calling task is cancelled (the effect of a call that had begun may still happen). Without a connection they
/// throw at once, with ``LibvirtError/isConnectionLost``.
///
/// Operations that bring a domain into a state are idempotent: a domain that is there already is no error.
package protocol Hypervisor: Sendable {
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

    /// The fastest kind of domain that the host can run: KVM where libvirt offers it and the host's CPUs have what it
    /// needs, else emulation.
    func bestDomainType() async throws -> DomainType

    /// All networks, by name.
    func networks() async throws -> [NetworkInfo]

    /// The leases that a network's DHCP server has given out.
    func leases(network: String) async throws -> [DHCPLease]

    /// The addresses of an active domain's interfaces, as one source knows them; empty where it knows none.
    ///
    /// A guest agent is given two seconds, so it is asked where the others know nothing. One that does not answer, or is
    /// not there, is an error and costs no connection. These calls have a thread of their own and hold up no other.
    func addresses(uuid: String, source: GuestAddress.Source) async throws -> [GuestAddress]

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
    ///
    /// One guest whose QEMU hangs holds that call up for as long as it hangs. A call that takes longer than `patience` is
    /// left behind, and a second one goes out, which passes over the guest that the first one waits for.
    func statistics(patience: Duration) async throws -> StatisticsReading

    /// The domain's XML: of the running domain, or what it will start with (`inactive`).
    ///
    /// The inactive one is complete, so that it can be defined again: passwords of graphics and credentials given by
    /// ``setCredentials(uuid:_:)`` stand in it, so it does not belong in a log.
    func domainXML(uuid: String, inactive: Bool) async throws -> String

    /// Defines a domain from its XML, or changes its definition, and returns its UUID.
    func define(xml: String) async throws -> String

    /// Removes the definition of a domain, with its managed save and the metadata of its snapshots. An active one becomes
    /// transient. One that does not exist is no error.
    ///
    /// `withFirmware` removes its firmware variables (NVRAM) and its TPM's state too; without it libvirt refuses to
    /// undefine a domain that has some.
    func undefine(uuid: String, withFirmware: Bool) async throws

    /// Gives the guest these credentials at its next start: each replaces the former one of the same name; all other
    /// entries and settings of the definition stay.
    func setCredentials(uuid: String, _ credentials: [Credential]) async throws

    /// Starts a domain, or starts it paused. One that is active in the other of the two states is an
    /// ``LibvirtError/Code/operationInvalid`` error.
    ///
    /// A domain with a managed save goes on from it instead of booting, and the image is used up. No memory image is ever
    /// resumed twice, since its disks have moved on: libvirt itself removes the image only after a restore that
    /// succeeded, so it stays when libvirtd ends in between. Therefore the guest is restored paused, and runs only when
    /// the image is gone. An image older than the domain's last run, as far as libvirt remembers it, is thrown away, and
    /// the domain boots. A restore that fails throws, and leaves the domain shut off with its image:
    /// try again, or ``startFresh(uuid:paused:)``. An image that was never finished is thrown away by libvirt, and the
    /// domain boots.
    func start(uuid: String, paused: Bool) async throws

    /// Boots a domain, or boots it paused; a managed save that it has is thrown away first. Otherwise as
    /// ``start(uuid:paused:)``.
    func startFresh(uuid: String, paused: Bool) async throws

    /// Writes a domain's memory to the host's disk and stops it; the next start goes on from there. The image says
    /// "running", also when the domain was paused. One that is shut off and saved already is no error; one that is shut
    /// off without a managed save is ``LibvirtError/Code/operationInvalid``.
    ///
    /// Takes as long as the host needs to write the guest's memory; several of one hypervisor run one after the other. When it fails, the domain goes on as it was.
    func managedSave(uuid: String) async throws

    /// Throws a domain's managed save away, so that its next start boots. One that has none is no error.
    func removeManagedSave(uuid: String) async throws

    /// Pauses a running domain; its memory stays.
    func suspend(uuid: String) async throws

    /// Lets a paused domain run. A managed save left behind by an interrupted restore is removed before that.
    func resume(uuid: String) async throws

    /// Asks the guest to shut down (ACPI) and returns; the guest may take its time or not obey.
    func shutdown(uuid: String) async throws

    /// Stops a domain the hard way: in the run of that number (``DomainInfo/id``), or in whichever it is, with `nil`.
    ///
    /// An order may wait, and the domain may stop and be started again by somebody else meanwhile. Nothing is done then.
    func destroy(uuid: String, run: Int?) async throws

    /// Our element in the domain's metadata (``DomainMetadata/namespace``), or nil.
    func metadata(uuid: String) async throws -> String?

    /// Sets our element in the domain's metadata, of the definition and of the running domain; nil removes it.
    ///
    /// `xml` is one element such as `<instance group="web"/>`; libvirt puts it into our namespace.
    func setMetadata(uuid: String, xml: String?) async throws

    /// All storage pools, by name.
    func storagePools() async throws -> [StoragePoolInfo]

    /// Counts a pool's space anew and finds what others put into it or took away. Reads the head of every volume.
    func refreshStoragePool(_ name: String) async throws

    /// A volume. Throws ``LibvirtError/Code/noStoragePool``, ``LibvirtError/Code/noStorageVolume``, and
    /// ``LibvirtError/Code/operationInvalid`` for a pool that is not active.
    func volume(_ reference: VolumeReference) async throws -> VolumeInfo

    /// A volume of any active pool by its path on the host. Throws ``LibvirtError/Code/noStorageVolume``.
    func volume(path: String) async throws -> VolumeInfo

    /// Makes an empty qcow2 layer over an image, with the image's capacity. The image must not be written any more.
    ///
    /// Throws ``LibvirtError/Code/volumeExists`` when the name is taken, an error with ``LibvirtError/isStorageFull``
    /// when the pool has no room, and what ``volume(_:)`` throws for the pool.
    func createLinkedVolume(_ reference: VolumeReference, backing: VolumeBacking) async throws -> VolumeInfo

    /// Deletes a volume with all that is in it. One that does not exist is no error; a pool that does not exist, or is
    /// not active, is.
    func deleteVolume(_ reference: VolumeReference) async throws

    /// What happens to domains from now on. Each call is a subscription of its own; one that is not read keeps the
    /// newest 1024. Survives reconnects; events in between are lost, see ``ConnectionEvent/connected``.
    func lifecycleEvents() -> AsyncStream<LifecycleEvent>

    /// Changes of the connection from now on; begins with ``ConnectionEvent/connected`` if it stands.
    func connectionEvents() -> AsyncStream<ConnectionEvent>
}

extension Hypervisor {
    /// All domains with an interface on the network of that name, by name.
    package func domains(onNetwork network: String) async throws -> [DomainInfo] {
        try await domains().filter { $0.isAttached(toNetwork: network) }
    }

    /// The counters of all active domains in one call, by one who has time.
    package func statistics() async throws -> [DomainStatistics] {
        try await statistics(patience: .seconds(10)).domains
    }

    /// Starts a domain.
    package func start(uuid: String) async throws {
        try await start(uuid: uuid, paused: false)
    }

    /// Boots a domain, without its managed save.
    package func startFresh(uuid: String) async throws {
        try await startFresh(uuid: uuid, paused: false)
    }

    /// Stops a domain the hard way, whichever run it is in.
    package func destroy(uuid: String) async throws {
        try await destroy(uuid: uuid, run: nil)
    }

    /// Removes a definition; firmware variables stay.
    package func undefine(uuid: String) async throws {
        try await undefine(uuid: uuid, withFirmware: false)
    }
}
