import ControllerHTTP
import EtcdStore
import Lifecycle
import Logging
import Monitoring
import Orchestration
import ServiceLifecycle
import Shared
import Wire

/// Shows what other controllers write: the sets of the groups that they own, their instances, what operators ask of hosts,
/// events.
struct StoreFollower: Service {
    let store: EtcdStore
    let groups: [GroupRuntime]
    let hosts: [HostRuntime]
    let owners: ClusterOwners
    /// Says that events were written.
    let onEvents: @Sendable () -> Void
    let clock: SteadyClock
    let logger: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var backoff = Backoff(base: .milliseconds(500), maximum: .seconds(5))
            var filter = RepeatFilter()
            while true {
                do {
                    try await follow { backoff.reset() }
                } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    if filter.passes(ErrorText.of(error)) {
                        logger.error("the store cannot be followed", metadata: ["error": "\(ErrorText.of(error))"])
                    }
                }
                try await Task.sleep(for: backoff.next())
            }
        }
    }

    private func follow(_ onElement: () -> Void) async throws {
        var rows = LedgerByGroup()
        for try await element in store.changes {
            onElement()
            switch element {
            case .state(let state):
                rows = LedgerByGroup(state.instances.values)
                show(state.endpointSets)
                show(rows, of: Set(groups.map(\.name)))
                for host in hosts { host.ask(state.hosts[host.name]) }
                look()
            case .change(let change):
                var touched: Set<String> = []
                for row in change.instances { touched.formUnion(rows.put(row)) }
                for uuid in change.removed { touched.formUnion(rows.remove(uuid)) }
                show(change.endpointSets)
                if !touched.isEmpty { show(rows, of: touched) }
                for host in hosts { if let asked = change.hosts[host.name] { host.ask(asked) } }
                if !change.hosts.isEmpty { look() }
                if !change.events.isEmpty { onEvents() }
            case .interrupted(let reason):
                logger.warning("nothing is heard of the store", metadata: ["reason": "\(reason)"])
            case .resumed: logger.notice("the store is heard of again")
            }
        }
    }

    /// Tells those who watch here of the sets of groups that others own.
    private func show(_ sets: [String: EndpointSet]) {
        for group in groups where owners.owner(of: group.name) != .here {
            guard let set = sets[group.name] else { continue }
            do {
                try group.directory.follow(set, at: clock.date)
            } catch {
                logger.error("endpoint set not published", metadata: ["error": "\(ErrorText.of(error))"])
            }
        }
    }

    private func show(_ rows: LedgerByGroup, of names: Set<String>) {
        for group in groups where names.contains(group.name) && owners.owner(of: group.name) != .here {
            group.follow(rows.rows(of: group.name), clock)
        }
    }

    private func look() {
        for group in groups { group.signals.send(.look) }
    }
}
