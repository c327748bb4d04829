import EtcdStore
import Logging
import Orchestration
import Ownership
import ServiceLifecycle
import Shared

/// Runs the reconciler of each group while this controller owns it.
struct OwnedGroups: Service {
    let ownership: OwnershipService
    let groups: [GroupRuntime]
    /// Reads what is stored of a group and makes its reconciler, which writes and acts with that fence only.
    let makeReconciler: @Sendable (GroupRuntime, Fence) async throws -> Reconciler
    let logger: Logger

    func run() async throws {
        for group in groups { group.signals.close() }
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { tasks in
                var runs: [String: OwnedRun] = [:]
                for await notice in ownership.notices {
                    switch notice {
                    case .begin(let fence):
                        guard let group = groups.first(where: { $0.name == fence.group }) else { continue }
                        let earlier = runs[fence.group]
                        earlier?.stop()
                        let run = OwnedRun(group: group, fence: fence, logger: logger) { [ownership] in
                            ownership.quiesced(fence.group)
                        }
                        runs[fence.group] = run
                        tasks.addTask {
                            await earlier?.end()
                            await run.run(makeReconciler)
                        }
                    case .finish(let name): runs[name]?.finish()
                    case .stop(let name, _): runs[name]?.stop()
                    }
                }
                for run in runs.values { run.stop() }
            }
        } onGracefulShutdown: {
            ownership.stop()
        }
    }
}
