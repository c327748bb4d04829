import Autoscaling
import Lifecycle

/// Of which group each agent's machine is, by the ledger: for agents whose group another controller looks after.
actor AgentGroups {
    /// The ledger is read at most so often for machines that are not in it.
    private static let rereadAfter = Duration.seconds(2)
    private var groups: [String: String] = [:]
    private var readAt: MonotonicInstant?
    private var reading: Task<[String: String], any Error>?

    /// The group of the machine `uuid`; `nil` when the ledger has no such machine.
    ///
    /// - Parameter ledger: Reads the ledger; those who ask meanwhile wait for the same answer.
    func group(
        of uuid: String,
        now: MonotonicInstant,
        ledger: @escaping @Sendable () async throws -> [Instance]
    ) async throws -> String? {
        if let group = groups[uuid] { return group }
        if let readAt, reading == nil, readAt.duration(to: now) < Self.rereadAfter { return nil }
        let task =
            reading
            // Of all who wait; the store's own deadline bounds it.
            ?? Task {
                try await ledger().reduce(into: [String: String]()) { $0[$1.uuid] = $1.group }
            }
        reading = task
        defer { reading = nil }
        groups = try await task.value
        readAt = now
        return groups[uuid]
    }
}
