import Shared

/// Tells the sender of a command when it is on disk.
package final class CommitAcknowledgement: Sendable {
    private let stream: AsyncStream<Bool>
    private let continuation: AsyncStream<Bool>.Continuation

    package init() {
        (stream, continuation) = AsyncStream.makeStream(of: Bool.self, bufferingPolicy: .bufferingOldest(1))
    }

    /// The command was obeyed.
    ///
    /// - Parameter isStored: Whether it is on disk, too.
    func sign(isStored: Bool) {
        continuation.yield(isStored)
        continuation.finish()
    }

    /// Waits until the command was obeyed; whether it is on disk.
    ///
    /// - Throws: ``DeadlineExceeded``.
    package func isStored(within limit: Duration) async throws -> Bool {
        try await withDeadline(limit) { [stream] in
            for await isStored in stream { return isStored }
            throw CancellationError()
        }
    }
}
