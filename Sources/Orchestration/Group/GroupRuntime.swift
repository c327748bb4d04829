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
    /// The networks that its domains are on.
    package let networks: [GroupDiscovery.Network]
    package let view = HostView()
    package let signals: Signals
    package let directory: EndpointDirectory
    package let status = GroupStatusBoard()
    /// Where guests without an agent are.
    package let guests = GuestAddressBook()
    private let settings: Mutex<GroupConfiguration>

    /// A group that goes on from the endpoint set that was told last.
    ///
    /// - Parameter onReach: Called with the time that a revision took to reach every watch.
    package init(
        _ configuration: GroupConfiguration,
        networks: [GroupDiscovery.Network],
        told: EndpointSet?,
        onReach: @escaping @Sendable (Duration) -> Void = { _ in }
    ) {
        let signals = Signals()
        self.name = configuration.name
        self.networks = networks
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
        store: any Store,
        metrics: PrometheusRegistry
    ) async throws {
        let told = try await store.endpointSet(group: configuration.name)
        self.init(configuration, networks: networks, told: told) { [name = configuration.name] lag in
            metrics.record(MetricNames.ackLag, [name], lag.seconds)
        }
    }

    /// The present configuration.
    package var configuration: GroupConfiguration { settings.withLock { $0 } }

    /// Keeps to another configuration from the next look on.
    func configure(_ configuration: GroupConfiguration) {
        settings.withLock { $0 = configuration }
        _ = signals.submit(.configure(configuration))
    }

    /// What there is to say about the group.
    package func report() -> GroupStatus {
        let memory = view.snapshot.known.reduce(into: [String: UInt64]()) { $0[$1.uuid] = $1.memory }
        return status.status(of: configuration, endpoints: directory.current, memory: memory)
    }

    /// What the sampler needs of it.
    package var target: HypervisorSampler.Target {
        HypervisorSampler.Target(
            name: name,
            networks: networks,
            includes: { [self] in configuration.includes(domain: $0) },
            template: { [self] in configuration.template?.domain },
            view: view,
            signals: signals
        )
    }
}
