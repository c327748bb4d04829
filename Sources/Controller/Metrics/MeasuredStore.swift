import Foundation
import Lifecycle
import Shared

/// A store whose commits are timed.
struct MeasuredStore: Store {
    let base: any Store
    let metrics: PrometheusRegistry

    func commit(_ change: StoreChange) async throws {
        let start = ContinuousClock.now
        defer { metrics.record(MetricNames.storeCommit, [], start.duration(to: .now).seconds) }
        try await base.commit(change)
    }

    func ledger() async throws -> [Instance] { try await base.ledger() }
    func endpointSet(group: String) async throws -> EndpointSet? { try await base.endpointSet(group: group) }
    func breaker(group: String) async throws -> StartBreaker { try await base.breaker(group: group) }
    func templates(group: String) async throws -> CloneTemplates { try await base.templates(group: group) }
    func steering(group: String) async throws -> GroupSteering { try await base.steering(group: group) }
    func events(_ query: EventQuery) async throws -> [ControllerEvent] { try await base.events(query) }
    func backup(to path: String) async throws { try await base.backup(to: path) }
    func addToken(_ token: JoinTokenRecord) async throws { try await base.addToken(token) }

    func redeemToken(hash: String, uuid: String, key: String, now: Date) async throws -> JoinTokenOutcome {
        try await base.redeemToken(hash: hash, uuid: uuid, key: key, now: now)
    }
}
