import NIOCore
import Synchronization

/// One admitted computation: waits for a worker, runs, and ends exactly once, with a result or a failure.
package final class ComputeJob: Sendable {
    private enum Phase {
        /// Not ended, and nobody waits for the result yet.
        case open
        /// Not ended; a task waits.
        case awaited(CheckedContinuation<Computation, any Error>)
        /// Ended; the result is final.
        case ended(Result<Computation, ComputeFailure>)
    }

    let n: Int
    let deadline: ContinuousClock.Instant
    private let phase = Mutex(Phase.open)
    private let hasEnded = Atomic(false)
    private let timer = Mutex<Scheduled<Void>?>(nil)

    init(n: Int, deadline: ContinuousClock.Instant) {
        self.n = n
        self.deadline = deadline
    }

    /// Waits for the end.
    ///
    /// - Throws: ComputeFailure.
    package func result() async throws -> Computation {
        try await withCheckedThrowingContinuation { continuation in
            let end = phase.withLock { phase -> Result<Computation, ComputeFailure>? in
                if case .ended(let result) = phase { return result }
                phase = .awaited(continuation)
                return nil
            }
            if let end { continuation.resume(with: end) }
        }
    }

    /// Ends the job unless it has ended already.
    ///
    /// - Returns: Whether this call ended it.
    @discardableResult
    func end(_ result: Result<Computation, ComputeFailure>) -> Bool {
        let (isFirst, waiter) = phase.withLock { phase -> (Bool, CheckedContinuation<Computation, any Error>?) in
            defer { if case .ended = phase {} else { phase = .ended(result) } }
            switch phase {
            case .open: return (true, nil)
            case .awaited(let continuation): return (true, continuation)
            case .ended: return (false, nil)
            }
        }
        guard isFirst else { return false }
        hasEnded.store(true, ordering: .relaxed)
        disarm()
        waiter?.resume(with: result)
        return true
    }

    /// Asked by the worker in the midst of the recursion.
    ///
    /// - Throws: When the work is no longer wanted.
    func checkWanted() throws(ComputeFailure) {
        if hasEnded.load(ordering: .relaxed) { throw .abandoned }
        if ContinuousClock.now >= deadline { throw .deadlineExceeded }
    }

    /// Keeps the timer that ends the job while it waits in the queue.
    func arm(_ scheduled: Scheduled<Void>) {
        timer.withLock { $0 = scheduled }
        if hasEnded.load(ordering: .relaxed) { disarm() }
    }

    /// Cancels the timer: from now on the worker looks at the clock itself.
    func disarm() {
        let scheduled = timer.withLock { timer -> Scheduled<Void>? in
            defer { timer = nil }
            return timer
        }
        scheduled?.cancel()
    }
}
