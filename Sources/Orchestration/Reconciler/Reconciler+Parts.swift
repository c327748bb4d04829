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
        package var domains: DomainOperator
        package var clones: CloneOperator
        package var hooks: any HookRunner
        package var capacity: HostCapacity
        package var queries: QueryBoard
        package var clock: SteadyClock
        package var reporting: Reporting

        package init(
            group: GroupRuntime,
            registry: AgentRegistry,
            store: any Store,
            prober: any EndpointProber,
            domains: DomainOperator,
            clones: CloneOperator,
            hooks: any HookRunner,
            capacity: HostCapacity,
            queries: QueryBoard,
            clock: SteadyClock,
            reporting: Reporting
        ) {
            self.group = group
            self.registry = registry
            self.store = store
            self.prober = prober
            self.domains = domains
            self.clones = clones
            self.hooks = hooks
            self.capacity = capacity
            self.queries = queries
            self.clock = clock
            self.reporting = reporting
        }

        var view: HostView { group.view }
        var directory: EndpointDirectory { group.directory }
        var status: GroupStatusBoard { group.status }
        var signals: Signals { group.signals }
        /// The names of the group's networks.
        var networks: [String] { group.networks.map(\.name) }
        var eventBus: EventBus { reporting.eventBus }
        var metrics: PrometheusRegistry { reporting.metrics }
        var trace: TraceRecorder? { reporting.trace }
        var activity: ActivityLog? { reporting.activity }
        var logger: Logger { reporting.logger }
    }

    /// Where the reconciler tells what it does.
    package struct Reporting: Sendable {
        package var eventBus: EventBus
        package var metrics: PrometheusRegistry
        package var trace: TraceRecorder?
        package var activity: ActivityLog?
        package var logger: Logger

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
