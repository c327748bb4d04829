import EmbeddedStore
import Foundation
import History
import Lifecycle
import Logging
import Monitoring
import Orchestration
import Persistence
import Shared
import Wire

extension ControllerAPI {
    /// What the API works with.
    package struct Parts: Sendable {
        package var groups: [GroupRuntime]
        package var issuing: Issuing
        package var store: any Store
        package var registry: AgentRegistry
        /// The hosts in the order of the configuration; never empty.
        package var hosts: [HostRuntime]
        package var reading: Reading
        package var clock: SteadyClock
        package var reloader: Reloader
        package var backups: BackupMaker
        package var report: @Sendable (ControllerEvent) -> Void
        package var logger: Logger
        /// Which of several controllers acts for a group.
        package var owners: any GroupOwners = SoleOwner()
        /// Asks those others; `nil` where there are none.
        package var forwarder: (any RequestForwarder)?

        package init(
            groups: [GroupRuntime],
            issuing: Issuing,
            store: any Store,
            registry: AgentRegistry,
            hosts: [HostRuntime],
            reading: Reading,
            clock: SteadyClock,
            reloader: Reloader,
            backups: BackupMaker,
            report: @escaping @Sendable (ControllerEvent) -> Void,
            logger: Logger
        ) {
            self.groups = groups
            self.issuing = issuing
            self.store = store
            self.registry = registry
            self.hosts = hosts
            self.reading = reading
            self.clock = clock
            self.reloader = reloader
            self.backups = backups
            self.report = report
            self.logger = logger
        }

        var authority: CertificateAuthority { issuing.authority }
        var policy: SharedIssuingPolicy { issuing.policy }
        var hostAddresses: Set<IPAddress> { issuing.hostAddresses }
        var history: History? { reading.history }
        var feed: EventFeed { reading.feed }
        var metrics: PrometheusRegistry { reading.metrics }
        var eventBus: EventBus { reading.eventBus }
        var interval: Duration { reading.interval }
    }

    /// With what certificates are issued, and to whom not.
    package struct Issuing: Sendable {
        package var authority: CertificateAuthority
        package var policy: SharedIssuingPolicy
        /// The host's own addresses on the groups' networks: no guest has them.
        package var hostAddresses: Set<IPAddress>

        package init(authority: CertificateAuthority, policy: SharedIssuingPolicy, hostAddresses: Set<IPAddress>) {
            self.authority = authority
            self.policy = policy
            self.hostAddresses = hostAddresses
        }
    }

    /// What those who only read are answered from.
    package struct Reading: Sendable {
        /// `nil`: none is kept.
        package var history: History?
        /// Events and ticks for those who read along.
        package var feed: EventFeed
        /// What `GET /metrics` tells.
        package var metrics: PrometheusRegistry
        package var eventBus: EventBus
        /// The time between two ticks.
        package var interval: Duration

        package init(
            history: History?,
            feed: EventFeed,
            metrics: PrometheusRegistry = PrometheusRegistry(),
            eventBus: EventBus,
            interval: Duration
        ) {
            self.history = history
            self.feed = feed
            self.metrics = metrics
            self.eventBus = eventBus
            self.interval = interval
        }
    }
}
