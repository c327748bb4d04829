import Logging
import NIOPosix
import Shared
import Testing

@testable import GuestAgent

@Suite("The pool that computes")
struct ComputePoolTests {
    /// Work that would take centuries.
    private let endless = 90

    private func withPool<Value>(
        workers: Int,
        queue: Int,
        _ body: (ComputePool) async throws -> Value
    ) async throws -> Value {
        let pool = ComputePool(
            workers: workers,
            queueLimit: queue,
            logger: Logger(label: "pool") { _ in SwiftLogNoOpLogHandler() }
        )
        do {
            let value = try await body(pool)
            await pool.close()
            return value
        } catch {
            await pool.close()
            throw error
        }
    }

    /// The result of a job; a job that does not end by itself is abandoned, so that the test fails and does not hang.
    private func result(of job: ComputeJob, in pool: ComputePool) async throws -> Computation {
        try await withDeadline(.seconds(20)) {
            try await withTaskCancellationHandler {
                try await job.result()
            } onCancel: {
                pool.abandon(job)
            }
        }
    }

    private var far: ContinuousClock.Instant { .now + .seconds(600) }

    @Test("numbers are right", arguments: [(0, 0), (1, 1), (2, 1), (10, 55), (20, 6765), (25, 75025)])
    func numbers(n: Int, expected: UInt64) async throws {
        let value = try await withPool(workers: 1, queue: 1) { pool in
            try await pool.submit(n, deadline: far).result().value
        }
        #expect(value == expected)
    }

    @Test("the largest number that fits is exact")
    func largest() {
        // By adding up, for the recursion would take centuries: it adds the same numbers.
        var (low, high): (UInt64, UInt64) = (0, 1)
        for _ in 0..<NaiveFibonacci.largestExact { (low, high) = (high, low &+ high) }
        #expect(low == 12_200_160_415_121_876_738)
        #expect(low.addingReportingOverflow(high).overflow == false || high > low)
    }

    @Test("the work is really done: the time grows with n as the recursion's does")
    func isNaive() {
        func time(_ n: Int) -> Duration { ContinuousClock().measure { _ = NaiveFibonacci.naive(n) } }
        // 1.618¹⁰ = 123; anything that remembers or optimises the recursion away would stay near 1.
        let ratio = (0..<3).map { _ in time(28).seconds / max(1e-9, time(18).seconds) }.max() ?? 0
        #expect(ratio > 20)
    }

    @Test("what exceeds workers and queue is refused, and the places come back")
    func full() async throws {
        try await withPool(workers: 2, queue: 3) { pool in
            let jobs = try (0..<5).map { _ in try pool.submit(endless, deadline: far) }
            #expect(pool.snapshot == .init(workers: 2, inFlight: 2, queued: 3))
            #expect(throws: ComputeFailure.queueFull) { try pool.submit(1, deadline: far) }
            for job in jobs { pool.abandon(job) }
            try await eventually("all places are free") { pool.snapshot == .init(workers: 2, inFlight: 0, queued: 0) }
            #expect(try await pool.submit(10, deadline: far).result().value == 55)
        }
    }

    @Test("who waits is served in order when a worker gets free")
    func order() async throws {
        try await withPool(workers: 1, queue: 2) { pool in
            let blocker = try pool.submit(endless, deadline: far)
            let second = try pool.submit(5, deadline: far)
            let third = try pool.submit(6, deadline: far)
            pool.abandon(blocker)
            #expect(try await second.result().value == 5)
            #expect(try await third.result().value == 8)
            await #expect(throws: ComputeFailure.abandoned) { try await blocker.result() }
        }
    }

    @Test("a running computation stops at its deadline")
    func deadlineRunning() async throws {
        try await withPool(workers: 1, queue: 0) { pool in
            let job = try pool.submit(endless, deadline: .now + .milliseconds(30))
            await #expect(throws: ComputeFailure.deadlineExceeded) { try await result(of: job, in: pool) }
            try await eventually("the worker is free") { pool.snapshot.inFlight == 0 }
        }
    }

    @Test("a waiting computation ends at its deadline though no worker gets free")
    func deadlineWaiting() async throws {
        try await withPool(workers: 1, queue: 1) { pool in
            let blocker = try pool.submit(endless, deadline: far)
            let job = try pool.submit(1, deadline: .now + .milliseconds(30))
            await #expect(throws: ComputeFailure.deadlineExceeded) { try await result(of: job, in: pool) }
            #expect(pool.snapshot == .init(workers: 1, inFlight: 1, queued: 0))
            pool.abandon(blocker)
        }
    }

    @Test("a deadline in the past fails at once")
    func pastDeadline() async throws {
        try await withPool(workers: 1, queue: 1) { pool in
            let job = try pool.submit(endless, deadline: .now - .seconds(1))
            await #expect(throws: ComputeFailure.deadlineExceeded) { try await result(of: job, in: pool) }
        }
    }

    @Test("an abandoned computation frees its worker within a second")
    func abandoned() async throws {
        try await withPool(workers: 1, queue: 1) { pool in
            let job = try pool.submit(endless, deadline: far)
            let start = ContinuousClock.now
            pool.abandon(job)
            try await eventually("the worker is free") { pool.snapshot.inFlight == 0 }
            #expect(ContinuousClock.now - start < .seconds(1))
        }
    }

    @Test("closing ends everything and refuses what comes later")
    func closing() async throws {
        try await withPool(workers: 1, queue: 1) { pool in
            let running = try pool.submit(endless, deadline: far)
            let waiting = try pool.submit(endless, deadline: far)
            await pool.close()
            await #expect(throws: ComputeFailure.closed) { try await running.result() }
            await #expect(throws: ComputeFailure.closed) { try await waiting.result() }
            #expect(throws: ComputeFailure.closed) { try pool.submit(1, deadline: far) }
        }
    }

    @Test("CPU time is measured")
    func cpuTime() async throws {
        try await withPool(workers: 1, queue: 0) { pool in
            let heavy = try await pool.submit(27, deadline: far).result().cpuSeconds
            #expect(heavy > 0)
            #expect(heavy < 10)
        }
    }
}
