import Logging
import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// A fixed number of threads that compute, beside the event loops and Swift's own threads, behind a bounded queue.
///
/// The workers run at a lower priority than all else in the process, so that probes and load reports are answered
/// promptly while every vCPU computes.
package final class ComputePool: Sendable {
    /// What the pool is doing now.
    package struct Snapshot: Sendable, Equatable {
        /// The number of workers.
        package var workers: Int
        /// Computations on a worker.
        package var inFlight: Int
        /// Computations waiting for a worker.
        package var queued: Int
    }

    private struct State {
        var running: [ObjectIdentifier: ComputeJob] = [:]
        var waiting: [ComputeJob] = []
        var isClosed = false
    }

    private enum Admission {
        case start
        case wait
        case refuse(ComputeFailure)
    }

    /// The nice value of the workers, as nice(1) has it: 10 gives them a tenth of the weight of everything else.
    private static let niceness: Int32 = 10

    private let workers: Int
    private let queueLimit: Int
    private let state = Mutex(State())
    private let threads: NIOThreadPool
    private let timers: any EventLoop
    private let lowered = ThreadSpecificVariable<LoweredPriority>()
    private let logger: Logger

    /// A pool whose threads run until ``close()``.
    ///
    /// - Parameters:
    ///   - workers: The number of threads, at least 1.
    ///   - queueLimit: The most computations that wait for a worker.
    ///   - timers: The event loop whose timer ends what waited beyond its deadline.
    ///   - logger: Where a failure to lower the priority is told.
    package init(
        workers: Int,
        queueLimit: Int,
        timers: any EventLoop = MultiThreadedEventLoopGroup.singleton.next(),
        logger: Logger
    ) {
        self.workers = max(1, workers)
        self.queueLimit = max(0, queueLimit)
        self.timers = timers
        self.logger = logger
        self.threads = NIOThreadPool(numberOfThreads: max(1, workers))
        threads.start()
    }

    /// What the pool is doing now.
    package var snapshot: Snapshot {
        state.withLock { Snapshot(workers: workers, inFlight: $0.running.count, queued: $0.waiting.count) }
    }

    /// Admits a computation.
    ///
    /// - Parameters:
    ///   - n: 0 to 93.
    ///   - deadline: When the result is no longer wanted.
    /// - Returns: The job, whose result is to be awaited.
    /// - Throws: `queueFull` or `closed`; every other end comes from the job.
    package func submit(_ n: Int, deadline: ContinuousClock.Instant) throws(ComputeFailure) -> ComputeJob {
        let job = ComputeJob(n: n, deadline: deadline)
        let admission = state.withLock { state -> Admission in
            if state.isClosed { return .refuse(.closed) }
            if state.running.count < workers {
                state.running[ObjectIdentifier(job)] = job
                return .start
            }
            guard state.waiting.count < queueLimit else { return .refuse(.queueFull) }
            state.waiting.append(job)
            return .wait
        }
        switch admission {
        case .refuse(let failure):
            throw failure
        case .start:
            threads.submit { self.work(job, isActive: $0 == .active) }
        case .wait:
            // A worker looks at the clock itself; only who waits for one needs a timer.
            let wait = TimeAmount(max(.zero, deadline - .now))
            job.arm(timers.scheduleTask(in: wait) { self.finish(job, with: .deadlineExceeded) })
        }
        return job
    }

    /// Ends a job whose caller has gone: at once when it waits, within a millisecond or so when it runs.
    package func abandon(_ job: ComputeJob) {
        finish(job, with: .abandoned)
    }

    /// Ends every job, refuses new ones and waits for the threads to end.
    package func close() async {
        let jobs = state.withLock { state -> [ComputeJob] in
            state.isClosed = true
            defer { state.waiting = [] }
            return Array(state.running.values) + state.waiting
        }
        for job in jobs { job.end(.failure(.closed)) }
        try? await threads.shutdownGracefully()
    }

    private func finish(_ job: ComputeJob, with failure: ComputeFailure) {
        guard job.end(.failure(failure)) else { return }
        state.withLock { $0.waiting.removeAll { $0 === job } }
    }

    /// Runs on a worker: `first`, then whatever waits, until nothing does.
    private func work(_ first: ComputeJob, isActive: Bool) {
        lowerPriority()
        var next: ComputeJob? = first
        while let job = next {
            job.disarm()
            let result = isActive ? Self.run(job) : .failure(.closed)
            next = state.withLock { state in
                state.running.removeValue(forKey: ObjectIdentifier(job))
                guard !state.waiting.isEmpty else { return nil }
                let next = state.waiting.removeFirst()
                state.running[ObjectIdentifier(next)] = next
                return next
            }
            job.end(result)
        }
    }

    private static func run(_ job: ComputeJob) -> Result<Computation, ComputeFailure> {
        do throws(ComputeFailure) {
            try job.checkWanted()
            let start = threadCPUSeconds()
            let value = try NaiveFibonacci.interruptible(job.n) { () throws(ComputeFailure) in try job.checkWanted() }
            return .success(Computation(value: value, cpuSeconds: max(0, threadCPUSeconds() - start)))
        } catch {
            return .failure(error)
        }
    }

    private static func threadCPUSeconds() -> Double {
        var time = timespec()
        guard clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private func lowerPriority() {
        guard lowered.currentValue == nil else { return }
        lowered.currentValue = LoweredPriority()
        // On Linux the "process" 0 is the calling thread.
        guard setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness) != 0 else { return }
        let reason = String(cString: strerror(errno))
        logger.debug("cannot lower the priority of a worker", metadata: ["reason": "\(reason)"])
    }

    /// Marks a thread whose priority has been lowered.
    private final class LoweredPriority: Sendable {}
}
