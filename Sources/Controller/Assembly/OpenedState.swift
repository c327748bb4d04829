import ConfigurationValues
import EmbeddedStore
import Foundation
import Libvirt
import Lifecycle
import Logging
import Monitoring
import Orchestration
import Persistence
import Shared
import Telemetry

/// What a controller has opened and read before any of its parts is built: the first step of its assembly.
struct OpenedState: Sendable {
    let configuration: ControllerConfiguration
    let directory: StateDirectory
    /// Keeps the state directory for this process.
    let lock: Int32
    /// The hosts in the order of the configuration.
    let hosts: [HostRuntime]
    /// The networks of each group by host, in the order of the groups.
    let groupNetworks: [[String: [GroupDiscovery.Network]]]
    let store: MeasuredStore
    /// `nil`: there is one controller.
    let cluster: Cluster?
    let ledger: [Instance]
    let authority: CertificateAuthority
    /// What the controller's own certificate says.
    let leaf: CertificateAuthority.Leaf
    let identity: RotatingIdentity
    let activity: ActivityLog?
    let metrics = PrometheusRegistry(MetricNames.all)
    let clock: SteadyClock
    let logger: Logger

    /// Opens all of it.
    ///
    /// - Parameters:
    ///   - configuration: The settings at the start.
    ///   - directory: The state directory.
    ///   - lock: The descriptor that holds the directory's lock; the caller closes it.
    ///   - hypervisors: Where the domains are, in the order of the configured hosts.
    ///   - logger: Where everything is told.
    ///   - cluster: What there is where several controllers share the groups.
    ///   - openStore: Opens the store in the directory.
    /// - Throws: What keeps the controller from running: a hypervisor that does not answer, a range without a network, an
    ///   authority or a store that cannot be read.
    init(
        _ configuration: ControllerConfiguration,
        directory: StateDirectory,
        lock: Int32,
        hypervisors: [any Hypervisor],
        logger: Logger,
        cluster: Cluster? = nil,
        clock: SteadyClock = SteadyClock(),
        openStore: (StateDirectory) throws -> any Store
    ) async throws {
        self.configuration = configuration
        self.cluster = cluster
        self.clock = clock
        self.directory = directory
        self.lock = lock
        self.logger = logger
        let gate = SerialGate()
        let hosts = zip(configuration.hypervisors, hypervisors).map { [metrics] host, hypervisor in
            HostRuntime(host, hypervisor: MeasuredHypervisor(base: hypervisor, metrics: metrics), gate: gate)
        }
        self.hosts = hosts
        groupNetworks = try await HostOpening(hosts: hosts, groups: configuration.groups, logger: logger).networks()
        if let cluster, try directory.authorityIfAny() == nil {
            try await cluster.checkAuthority(nil, name: configuration.name)
        }
        authority = try directory.authority(now: clock.date)
        try await cluster?.checkAuthority(authority.certificate.fingerprint(), name: configuration.name)
        store = MeasuredStore(base: try openStore(directory), metrics: metrics)
        activity = try configuration.logFile.map { try ActivityLog(path: $0) }
        let names = ServerNames(configuration: configuration, networks: Self.all(groupNetworks))
        leaf = configuration.issuing.controller(names: names.dns, addresses: names.addresses)
        identity = try RotatingIdentity(try authority.makeIdentity(leaf, now: clock.date))
        ledger = try await store.ledger()
        let asked = try await store.hosts()
        for host in hosts { host.ask(asked[host.name]) }
        for row in ledger {
            guard let state = row.unreadState else { continue }
            logger.warning(
                "a row of the ledger has a state that this version does not know; it is taken for off",
                metadata: ["instance": "\(row.name)", "state": "\(state)"]
            )
        }
    }

    /// Who acts for which group.
    var owners: any GroupOwners {
        cluster.map { ClusterOwners(ownership: $0.ownership, name: configuration.name) } ?? SoleOwner()
    }

    /// The networks of all groups, by name.
    var networks: [GroupDiscovery.Network] { Self.all(groupNetworks) }

    private static func all(_ networks: [[String: [GroupDiscovery.Network]]]) -> [GroupDiscovery.Network] {
        Array(Set(networks.flatMap { $0.values.joined() })).sorted { $0.name < $1.name }
    }
}
