import Libvirt
import Monitoring
import Shared
import Wire

/// A hypervisor whose calls are timed, by call and outcome.
package struct MeasuredHypervisor: Hypervisor {
    package let base: any Hypervisor
    package let metrics: PrometheusRegistry

    package var uri: HypervisorURI { base.uri }
    package var isConnected: Bool { base.isConnected }

    package init(base: any Hypervisor, metrics: PrometheusRegistry) {
        self.base = base
        self.metrics = metrics
    }

    package func run() async { await base.run() }
    package func lifecycleEvents() -> AsyncStream<LifecycleEvent> { base.lifecycleEvents() }
    package func connectionEvents() -> AsyncStream<ConnectionEvent> { base.connectionEvents() }

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

    package func connect() async throws { try await timed("connect") { try await base.connect() } }
    package func ping() async throws -> HypervisorVersion { try await timed("ping") { try await base.ping() } }
    package func hostInfo() async throws -> HostInfo { try await timed("host_info") { try await base.hostInfo() } }

    package func bestDomainType() async throws -> DomainType {
        try await timed("best_domain_type") { try await base.bestDomainType() }
    }

    package func networks() async throws -> [NetworkInfo] { try await timed("networks") { try await base.networks() } }

    package func leases(network: String) async throws -> [DHCPLease] {
        try await timed("leases") { try await base.leases(network: network) }
    }

    package func addresses(uuid: String, source: GuestAddress.Source) async throws -> [GuestAddress] {
        try await timed("addresses") { try await base.addresses(uuid: uuid, source: source) }
    }

    package func addDHCPReservation(_ reservation: DHCPReservation, network: String) async throws {
        try await timed("add_dhcp_reservation") { try await base.addDHCPReservation(reservation, network: network) }
    }

    package func removeDHCPReservation(_ reservation: DHCPReservation, network: String) async throws {
        try await timed("remove_dhcp_reservation") {
            try await base.removeDHCPReservation(reservation, network: network)
        }
    }

    package func domains() async throws -> [DomainInfo] { try await timed("domains") { try await base.domains() } }
    package func domain(uuid: String) async throws -> DomainInfo {
        try await timed("domain") { try await base.domain(uuid: uuid) }
    }

    package func statistics(patience: Duration) async throws -> StatisticsReading {
        try await timed("statistics") { try await base.statistics(patience: patience) }
    }

    package func domainXML(uuid: String, inactive: Bool) async throws -> String {
        try await timed("domain_xml") { try await base.domainXML(uuid: uuid, inactive: inactive) }
    }

    package func define(xml: String) async throws -> String {
        try await timed("define") { try await base.define(xml: xml) }
    }

    package func undefine(uuid: String, withFirmware: Bool) async throws {
        try await timed("undefine") { try await base.undefine(uuid: uuid, withFirmware: withFirmware) }
    }

    package func setCredentials(uuid: String, _ credentials: [Credential]) async throws {
        try await timed("set_credentials") { try await base.setCredentials(uuid: uuid, credentials) }
    }

    package func start(uuid: String, paused: Bool) async throws {
        try await timed("start") { try await base.start(uuid: uuid, paused: paused) }
    }

    package func startFresh(uuid: String, paused: Bool) async throws {
        try await timed("start_fresh") { try await base.startFresh(uuid: uuid, paused: paused) }
    }

    package func managedSave(uuid: String) async throws {
        try await timed("managed_save") { try await base.managedSave(uuid: uuid) }
    }

    package func removeManagedSave(uuid: String) async throws {
        try await timed("remove_managed_save") { try await base.removeManagedSave(uuid: uuid) }
    }

    package func suspend(uuid: String) async throws {
        try await timed("suspend") { try await base.suspend(uuid: uuid) }
    }
    package func resume(uuid: String) async throws { try await timed("resume") { try await base.resume(uuid: uuid) } }
    package func shutdown(uuid: String) async throws {
        try await timed("shutdown") { try await base.shutdown(uuid: uuid) }
    }

    package func destroy(uuid: String, run: Int?) async throws {
        try await timed("destroy") { try await base.destroy(uuid: uuid, run: run) }
    }

    package func metadata(uuid: String) async throws -> String? {
        try await timed("metadata") { try await base.metadata(uuid: uuid) }
    }

    package func setMetadata(uuid: String, xml: String?) async throws {
        try await timed("set_metadata") { try await base.setMetadata(uuid: uuid, xml: xml) }
    }

    package func storagePools() async throws -> [StoragePoolInfo] {
        try await timed("storage_pools") { try await base.storagePools() }
    }

    package func refreshStoragePool(_ name: String) async throws {
        try await timed("refresh_storage_pool") { try await base.refreshStoragePool(name) }
    }

    package func volume(_ reference: VolumeReference) async throws -> VolumeInfo {
        try await timed("volume") { try await base.volume(reference) }
    }

    package func volume(path: String) async throws -> VolumeInfo {
        try await timed("volume_by_path") { try await base.volume(path: path) }
    }

    package func createLinkedVolume(_ reference: VolumeReference, backing: VolumeBacking) async throws -> VolumeInfo {
        try await timed("create_linked_volume") { try await base.createLinkedVolume(reference, backing: backing) }
    }

    package func deleteVolume(_ reference: VolumeReference) async throws {
        try await timed("delete_volume") { try await base.deleteVolume(reference) }
    }
}
