import Shared

/// Tells the sender of a command when it is on disk.
package final class CommitAcknowledgement: Sendable {
    private let stored = Latch<Bool>()

    package init() {}

    /// The command was obeyed.
    ///
    /// - Parameter isStored: Whether it is on disk, too.
    func sign(isStored: Bool) { stored.set(isStored) }

    /// Waits until the command was obeyed; whether it is on disk.
    ///
    /// - Throws: ``DeadlineExceeded``.
    package func isStored(within limit: Duration) async throws -> Bool {
        try await withDeadline(limit) { [stored] in try await stored.wait() }
    }
}
