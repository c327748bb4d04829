import Synchronization

/// Work beside a test that the test can stop and wait for.
public final class BackgroundJob: Sendable {
    private let stopped = AsyncStream.makeStream(of: Void.self)
    private let done = AsyncStream.makeStream(of: Void.self)
    private let work: @Sendable () async throws -> Void
    private let failed = Mutex<(any Error)?>(nil)

    init(_ work: @escaping @Sendable () async throws -> Void) {
        self.work = work
    }

    /// What the work threw, other than its cancellation.
    public var error: (any Error)? { failed.withLock { $0 } }

    /// Cancels the work and returns when it has ended.
    public func stop() async {
        stopped.continuation.finish()
        await ended()
    }

    /// Returns when the work has ended. For one waiter.
    public func ended() async {
        for await _ in done.stream {}
    }

    func run() async {
        await withTaskGroup { group in
            group.addTask {
                do {
                    try await self.work()
                } catch is CancellationError {
                } catch {
                    self.failed.withLock { $0 = error }
                }
            }
            group.addTask { for await _ in self.stopped.stream {} }
            _ = await group.next()
            group.cancelAll()
        }
        done.continuation.finish()
    }
}

/// Where a test puts work that goes on beside it; all of it ends with the test.
public struct Background: Sendable {
    private let jobs = AsyncStream.makeStream(of: BackgroundJob.self)

    /// Begins work.
    @discardableResult
    public func start(_ work: @escaping @Sendable () async throws -> Void) -> BackgroundJob {
        let job = BackgroundJob(work)
        jobs.continuation.yield(job)
        return job
    }

    fileprivate func run() async {
        await withDiscardingTaskGroup { group in
            for await job in jobs.stream { group.addTask { await job.run() } }
            group.cancelAll()
        }
    }
}

/// Runs a test with a place for work beside it.
public func withBackground<Result: Sendable>(
    _ body: @Sendable (Background) async throws -> Result
) async throws -> Result {
    let background = Background()
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await background.run() }
        defer { group.cancelAll() }
        return try await body(background)
    }
}

/// What was awaited did not happen.
public struct NeverHappened: Error, CustomStringConvertible {
    /// What was awaited, and for how long.
    public let description: String

    /// An error that says what did not happen.
    public init(description: String) {
        self.description = description
    }
}

/// Looks every 20 ms whether `condition` holds.
///
/// - Throws: ``NeverHappened`` after `limit`.
public func waitUntil(
    _ what: String,
    within limit: Duration = .seconds(15),
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now.advanced(by: limit)
    while true {
        if try await condition() { return }
        guard ContinuousClock.now < end else {
            throw NeverHappened(description: "within \(limit) it did not happen that \(what)")
        }
        try await Task.sleep(for: .milliseconds(20))
    }
}
