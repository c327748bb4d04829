import Libvirt
import Shared

/// A hypervisor whose calls are timed, by call and outcome.
struct MeasuredHypervisor: Hypervisor {
    let base: any Hypervisor
    let metrics: PrometheusRegistry

    var uri: HypervisorURI { base.uri }
    var isConnected: Bool { base.isConnected }

    func run() async { await base.run() }
    func lifecycleEvents() -> AsyncStream<LifecycleEvent> { base.lifecycleEvents() }
    func connectionEvents() -> AsyncStream<ConnectionEvent> { base.connectionEvents() }

    private func timed<Value>(_ call: String, _ body: () async throws -> sending Value) async throws -> sending Value {
        let start = ContinuousClock.now
        var outcome = "failed"
        defer { metrics.record(MetricNames.hypervisorCall, [call, outcome], start.duration(to: .now).seconds) }
        do {
            let value = try await body()
            outcome = "ok"
            return value
        } catch is CancellationError {
            outcome = "cancelled"
            throw CancellationError()
        }
    }

    func connect() async throws { try await timed("connect") { try await base.connect() } }
    func ping() async throws -> HypervisorVersion { try await timed("ping") { try await base.ping() } }
    func hostInfo() async throws -> HostInfo { try await timed("host_info") { try await base.hostInfo() } }

    func bestDomainType() async throws -> DomainType {
        try await timed("best_domain_type") { try await base.bestDomainType() }
    }

    func networks() async throws -> [NetworkInfo] { try await timed("networks") { try await base.networks() } }

    func leases(network: String) async throws -> [DHCPLease] {
        try await timed("leases") { try await base.leases(network: network) }
    }

    func addDHCPReservation(_ reservation: DHCPReservation, network: String) async throws {
        try await timed("add_dhcp_reservation") { try await base.addDHCPReservation(reservation, network: network) }
    }

    func removeDHCPReservation(_ reservation: DHCPReservation, network: String) async throws {
        try await timed("remove_dhcp_reservation") {
            try await base.removeDHCPReservation(reservation, network: network)
        }
    }

    func domains() async throws -> [DomainInfo] { try await timed("domains") { try await base.domains() } }
    func domain(uuid: String) async throws -> DomainInfo {
        try await timed("domain") { try await base.domain(uuid: uuid) }
    }

    func statistics() async throws -> [DomainStatistics] {
        try await timed("statistics") { try await base.statistics() }
    }

    func domainXML(uuid: String, inactive: Bool) async throws -> String {
        try await timed("domain_xml") { try await base.domainXML(uuid: uuid, inactive: inactive) }
    }

    func define(xml: String) async throws -> String { try await timed("define") { try await base.define(xml: xml) } }

    func undefine(uuid: String, withFirmware: Bool) async throws {
        try await timed("undefine") { try await base.undefine(uuid: uuid, withFirmware: withFirmware) }
    }

    func setCredentials(uuid: String, _ credentials: [Credential]) async throws {
        try await timed("set_credentials") { try await base.setCredentials(uuid: uuid, credentials) }
    }

    func start(uuid: String, paused: Bool) async throws {
        try await timed("start") { try await base.start(uuid: uuid, paused: paused) }
    }

    func startFresh(uuid: String, paused: Bool) async throws {
        try await timed("start_fresh") { try await base.startFresh(uuid: uuid, paused: paused) }
    }

    func managedSave(uuid: String) async throws {
        try await timed("managed_save") { try await base.managedSave(uuid: uuid) }
    }

    func removeManagedSave(uuid: String) async throws {
        try await timed("remove_managed_save") { try await base.removeManagedSave(uuid: uuid) }
    }

    func suspend(uuid: String) async throws { try await timed("suspend") { try await base.suspend(uuid: uuid) } }
    func resume(uuid: String) async throws { try await timed("resume") { try await base.resume(uuid: uuid) } }
    func shutdown(uuid: String) async throws { try await timed("shutdown") { try await base.shutdown(uuid: uuid) } }

    func destroy(uuid: String, run: Int?) async throws {
        try await timed("destroy") { try await base.destroy(uuid: uuid, run: run) }
    }

    func metadata(uuid: String) async throws -> String? {
        try await timed("metadata") { try await base.metadata(uuid: uuid) }
    }

    func setMetadata(uuid: String, xml: String?) async throws {
        try await timed("set_metadata") { try await base.setMetadata(uuid: uuid, xml: xml) }
    }

    func storagePools() async throws -> [StoragePoolInfo] {
        try await timed("storage_pools") { try await base.storagePools() }
    }

    func refreshStoragePool(_ name: String) async throws {
        try await timed("refresh_storage_pool") { try await base.refreshStoragePool(name) }
    }

    func volume(_ reference: VolumeReference) async throws -> VolumeInfo {
        try await timed("volume") { try await base.volume(reference) }
    }

    func volume(path: String) async throws -> VolumeInfo {
        try await timed("volume_by_path") { try await base.volume(path: path) }
    }

    func createLinkedVolume(_ reference: VolumeReference, backing: VolumeBacking) async throws -> VolumeInfo {
        try await timed("create_linked_volume") { try await base.createLinkedVolume(reference, backing: backing) }
    }

    func deleteVolume(_ reference: VolumeReference) async throws {
        try await timed("delete_volume") { try await base.deleteVolume(reference) }
    }
}
