import Foundation
import Synchronization
import Wire

/// A hypervisor without a host, for tests and simulations: domains that start and stop, counters that grow as the load
/// that was set says, and faults on demand.
///
/// Time comes from the closure given to the initialiser; nothing happens by itself. Effects (events, the boot hook) run
/// in the calling task after the state has changed, outside the lock.
package final class InMemoryHypervisor: Hypervisor {
    /// The name it goes by.
    package let uri: HypervisorURI
    let state: Mutex<State>
    let lifecycle = EventBroadcaster<LifecycleEvent>()
    let connection = EventBroadcaster<ConnectionEvent>()
    let now: @Sendable () -> MeasurementTime

    /// Makes one that is connected and has no domains.
    ///
    /// - Parameters:
    ///   - uri: The name it goes by; only a name.
    ///   - host: What ``hostInfo()`` answers; the free memory shrinks by what active domains have.
    ///   - networks: Its networks. The default is one like libvirt's `default`: virbr0, 192.168.122.1/24.
    ///   - now: The clock.
    package init(
        uri: HypervisorURI = .inMemory,
        host: HostInfo = HostInfo(cpuCount: 4, memoryTotal: 8 << 30, memoryFree: 8 << 30, memoryAvailable: 8 << 30),
        networks: [NetworkInfo] = [.standard],
        now: @escaping @Sendable () -> MeasurementTime = MeasurementTime.now
    ) {
        self.uri = uri
        self.now = now
        state = Mutex(State(host: host, networks: networks))
    }

    /// Operations that ``failNext(_:of:with:)`` can make fail.
    package enum Operation: Hashable, Sendable {
        /// ``Hypervisor/connect()``
        case connect
        /// ``Hypervisor/ping()``
        case ping
        /// ``Hypervisor/hostInfo()`` and ``Hypervisor/bestDomainType()``
        case hostInfo
        /// ``Hypervisor/networks()``
        case networks
        /// ``Hypervisor/leases(network:)``
        case leases
        /// ``Hypervisor/addresses(uuid:source:)``
        case addresses
        /// ``Hypervisor/addDHCPReservation(_:network:)`` and its opposite.
        case reservations
        /// ``Hypervisor/domains()`` and ``Hypervisor/domain(uuid:)``
        case domains
        /// ``Hypervisor/statistics()``
        case statistics
        /// ``Hypervisor/domainXML(uuid:inactive:)``
        case domainXML
        /// ``Hypervisor/define(xml:)``
        case define
        /// ``Hypervisor/undefine(uuid:withFirmware:)``
        case undefine
        /// ``Hypervisor/setCredentials(uuid:_:)``
        case setCredentials
        /// ``Hypervisor/start(uuid:paused:)``
        case start
        /// ``Hypervisor/startFresh(uuid:paused:)``
        case startFresh
        /// ``Hypervisor/managedSave(uuid:)``
        case managedSave
        /// ``Hypervisor/removeManagedSave(uuid:)``
        case removeManagedSave
        /// ``Hypervisor/suspend(uuid:)``
        case suspend
        /// ``Hypervisor/resume(uuid:)``
        case resume
        /// ``Hypervisor/shutdown(uuid:)``
        case shutdown
        /// ``Hypervisor/destroy(uuid:)``
        case destroy
        /// ``Hypervisor/storagePools()`` and ``Hypervisor/refreshStoragePool(_:)``
        case storagePools
        /// ``Hypervisor/volume(_:)`` and ``Hypervisor/volume(path:)``
        case volume
        /// ``Hypervisor/createLinkedVolume(_:backing:)``
        case createVolume
        /// ``Hypervisor/deleteVolume(_:)``
        case deleteVolume
        /// ``Hypervisor/metadata(uuid:)``
        case metadata
        /// ``Hypervisor/setMetadata(uuid:xml:)``
        case setMetadata

        /// Whether it changes nothing, so that no ``CallPermit`` is asked for.
        var isReading: Bool {
            switch self {
            case .connect, .ping, .hostInfo, .networks, .leases, .addresses, .domains, .statistics, .domainXML,
                .storagePools,
                .volume, .metadata:
                true
            case .reservations, .define, .undefine, .setCredentials, .start, .startFresh, .managedSave,
                .removeManagedSave,
                .suspend, .resume, .shutdown, .destroy, .createVolume, .deleteVolume, .setMetadata:
                false
            }
        }
    }
}

extension NetworkInfo {
    /// What libvirt ships as `default`: virbr0 with 192.168.122.1/24.
    package static let standard = NetworkInfo(
        name: "default",
        uuid: "9a05da11-e96b-47f3-8253-a3a482e445f5",
        bridge: "virbr0",
        addresses: [NetworkAddress(address: "192.168.122.1", prefixLength: 24)]
    )
}
