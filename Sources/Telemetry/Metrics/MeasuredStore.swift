import Foundation
import Lifecycle
import Monitoring
import Persistence
import Shared
import Wire

/// A store whose commits are timed.
package struct MeasuredStore: Store {
    package let base: any Store
    package let metrics: PrometheusRegistry

    package init(base: any Store, metrics: PrometheusRegistry) {
        self.base = base
        self.metrics = metrics
    }

    package func hosts() async throws -> [String: HostSteering] { try await base.hosts() }
    package func commit(_ change: StoreChange) async throws {
        let start = ContinuousClock.now
        defer { metrics.record(MetricNames.storeCommit, [], start.duration(to: .now).seconds) }
        try await base.commit(change)
    }

    package func ledger() async throws -> [Instance] { try await base.ledger() }
    package func endpointSet(group: String) async throws -> EndpointSet? { try await base.endpointSet(group: group) }
    package func breaker(group: String) async throws -> StartBreaker { try await base.breaker(group: group) }
    package func templates(group: String) async throws -> CloneTemplates { try await base.templates(group: group) }
    package func steering(group: String) async throws -> GroupSteering { try await base.steering(group: group) }
    package func events(_ query: EventQuery) async throws -> [ControllerEvent] { try await base.events(query) }
    package func backup(to path: String) async throws { try await base.backup(to: path) }
    package func addToken(_ token: JoinTokenRecord) async throws { try await base.addToken(token) }

    package func redeemToken(hash: String, uuid: String, key: String, now: Date) async throws -> JoinTokenOutcome {
        try await base.redeemToken(hash: hash, uuid: uuid, key: key, now: now)
    }
}
