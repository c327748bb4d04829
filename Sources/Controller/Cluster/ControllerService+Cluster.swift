import ConfigurationValues
import ControllerHTTP
import EtcdStore
import Lifecycle
import Logging
import Orchestration
import ServiceLifecycle
import Shared

extension ControllerService {
    /// What goes on beside the rest where several controllers share the groups.
    func add(
        _ cluster: Cluster,
        _ state: OpenedState,
        _ shared: SharedParts,
        _ observers: Observers,
        to order: inout ServiceOrder
    ) {
        let owners = ClusterOwners(ownership: cluster.ownership, name: configuration.name)
        order.add(ClusterNotesService(cluster: cluster, logger: logger), at: .ownership)
        order.add(
            WhenListening(listening: shared.listening, service: UntilStopped(service: cluster.ownership)),
            at: .ownership
        )
        order.add(
            StoreFollower(
                store: cluster.store,
                groups: shared.groups,
                hosts: shared.hosts,
                owners: owners,
                onEvents: { [feed = observers.feed] in feed.refresh() },
                clock: state.clock,
                logger: logger
            ),
            at: .following
        )
        order.add(
            ClusterWatch(
                cluster: cluster,
                owners: owners,
                groups: shared.groups,
                registry: shared.registry,
                logger: logger
            ),
            at: .following
        )
    }
}
