import Autoscaling
import ConfigurationValues
import EtcdStore
import Libvirt
import Lifecycle
import Monitoring
import Orchestration
import Ownership
import Persistence
import ServiceLifecycle
import Shared
import Telemetry
import Wire

/// Builds what acts for each group.
struct GroupAssembly {
    /// A token outlives the deadline of the start it was made for by this much.
    private static let tokenMargin = Duration.seconds(600)
    private let state: OpenedState
    private let shared: SharedParts
    private let authorityHash: String

    init(_ state: OpenedState, _ shared: SharedParts) throws {
        self.state = state
        self.shared = shared
        authorityHash = try state.authority.certificate.fingerprint()
    }

    /// The reconciler of each group; it begins when everything listens that is to listen.
    func services() async throws -> [any Service] {
        if let cluster = state.cluster { return [whenListening(owned(cluster))] }
        var services: [any Service] = []
        for group in shared.groups {
            let fleet = try await fleet(of: group, ledger: state.ledger, store: state.store)
            services.append(whenListening(reconciler(of: group, fleet: fleet, store: state.store)))
        }
        return services
    }

    private func whenListening(_ service: some Service) -> any Service {
        let ready = WhenListening(listening: shared.listening, service: service)
        return state.configuration.webListen == nil
            ? ready : WhenListening(listening: shared.webListening, service: ready)
    }

    /// What runs the reconcilers of those groups that this controller owns.
    private func owned(_ cluster: Cluster) -> OwnedGroups {
        let ledger = SharedRead { try await cluster.store.ledger() }
        return OwnedGroups(
            ownership: cluster.ownership,
            groups: shared.groups,
            makeReconciler: { group, fence in
                let store = MeasuredStore(
                    base: cluster.store.fenced(by: fence, as: state.configuration.name),
                    metrics: state.metrics
                )
                // What another owner told last, whether it was seen here or not.
                if let set = try await store.endpointSet(group: group.name) {
                    try group.directory.follow(set, at: state.clock.date)
                }
                let fleet = try await fleet(of: group, ledger: try await ledger.read(), store: store)
                var event = ControllerEvent(
                    .groupOwned,
                    at: state.clock.date,
                    detail: "the controller \(state.configuration.name) acts for the group from now on"
                )
                event.group = group.name
                return reconciler(
                    of: group,
                    fleet: fleet,
                    store: store,
                    sharing: Reconciler.Sharing(
                        mayAct: { cluster.ownership.permits(fence) },
                        yield: { cluster.ownership.yield(fence.group) },
                        remedy: "endpoints stay as they were told, nothing is ordered until it can; look after etcd"
                    ),
                    events: [event]
                )
            },
            logger: state.logger
        )
    }

    private func reconciler(
        of group: GroupRuntime,
        fleet: Fleet,
        store: any Store,
        sharing: Reconciler.Sharing? = nil,
        events: [ControllerEvent] = []
    ) -> Reconciler {
        var reporting = Reconciler.Reporting(
            eventBus: shared.eventBus,
            metrics: state.metrics,
            trace: trace(of: group),
            activity: state.activity,
            logger: state.logger
        )
        reporting.onTick = shared.onTick
        return Reconciler(
            parts: Reconciler.Parts(
                group: group,
                registry: shared.registry,
                store: store,
                prober: shared.prober(of: group, identity: state.identity),
                hosts: shared.hosts.map { parts(of: group, on: $0) },
                hooks: shared.hooks,
                queries: shared.queries,
                clock: state.clock,
                reporting: reporting,
                sharing: sharing
            ),
            group: group.configuration,
            fleet: fleet,
            interval: state.configuration.interval,
            events: events
        )
    }

    /// The fleet as it was when the last controller stopped.
    private func fleet(of group: GroupRuntime, ledger: [Instance], store: any Store) async throws -> Fleet {
        Fleet(
            settings: settings(of: group),
            ledger: ledger.filter { $0.group == group.name },
            breaker: try await store.breaker(group: group.name),
            templates: try await store.templates(group: group.name),
            steering: try await store.steering(group: group.name),
            now: state.clock.now,
            date: state.clock.date
        )
    }

    private func settings(of group: GroupRuntime) -> FleetSettings {
        var settings = FleetSettings(group.configuration)
        settings.hostLostAfter = state.configuration.hostLostAfter
        return settings
    }

    private func parts(of group: GroupRuntime, on host: HostRuntime) -> Reconciler.HostParts {
        Reconciler.HostParts(
            name: host.name,
            labels: host.configuration.labels,
            domains: domains(of: group, on: host),
            clones: host.clones,
            capacity: host.capacity,
            reserve: { host.configuration.reserve($0) },
            asked: { host.asked }
        )
    }

    private func domains(of group: GroupRuntime, on host: HostRuntime) -> DomainOperator {
        let (hypervisor, listening, listen) = (host.hypervisor, shared.listening, state.configuration.listen)
        return DomainOperator(
            hypervisor: hypervisor,
            store: state.store,
            group: group.name,
            controllerAddress: { [own = state.cluster?.ownership.addresses.first] uuid in
                let networks = group.networks(on: host.name)
                if let given = host.configuration.controller {
                    return "\(HostPort(host: given, port: listening.current ?? listen.port))"
                }
                if let own { return own }
                let asks = networks.count > 1
                let interfaces = asks ? try await hypervisor.domain(uuid: uuid).interfaces : []
                let address = ServerNames.guestAddress(listen: listen, networks: networks, interfaces: interfaces)
                let host = address?.description ?? listen.host
                return "\(HostPort(host: host, port: listening.current ?? listen.port))"
            },
            controllers: { [owners = state.owners] in owners.controllers },
            authorityHash: authorityHash,
            tokenLifetime: { group.configuration.limits.startDeadline + Self.tokenMargin },
            hasAgents: group.configuration.service.hasAgent
        )
    }

    private func trace(of group: GroupRuntime) -> TraceRecorder {
        TraceRecorder(
            path: "\(state.configuration.stateDirectory)/trace-\(group.name).jsonl",
            header: { [interval = state.configuration.interval] in
                TraceHeader(group: group.name, policy: group.configuration.policy, interval: interval)
            },
            logger: state.logger
        )
    }
}
