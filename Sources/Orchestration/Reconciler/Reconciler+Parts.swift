import Lifecycle
import Logging
import Monitoring
import Persistence
import Shared

extension Reconciler {
    /// What the reconciler works with.
    package struct Parts: Sendable {
        package var group: GroupRuntime
        package var registry: AgentRegistry
        package var store: any Store
        package var prober: any EndpointProber
        /// The hosts in the order of the configuration; never empty.
        package var hosts: [HostParts]
        package var hooks: any HookRunner
        package var queries: QueryBoard
        package var clock: SteadyClock
        package var reporting: Reporting
        /// `nil`: there is one controller, and the group is always its own.
        package var sharing: Sharing?

        package init(
            group: GroupRuntime,
            registry: AgentRegistry,
            store: any Store,
            prober: any EndpointProber,
            hosts: [HostParts],
            hooks: any HookRunner,
            queries: QueryBoard,
            clock: SteadyClock,
            reporting: Reporting,
            sharing: Sharing? = nil
        ) {
            self.group = group
            self.registry = registry
            self.store = store
            self.prober = prober
            self.hosts = hosts
            self.hooks = hooks
            self.queries = queries
            self.clock = clock
            self.reporting = reporting
            self.sharing = sharing
        }

        var view: HostView { group.view }
        var directory: EndpointDirectory { group.directory }
        var status: GroupStatusBoard { group.status }
        var signals: Signals { group.signals }
        var eventBus: EventBus { reporting.eventBus }
        var metrics: PrometheusRegistry { reporting.metrics }
        var trace: TraceRecorder? { reporting.trace }
        var activity: ActivityLog? { reporting.activity }
        var logger: Logger { reporting.logger }
    }

    /// What acts on one host.
    package struct HostParts: Sendable {
        /// The host's name; empty where there is one that nobody named.
        package var name: String
        /// What placement can ask for.
        package var labels: [String: String]
        package var domains: DomainOperator
        package var clones: CloneOperator
        package var capacity: HostCapacity
        /// What must be left there, when the group asks for so much.
        package var reserve: @Sendable (HostReserve) -> HostReserve
        /// What operators ask of it.
        package var asked: @Sendable () -> HostSteering?

        package init(
            name: String = "",
            labels: [String: String] = [:],
            domains: DomainOperator,
            clones: CloneOperator,
            capacity: HostCapacity,
            reserve: @escaping @Sendable (HostReserve) -> HostReserve = { $0 },
            asked: @escaping @Sendable () -> HostSteering? = { nil }
        ) {
            self.name = name
            self.labels = labels
            self.domains = domains
            self.clones = clones
            self.capacity = capacity
            self.reserve = reserve
            self.asked = asked
        }
    }

    /// What acts on the host that an instance is on; `nil` when that is not configured any more.
    func host(of uuid: String, _ state: State) -> HostParts? {
        guard let name = state.fleet.instances[uuid]?.host else { return parts.hosts.first }
        return parts.hosts.first { $0.name == name }
    }

    /// Where the reconciler tells what it does.
    package struct Reporting: Sendable {
        package var eventBus: EventBus
        package var metrics: PrometheusRegistry
        package var trace: TraceRecorder?
        package var activity: ActivityLog?
        package var logger: Logger
        /// Takes the times of each tick.
        package var onTick: (@Sendable (TickTimes) -> Void)?

        package init(
            eventBus: EventBus,
            metrics: PrometheusRegistry,
            trace: TraceRecorder?,
            activity: ActivityLog?,
            logger: Logger
        ) {
            self.eventBus = eventBus
            self.metrics = metrics
            self.trace = trace
            self.activity = activity
            self.logger = logger
        }
    }
}
