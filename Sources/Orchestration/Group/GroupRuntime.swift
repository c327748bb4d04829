import Autoscaling
import Foundation
import Libvirt
import Lifecycle
import Monitoring
import Persistence
import Shared
import Synchronization
import Wire

/// One group as it lives in this process: what it is told, what is seen of it, and what it tells.
package final class GroupRuntime: Sendable {
    /// The name.
    package let name: String
    /// The networks that its domains are on, of all hosts that were known at the start.
    package let networks: [GroupDiscovery.Network]
    package let view: HostView
    /// The networks of each host, by its name.
    private let networksOfHosts: Mutex<[String: [GroupDiscovery.Network]]>
    package let signals: Signals
    package let directory: EndpointDirectory
    package let status = GroupStatusBoard()
    /// Where guests without an agent are.
    package let guests = GuestAddressBook()
    private let settings: Mutex<GroupConfiguration>
    private let configurations = Atomic<UInt64>(0)

    /// A group that goes on from the endpoint set that was told last.
    ///
    /// - Parameter hosts: The hosts' names in their order; one without a name by default.
    /// - Parameter networksOfHosts: The networks of each, where there are several.
    /// - Parameter onReach: Called with the time that a revision took to reach every watch.
    package init(
        _ configuration: GroupConfiguration,
        networks: [GroupDiscovery.Network],
        told: EndpointSet?,
        hosts: [String] = [""],
        networksOfHosts: [String: [GroupDiscovery.Network]] = [:],
        onReach: @escaping @Sendable (Duration) -> Void = { _ in }
    ) {
        let signals = Signals()
        self.name = configuration.name
        self.networks = networks
        self.view = HostView(hosts: hosts)
        self.networksOfHosts = Mutex(networksOfHosts)
        self.signals = signals
        self.settings = Mutex(configuration)
        self.directory = EndpointDirectory(
            told ?? EndpointSet(revision: 0, endpoints: []),
            onChange: { signals.send(.look) },
            onReach: onReach
        )
    }

    /// A group that goes on from what the store says it told last, and counts how long its revisions take.
    package convenience init(
        _ configuration: GroupConfiguration,
        networks: [GroupDiscovery.Network],
        hosts: [String],
        networksOfHosts: [String: [GroupDiscovery.Network]],
        store: any Store,
        metrics: PrometheusRegistry
    ) async throws {
        let told = try await store.endpointSet(group: configuration.name)
        self.init(
            configuration,
            networks: networks,
            told: told,
            hosts: hosts,
            networksOfHosts: networksOfHosts
        ) { [name = configuration.name] lag in
            metrics.record(MetricNames.ackLag, [name], lag.seconds)
        }
    }

    /// The networks of a host that its domains are on; empty for a host that has none of them, or did not answer yet.
    package func networks(on host: String) -> [GroupDiscovery.Network] {
        networksOfHosts.withLock { $0[host] } ?? (networksOfHosts.withLock(\.isEmpty) ? networks : [])
    }

    /// The present configuration.
    package var configuration: GroupConfiguration { settings.withLock { $0 } }

    /// Keeps to another configuration from the next look on.
    func configure(_ configuration: GroupConfiguration) {
        settings.withLock { $0 = configuration }
        configurations.add(1, ordering: .sequentiallyConsistent)
        _ = signals.submit(.configure(configuration))
    }

    /// Shows what another controller has written of the group, which this one only follows.
    package func follow(_ rows: [Instance], _ clock: SteadyClock) {
        let configuration = configuration
        let calendar = CalendarTime(clock.date, hasSchedules: !configuration.policy.schedules.isEmpty)
        status.publish(
            Fleet(settings: FleetSettings(configuration), ledger: rows, now: clock.now, date: clock.date),
            bounds: GroupBounds(configuration.policy.boundsInForce(at: calendar)),
            now: clock.now,
            storeFails: false,
            hypervisorLost: false
        )
    }

    /// What there is to say about the group.
    package func report() -> GroupStatus {
        let memory = view.snapshot.known.reduce(into: [String: UInt64]()) { $0[$1.uuid] = $1.memory }
        return status.status(of: configuration, endpoints: directory.current, memory: memory)
    }

    /// What the sampler of a host needs of it.
    package func target(on host: String) -> HypervisorSampler.Target {
        var target = HypervisorSampler.Target(
            name: name,
            networks: networks(on: host),
            includes: { [self] in configuration.includes(domain: $0) },
            template: { [self] in configuration.template?.domain },
            view: view,
            signals: signals
        )
        target.image = { [self] in
            if case .image(let path) = configuration.template?.source { path } else { nil }
        }
        target.configurations = { [self] in configurations.load(ordering: .sequentiallyConsistent) }
        target.hosts = configuration.hosts
        target.found = { [self] networks in networksOfHosts.withLock { $0[host] = networks } }
        return target
    }
}
