import Foundation
import Synchronization

@testable import Lifecycle
@testable import Persistence
@testable import Wire

/// A store that forgets everything with its process: the smallest that passes ``StoreConformanceTests``.
final class InMemoryStore: Store {
    private struct Content {
        var instances: [String: Instance] = [:]
        var endpointSets: [String: EndpointSet] = [:]
        var breakers: [String: StartBreaker] = [:]
        var templates: [String: CloneTemplates] = [:]
        var steerings: [String: GroupSteering] = [:]
        var hosts: [String: HostSteering] = [:]
        var events: [ControllerEvent] = []
        var tokens: [String: (record: JoinTokenRecord, usedBy: String?)] = [:]
    }

    private let content = Mutex(Content())

    func ledger() async throws -> [Instance] { content.withLock { $0.instances.values.sorted { $0.uuid < $1.uuid } } }
    func endpointSet(group: String) async throws -> EndpointSet? { content.withLock { $0.endpointSets[group] } }
    func breaker(group: String) async throws -> StartBreaker {
        content.withLock { $0.breakers[group] ?? StartBreaker() }
    }

    func templates(group: String) async throws -> CloneTemplates {
        content.withLock { $0.templates[group] ?? CloneTemplates() }
    }

    func steering(group: String) async throws -> GroupSteering {
        content.withLock { $0.steerings[group] ?? GroupSteering() }
    }

    func hosts() async throws -> [String: HostSteering] { content.withLock { $0.hosts } }

    func commit(_ change: StoreChange) async throws {
        content.withLock { content in
            for instance in change.instances { content.instances[instance.uuid] = instance }
            for uuid in change.removed { content.instances[uuid] = nil }
            content.endpointSets.merge(change.endpointSets) { $1 }
            content.breakers.merge(change.breakers) { $1 }
            content.templates.merge(change.templates) { $1 }
            content.steerings.merge(change.steerings) { $1 }
            content.hosts.merge(change.hosts) { $1 }
            for var event in change.events {
                event.id = (content.events.last?.id ?? 0) + 1
                content.events.append(event)
            }
        }
    }

    func events(_ query: EventQuery) async throws -> [ControllerEvent] {
        let matching = content.withLock { $0.events }.filter { event in
            event.id ?? 0 > query.after ?? 0 && event.at >= query.since ?? .distantPast
                && (query.kinds.isEmpty || query.kinds.contains(event.kind))
                && (query.group == nil || event.group == query.group)
                && (query.instance == nil || event.instance == query.instance)
        }
        let ordered = query.order == .newestFirst ? matching.reversed() : matching
        return Array(ordered.prefix(max(1, query.limit)))
    }

    func backup(to path: String) async throws {
        let rows = try WireCoding.encoder().encode(try await ledger())
        try rows.write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
    }

    func addToken(_ token: JoinTokenRecord) async throws {
        content.withLock { $0.tokens[token.hash] = (token, nil) }
    }

    func redeemToken(hash: String, uuid: String, key: String, now: Date) async throws -> JoinTokenOutcome {
        content.withLock { content in
            guard let token = content.tokens[hash] else { return .unknown }
            guard token.record.uuid == uuid else { return .otherMachine }
            guard now < token.record.expires else { return .expired }
            guard token.usedBy == nil || token.usedBy == key else { return .used }
            content.tokens[hash]?.usedBy = key
            return .accepted
        }
    }
}
