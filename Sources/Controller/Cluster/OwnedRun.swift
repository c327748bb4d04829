import Logging
import Orchestration
import Ownership
import Shared

/// One time during which this controller owns a group.
final class OwnedRun: Sendable {
    /// How long what is under way may take when the group is handed over; the ownership waits a little longer.
    private static let finishing = Duration.seconds(4.5)
    private let group: GroupRuntime
    private let fence: Fence
    private let logger: Logger
    private let onQuiet: @Sendable () -> Void
    private let finished = Latch<Bool>()
    private let stopped = Latch<Bool>()
    private let ended = Latch<Bool>()

    /// - Parameter onQuiet: Called when nothing of the group is under way any more after ``finish()``.
    init(group: GroupRuntime, fence: Fence, logger: Logger, onQuiet: @escaping @Sendable () -> Void) {
        self.group = group
        self.fence = fence
        self.logger = logger
        self.onQuiet = onQuiet
    }

    /// Begins nothing more, and lets end what is under way.
    func finish() {
        finished.set(true)
        group.signals.close()
        if ended.current != nil { onQuiet() }
    }

    /// Breaks everything off.
    func stop() {
        stopped.set(true)
        group.signals.close()
    }

    /// Waits until nothing is under way.
    func end() async {
        _ = try? await ended.wait()
    }

    /// Acts for the group until it is finished or stopped.
    func run(_ makeReconciler: @escaping @Sendable (GroupRuntime, Fence) async throws -> Reconciler) async {
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await self.act(makeReconciler) }
            tasks.addTask { _ = try? await self.stopped.wait() }
            tasks.addTask {
                guard (try? await self.finished.wait()) != nil else { return }
                try? await Task.sleep(for: Self.finishing)
            }
            await tasks.next()
            tasks.cancelAll()
        }
        ended.set(true)
        if finished.current != nil { onQuiet() }
    }

    private func act(_ makeReconciler: @Sendable (GroupRuntime, Fence) async throws -> Reconciler) async {
        var backoff = Backoff(base: .milliseconds(100), maximum: .seconds(2))
        while !Task.isCancelled, stopped.current == nil, finished.current == nil {
            do {
                let reconciler = try await makeReconciler(group, fence)
                if stopped.current == nil, finished.current == nil { try await reconciler.run() }
                return
            } catch is CancellationError {
                return
            } catch {
                logger.warning(
                    "the group cannot be acted for yet",
                    metadata: ["group": "\(group.name)", "error": "\(ErrorText.of(error))"]
                )
                try? await Task.sleep(for: backoff.next())
            }
        }
    }
}
