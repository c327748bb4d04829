import BlockingCalls
import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Libvirt

@Suite(.timeLimit(.minutes(1))) struct WorkerTests {
    private struct Stopped: Error {}

    /// Workers that are stopped however `body` ends; returns once every thread has ended.
    private func withWorkers(
        capacity: Int = 1024,
        _ body: (BlockingWorkers) async throws -> Void
    ) async throws {
        let workers = BlockingWorkers(name: "test", operations: 2, capacity: capacity)
        let (drained, continuation) = AsyncStream.makeStream(of: Void.self)
        let result: Result<Void, any Error>
        do { result = .success(try await body(workers)) } catch { result = .failure(error) }
        workers.stop(failing: Stopped()) { continuation.finish() }
        for await _ in drained {}
        try result.get()
    }

    @Test func aSlowOperationDelaysNeitherQueriesNorOtherOperations() async throws {
        try await withWorkers { workers in
            let gate = DispatchSemaphore(value: 0)
            async let slow: Void = workers.run(.operation, deadline: .seconds(50)) { gate.wait() }
            #expect(try await workers.run(.query, deadline: .seconds(50)) { 1 } == 1)
            #expect(try await workers.run(.operation, deadline: .seconds(50)) { 2 } == 2)
            #expect(try await workers.run(.save, deadline: .seconds(50)) { 3 } == 3)
            gate.signal()
            try await slow
        }
    }

    /// Counts how many are inside at the same time.
    private final class Meter: Sendable {
        private let state = Mutex((now: 0, most: 0))
        var most: Int { state.withLock { $0.most } }

        func pass() {
            state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            Thread.sleep(forTimeInterval: 0.002)
            state.withLock { $0.now -= 1 }
        }
    }

    @Test(arguments: [(BlockingWorkers.Lane.query, 1), (.operation, 2), (.save, 1), (.guest, 1)])
    func aLaneRunsAsManyCallsAsItHasThreads(_ lane: BlockingWorkers.Lane, _ threads: Int) async throws {
        let meter = Meter()
        try await withWorkers { workers in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await workers.run(lane, deadline: .seconds(50)) { meter.pass() } }
                }
                try await group.waitForAll()
            }
        }
        #expect(meter.most == threads)
    }

    @Test func eachThreadKnowsWhichOneItIs() async throws {
        try await withWorkers { workers in
            var seen: Set<BlockingWorkers.Worker?> = []
            try await withThrowingTaskGroup(of: BlockingWorkers.Worker?.self) { group in
                let gate = DispatchSemaphore(value: 0)
                for _ in 0..<BlockingWorkers.statisticsThreads {
                    group.addTask {
                        try await workers.run(.statistics, deadline: .seconds(50)) {
                            // Until all are inside, so that none of them serves twice.
                            _ = gate.wait(timeout: .now() + 0.5)
                            return BlockingWorkers.Worker.current
                        }
                    }
                }
                for try await worker in group { seen.insert(worker) }
            }
            #expect(seen.count == BlockingWorkers.statisticsThreads)
            #expect(seen.allSatisfy { $0?.lane == .statistics })
        }
    }

    @Test func aCallThatHangsReleasesItsCaller() async throws {
        try await withWorkers { workers in
            let gate = DispatchSemaphore(value: 0)
            await #expect(throws: BlockingWorkers.DeadlineExceeded.self) {
                try await workers.run(.query, deadline: .milliseconds(20)) { gate.wait() }
            }
            gate.signal()
            let next = try await workers.run(.query, deadline: .seconds(50)) { 3 }
            #expect(next == 3)
        }
    }

    @Test func stoppingFailsWhatRunsAndWhatWaits() async throws {
        let gate = DispatchSemaphore(value: 0)
        let workers = BlockingWorkers(name: "test", operations: 1)
        let (started, running) = AsyncStream.makeStream(of: Void.self)
        let (drained, ended) = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    do {
                        try await workers.run(.query, deadline: .seconds(50)) {
                            running.yield()
                            gate.wait()
                        }
                        return false
                    } catch {
                        return error is Stopped
                    }
                }
            }
            for await _ in started { break }
            workers.stop(failing: Stopped()) { ended.finish() }
            for await failed in group { #expect(failed) }
        }
        await #expect(throws: Stopped.self) { try await workers.run(.query, deadline: .seconds(1)) {} }
        gate.signal()
        for await _ in drained {}
    }

    @Test func aCancelledCallThatWaitsNeverRuns() async throws {
        try await withWorkers { workers in
            let gate = DispatchSemaphore(value: 0)
            let ran = Mutex(false)
            async let blocker: Void = workers.run(.query, deadline: .seconds(50)) { gate.wait() }
            let task = Task { try await workers.run(.query, deadline: .seconds(50)) { ran.withLock { $0 = true } } }
            task.cancel()
            let result = await task.result
            #expect(throws: CancellationError.self) { try result.get() }
            gate.signal()
            try await blocker
            try await workers.run(.query, deadline: .seconds(50)) {}
            #expect(!ran.withLock { $0 })
        }
    }

    @Test func tooManyWaitingCallsAreRefused() async throws {
        try await withWorkers(capacity: 2) { workers in
            let gate = DispatchSemaphore(value: 0)
            let refused = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do {
                            try await workers.run(.query, deadline: .seconds(50)) { gate.wait() }
                            return false
                        } catch {
                            return error is BlockingWorkers.QueueFull
                        }
                    }
                }
                // One runs and two wait, so five at least are refused; then the gate opens.
                var refused = 0
                for await isRefused in group {
                    refused += isRefused ? 1 : 0
                    if refused == 5 { for _ in 0..<8 { gate.signal() } }
                }
                return refused
            }
            #expect((5...6).contains(refused))
        }
    }
}

@Suite struct ReconnectBackoffTests {
    @Test func doublesUpToTheLongestWithJitter() {
        var backoff = ReconnectBackoff(minimum: .milliseconds(200), maximum: .seconds(10))
        let full = (0..<8).map { _ in backoff.next(random: 1) / .milliseconds(1) }
        #expect(full == [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
        backoff.reset()
        #expect(backoff.next(random: 0) == .milliseconds(100))
        for _ in 0..<100 { _ = backoff.next(random: 0) }
        #expect(backoff.next(random: 0) == .seconds(5))
    }
}
