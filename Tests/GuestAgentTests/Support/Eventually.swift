import Testing

/// A condition did not come true in time.
struct NeverHappened: Error, CustomStringConvertible {
    let description: String
}

/// Polls until `condition` holds.
///
/// - Throws: ``NeverHappened`` when it does not hold within `limit`.
func eventually(
    _ what: String,
    within limit: Duration = .seconds(20),
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw NeverHappened(description: "within \(limit): \(what)")
}

/// Polls until `value` returns one.
func eventually<Value>(
    _ what: String,
    within limit: Duration = .seconds(20),
    value: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if let value = try await value() { return value }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw NeverHappened(description: "within \(limit): \(what)")
}
