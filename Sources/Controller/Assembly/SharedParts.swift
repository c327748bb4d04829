import AsyncHTTPClient
import ConfigurationValues
import Lifecycle
import Monitoring
import NIOCore
import Orchestration
import Shared

/// What all groups and all servers of a controller share while it runs.
struct SharedParts: Sendable {
    let groups: [GroupRuntime]
    let registry: AgentRegistry
    let eventBus = EventBus()
    let events: EventRecorder
    /// The hosts in the order of the configuration.
    let hosts: [HostRuntime]
    /// The pace of several hosts; `nil` for one.
    let pacer: TickPacer?
    /// What the queries of the rules came to.
    let queries = QueryBoard()
    let policy: SharedIssuingPolicy
    let reloader: Reloader
    /// The port on which the API listens.
    let listening = Latch<Int>()
    /// The port on which the web interface listens.
    let webListening = Latch<Int>()
    private let use: InProcessUse?
    private let probeClient: HTTPClient
    private let hookClient: HTTPClient
    private let queryClient: HTTPClient

    /// - Parameters:
    ///   - state: What was opened.
    ///   - reload: Reads the configuration anew; `nil`: it cannot be read again.
    ///   - use: What is put in the place of parts, and who gets the others in hand.
    /// - Throws: What the store throws.
    init(
        _ state: OpenedState,
        reload: (@Sendable () throws -> ControllerConfiguration)?,
        use: InProcessUse? = nil
    ) async throws {
        self.use = use
        var groups: [GroupRuntime] = []
        let names = state.hosts.map(\.name)
        for (group, networks) in zip(state.configuration.groups, state.groupNetworks) {
            groups.append(
                try await GroupRuntime(
                    group,
                    networks: names.flatMap { networks[$0] ?? [] },
                    hosts: names,
                    networksOfHosts: networks,
                    store: state.store,
                    metrics: state.metrics
                )
            )
        }
        self.groups = groups
        hosts = state.hosts
        pacer =
            names.count > 1
            ? TickPacer(
                hosts: names,
                signals: groups.map(\.signals),
                interval: state.configuration.interval,
                clock: state.clock
            ) : nil
        registry = AgentRegistry { [groups] _ in for group in groups { group.signals.send(.look) } }
        events = EventRecorder(store: state.store, eventBus: eventBus, clock: state.clock, logger: state.logger)
        policy = SharedIssuingPolicy(state.configuration.issuing)
        reloader = Reloader(
            load: reload,
            initial: state.configuration,
            groups: groups,
            policy: policy,
            clock: state.clock,
            report: { [events] in events.record($0) }
        )
        // A group's `health.timeout` ends each probe, and may be as long as that.
        probeClient = HTTPClient.cms(connectTimeout: .seconds(2), readTimeout: .seconds(60))
        hookClient = HTTPClient(eventLoopGroupProvider: .singleton)
        // Each query has a time of its own, at most a minute.
        queryClient = HTTPClient.cms(connectTimeout: .seconds(60), readTimeout: .seconds(60))
        use?.onAssembled(
            InProcessUse.Parts(
                groups: groups,
                registry: registry,
                owners: state.owners,
                eventBus: eventBus,
                clock: state.clock
            )
        )
    }

    /// What tries whether an agent answers.
    func prober(of group: GroupRuntime, identity: RotatingIdentity) -> any EndpointProber {
        use?.prober
            ?? HTTPSEndpointProber(client: probeClient, identity: identity) { group.configuration.health.timeout }
    }

    /// Takes the times of each tick, where somebody wants them.
    var onTick: (@Sendable (TickTimes) -> Void)? { use?.onTick }

    /// What runs the hooks of a group.
    var hooks: SystemHookRunner { SystemHookRunner(client: hookClient) }

    /// What asks the queries of the groups' rules.
    func queryService(_ state: OpenedState) -> QueryService {
        QueryService(
            groups: groups,
            board: queries,
            client: HTTPPrometheusClient(client: queryClient),
            clock: state.clock,
            logger: state.logger
        )
    }

    /// Closes what is open to others.
    func shutDown() async throws {
        try await probeClient.shutdown()
        try await hookClient.shutdown()
        try await queryClient.shutdown()
    }
}
