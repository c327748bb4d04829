import Autoscaling
import Foundation
import Lifecycle
import Monitoring
import Orchestration
import ServiceLifecycle
import Shared
import Synchronization
import Wire
import X509

/// What the controller tells Prometheus: counts what the eventBus shows, and reads the rest when it is asked.
package final class ControllerMetrics: Service {
    /// Where the figures come from that are read at the scrape.
    package struct Sources: Sendable {
        package var groups: [GroupRuntime]
        package var registry: AgentRegistry
        package var identity: RotatingIdentity
        package var authority: CertificateAuthority
        package var queries: QueryBoard
        package var hosts: [HostRuntime]
        package var clock: SteadyClock

        package init(
            groups: [GroupRuntime],
            registry: AgentRegistry,
            identity: RotatingIdentity,
            authority: CertificateAuthority,
            queries: QueryBoard = QueryBoard(),
            hosts: [HostRuntime] = [],
            clock: SteadyClock = SteadyClock()
        ) {
            self.groups = groups
            self.registry = registry
            self.identity = identity
            self.authority = authority
            self.queries = queries
            self.hosts = hosts
            self.clock = clock
        }
    }

    /// Sightings that may wait.
    private static let buffer = 4096
    private let registry: PrometheusRegistry
    private let messages: AsyncStream<EventBus.Message>
    private let ticks = Mutex<[String: (record: TickRecord, at: ContinuousClock.Instant)]>([:])
    private let interval: Duration

    /// Counts into `registry`, which has the definitions of ``MetricNames``.
    package init(_ sources: Sources, into registry: PrometheusRegistry, eventBus: EventBus, interval: Duration) {
        self.registry = registry
        messages = eventBus.messages(buffer: Self.buffer)
        self.interval = interval
        for kind in ControllerEvent.Kind.allCases { registry.count(MetricNames.events, [kind.rawValue], by: 0) }
        registry.collect { [weak self] snapshot in
            ProcessFigures.collect(into: &snapshot)
            Self.collect(sources, into: &snapshot)
            Self.collectQueries(sources, into: &snapshot)
            Self.collectHosts(sources, into: &snapshot)
            self?.collectTicks(into: &snapshot)
        }
    }

    /// Counts until the service stops.
    package func run() async throws {
        var phases = PhaseWatch()
        for await message in messages.cancelOnGracefulShutdown() { take(message, &phases) }
    }

    func take(_ message: EventBus.Message, _ phases: inout PhaseWatch) {
        switch message {
        case .tick(let record, let decision):
            ticks.withLock { $0[record.group] = (record, .now) }
            guard let decision else { return }
            registry.count(MetricNames.decisions, [record.group, decision.order.label, decision.cause])
        case .step(let step):
            for event in step.events { registry.count(MetricNames.events, [event.kind.rawValue]) }
            for instance in step.changed {
                guard let passage = phases.take(instance, at: step.at) else { continue }
                registry.record(MetricNames.phase, [instance.group, passage.phase.label], passage.seconds)
                if let seconds = passage.scaleOut { registry.record(MetricNames.scaleOut, [instance.group], seconds) }
            }
            for uuid in step.removed { phases.forget(uuid) }
        }
    }

    /// A tick that is long past tells nothing of now.
    private func collectTicks(into snapshot: inout MetricSnapshot) {
        let oldest = ContinuousClock.now.advanced(by: interval * -3 - .seconds(1))
        for tick in ticks.withLock({ Array($0.values) }) where tick.at >= oldest {
            let group = tick.record.group
            snapshot.set(MetricNames.groupDemand, [group], tick.record.demand.map { $0 / 100 })
            snapshot.set(MetricNames.threshold, [group], tick.record.threshold.map { $0 / 100 })
            if let overloaded = tick.record.overloaded { snapshot.set(MetricNames.overloaded, [group], overloaded) }
            snapshot.set(MetricNames.desired, [group], tick.record.desired.map(Double.init))
            snapshot.set(MetricNames.capacity, [group], tick.record.capacity.map(Double.init))
            for instance in tick.record.instances {
                let labels = [group, instance.name]
                snapshot.set(MetricNames.hostCPU, labels, instance.host.map { $0 / 100 })
                snapshot.set(MetricNames.guestCPU, labels, instance.guest.map { $0 / 100 })
                snapshot.set(MetricNames.steal, labels, instance.steal.map { $0 / 100 })
                snapshot.set(MetricNames.demand, labels, instance.demand.map { $0 / 100 })
                snapshot.set(MetricNames.reportAge, labels, instance.reportAge)
            }
        }
    }

    private static func collect(_ sources: Sources, into snapshot: inout MetricSnapshot) {
        snapshot.set(MetricNames.build, [CMSVersion.current], true)
        for group in sources.groups {
            let (name, status, reach) = (group.name, group.report(), group.directory.reach)
            for state in InstanceState.allCases {
                snapshot.set(MetricNames.instances, [name, state.label], Double(status.counts[state.rawValue] ?? 0))
            }
            snapshot.set(MetricNames.minimum, [name], Double(status.minimum))
            snapshot.set(MetricNames.maximum, [name], Double(status.maximum))
            snapshot.set(MetricNames.minimumInForce, [name], status.boundsInForce.map { Double($0.minimum) })
            snapshot.set(MetricNames.maximumInForce, [name], status.boundsInForce.map { Double($0.maximum) })
            snapshot.set(MetricNames.automatic, [name], status.mode == GroupPolicy.Mode.on.rawValue)
            snapshot.set(MetricNames.revision, [name], Double(status.revision))
            snapshot.set(MetricNames.endpoints, [name], Double(status.endpoints.count))
            snapshot.set(MetricNames.watchers, [name], Double(reach.watchers))
            snapshot.set(MetricNames.acknowledged, [name], Double(reach.acknowledged))
            snapshot.set(MetricNames.breakerOpen, [name], status.breaker != nil)
            snapshot.set(MetricNames.storeFailing, [name], status.isStoreFailing)
            snapshot.set(MetricNames.hypervisorUp, [name], !status.isHypervisorLost)
        }
        snapshot.set(
            MetricNames.agentStreams,
            [],
            Double(sources.registry.sessions.values.filter(\.isConnected).count)
        )
        for (name, certificate) in [
            ("controller", sources.identity.current.certificate), ("ca", sources.authority.certificate),
        ] {
            snapshot.set(MetricNames.certificateExpiry, [name], certificate.notValidAfter.timeIntervalSince1970)
        }
    }
}

extension InstanceState {
    /// The state as a label.
    package var label: String { rawValue.replacing(" ", with: "_") }
}

extension Decision.Order {
    /// The order as a label, without its size.
    package var label: String {
        switch self {
        case .hold: "hold"
        case .scaleOut: "scale_out"
        case .scaleIn: "scale_in"
        }
    }
}

extension Decision {
    /// What made it so: the last limit that applied, else the rule with the largest recommendation.
    var cause: String {
        if let clamp = clamps.last { return clamp.name.rawValue.replacing(" ", with: "_") }
        return recommendations.max { ($0.size ?? .min) < ($1.size ?? .min) }?.rule ?? "none"
    }
}
