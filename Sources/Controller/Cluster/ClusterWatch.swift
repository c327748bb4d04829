import EtcdStore
import Lifecycle
import Logging
import Orchestration
import ServiceLifecycle
import Shared

/// Acts on what the store shows of the other controllers: how far their watches are, and who owns a group by now.
struct ClusterWatch: Service {
    /// How often the watches here are looked at.
    private static let pause = Duration.milliseconds(100)
    let cluster: Cluster
    let owners: ClusterOwners
    let groups: [GroupRuntime]
    let registry: AgentRegistry
    let logger: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            try await withThrowingDiscardingTaskGroup { tasks in
                tasks.addTask { for await _ in cluster.news { look() } }
                tasks.addTask { try await tellReach() }
            }
        }
    }

    private func look() {
        for group in groups {
            group.directory.noteReached(elsewhere: cluster.ownership.reachElsewhere(of: group.name))
            // Its agents find the new owner as soon as their streams here end.
            if case .other = owners.owner(of: group.name) { release(group) }
        }
    }

    private func release(_ group: GroupRuntime) {
        let sessions = registry.sessions
        guard !sessions.isEmpty else { return }
        for domain in group.view.snapshot.known where sessions[domain.uuid] != nil {
            registry.remove(uuid: domain.uuid)
        }
    }

    /// Tells the others which revision is in effect here, whenever that has changed.
    private func tellReach() async throws {
        var told: [String: UInt64] = [:]
        var lease: Int64?
        while true {
            // The keys end with the lease.
            if cluster.ownership.lease != lease { told = [:] }
            lease = cluster.ownership.lease
            for group in groups where lease != nil {
                let reached = group.directory.reached
                guard told[group.name] != reached else { continue }
                do {
                    try await cluster.ownership.tell(reach: reached, of: group.name)
                    told[group.name] = reached
                } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    logger.debug("reach not told", metadata: ["error": "\(ErrorText.of(error))"])
                    break
                }
            }
            try await Task.sleep(for: Self.pause)
        }
    }
}
