import Dispatch
import Foundation
import Synchronization

/// Threads for calls that block, so that none ever blocks Swift's cooperative pool.
///
/// Five lanes: queries run one at a time in order; operations, which may take seconds, run on threads of their own, so a
/// slow start of one domain delays neither the measurements nor the start of another; saves, which may take minutes and
/// share one disk anyway, run one at a time and hold up nobody. So do questions that a guest may have to answer. Bulk
/// statistics, which one hung guest holds up for as long as it hangs, have a few threads, so that others can be asked.
///
/// A call cannot be interrupted. When its deadline passes or its task is cancelled, the caller goes on and the thread
/// stays behind until libvirt returns; the owner then calls ``stop(failing:)`` and makes new workers.
package final class BlockingWorkers: Sendable {
    /// Which threads a call runs on.
    package enum Lane: Hashable, Sendable {
        /// Reads that return quickly.
        case query
        /// The counters of all domains in one call.
        case statistics
        /// Whatever changes something.
        case operation
        /// Writing a guest's memory to disk.
        case save
        /// What is asked of a guest, or of what the host has noted of it.
        case guest
    }

    /// One of the threads.
    package struct Worker: Hashable, Sendable {
        /// What it serves.
        package var lane: Lane
        /// Its number among those of the lane.
        package var number: Int

        private static let key = "cms.libvirt.worker"

        /// Which of the workers the present thread is; `nil` for any other thread. What Foundation says of the name of the
        /// present thread is that of the thread that made it.
        package internal(set) static var current: Worker? {
            get { Thread.current.threadDictionary[key] as? Worker }
            set { Thread.current.threadDictionary[key] = newValue }
        }
    }

    /// The call's body ran longer than it may.
    ///
    /// Time in the queue does not count.
    package struct DeadlineExceeded: Error {}

    /// Too many calls wait already.
    package struct QueueFull: Error {}

    private struct State {
        var queues: [Lane: [any AnyJob]] = [:]
        var running: [ObjectIdentifier: any AnyJob] = [:]
        var failure: (any Error)?
        var threads: Int
        var onDrained: (@Sendable () -> Void)?
    }

    private let state: Mutex<State>
    private let semaphores: [Lane: DispatchSemaphore]
    private let threads: [Lane: Int]
    /// Calls that may wait in one lane.
    private let capacity: Int
    /// Threads for bulk statistics: those that may be left behind, and one more.
    package static let statisticsThreads = 3
    private static let timers = DispatchQueue(label: "cms.libvirt.deadlines")

    /// Starts the threads.
    package init(name: String, operations: Int, capacity: Int = 1024) {
        threads = [
            .query: 1, .statistics: Self.statisticsThreads, .operation: max(1, operations), .save: 1, .guest: 1,
        ]
        semaphores = threads.mapValues { _ in DispatchSemaphore(value: 0) }
        self.capacity = capacity
        state = Mutex(State(threads: threads.values.reduce(0, +)))
        for (lane, count) in threads {
            for number in 0..<count {
                // The thread holds the workers until stop(failing:), which the owner must call.
                let worker = Worker(lane: lane, number: number)
                let thread = Thread { [self] in
                    Worker.current = worker
                    serve(lane)
                }
                thread.name = "\(name)-\(lane)\(number)"
                thread.start()
            }
        }
    }

    /// Runs `body` on a thread of the lane.
    ///
    /// - Throws: What `body` throws; ``DeadlineExceeded``; ``QueueFull``; `CancellationError`; the error given to
    ///   ``stop(failing:)``.
    package func run<Value: Sendable>(
        _ lane: Lane,
        deadline: Duration,
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let job = Job(deadline: deadline, body: body)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard job.attach(continuation) else { return }
                enqueue(job, lane)
            }
        } onCancel: {
            job.finish(.failure(CancellationError()))
        }
    }

    /// Fails every call that waits or runs, and lets each thread end as soon as it is free.
    package func stop(failing error: any Error, onDrained: @escaping @Sendable () -> Void) {
        let jobs: [any AnyJob]? = state.withLock { state in
            guard state.failure == nil else { return nil }
            state.failure = error
            state.onDrained = onDrained
            let jobs = state.queues.values.flatMap(\.self) + state.running.values
            state.queues = [:]
            return jobs
        }
        guard let jobs else { return }
        for (lane, count) in threads { for _ in 0..<count { semaphores[lane]?.signal() } }
        for job in jobs { job.fail(error) }
    }

    private func enqueue(_ job: any AnyJob, _ lane: Lane) {
        let refusal: (any Error)? = state.withLock { state in
            if let failure = state.failure { return failure }
            guard state.queues[lane, default: []].count < capacity else { return QueueFull() }
            state.queues[lane, default: []].append(job)
            return nil
        }
        if let refusal { job.fail(refusal) } else { semaphores[lane]?.signal() }
    }

    /// A thread's life.
    private func serve(_ lane: Lane) {
        while true {
            semaphores[lane]?.wait()
            let (job, isStopped) = state.withLock { state -> ((any AnyJob)?, Bool) in
                guard state.failure == nil else { return (nil, true) }
                guard var queue = state.queues[lane], !queue.isEmpty else { return (nil, false) }
                let job = queue.removeFirst()
                state.queues[lane] = queue
                state.running[ObjectIdentifier(job)] = job
                return (job, false)
            }
            if isStopped { break }
            guard let job else { continue }
            execute(job)
            _ = state.withLock { $0.running.removeValue(forKey: ObjectIdentifier(job)) }
        }
        let drained: (@Sendable () -> Void)? = state.withLock { state in
            state.threads -= 1
            return state.threads == 0 ? state.onDrained.take() : nil
        }
        drained?()
    }

    private func execute(_ job: any AnyJob) {
        guard job.isWanted else { return }
        let timer = DispatchWorkItem { job.fail(DeadlineExceeded()) }
        Self.timers.asyncAfter(deadline: .now() + job.deadline / .seconds(1), execute: timer)
        job.execute()
        timer.cancel()
    }
}

/// One call, whatever it returns.
private protocol AnyJob: AnyObject, Sendable {
    var deadline: Duration { get }
    /// False once the caller has gone on.
    var isWanted: Bool { get }
    func execute()
    func fail(_ error: any Error)
}

/// One call and the one caller that waits for it; whoever finishes it first resumes the caller.
private final class Job<Value: Sendable>: AnyJob {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Value, any Error>)
        case finished(Result<Value, any Error>)
    }

    let deadline: Duration
    private let body: @Sendable () throws -> Value
    private let state = Mutex(State.idle)

    init(deadline: Duration, body: @escaping @Sendable () throws -> Value) {
        self.deadline = deadline
        self.body = body
    }

    var isWanted: Bool {
        state.withLock { if case .finished = $0 { false } else { true } }
    }

    /// Registers the caller; false, with the caller resumed, when the job is finished already.
    func attach(_ continuation: CheckedContinuation<Value, any Error>) -> Bool {
        let early: Result<Value, any Error>? = state.withLock { state in
            if case .finished(let result) = state { return result }
            state = .waiting(continuation)
            return nil
        }
        if let early { continuation.resume(with: early) }
        return early == nil
    }

    func execute() {
        finish(Result { try body() })
    }

    func fail(_ error: any Error) {
        finish(.failure(error))
    }

    func finish(_ result: Result<Value, any Error>) {
        let continuation: CheckedContinuation<Value, any Error>? = state.withLock { state in
            switch state {
            case .idle:
                state = .finished(result)
                return nil
            case .waiting(let continuation):
                state = .finished(result)
                return continuation
            case .finished:
                return nil
            }
        }
        continuation?.resume(with: result)
    }
}
