import Wire

/// A request that no endpoint answered before its deadline, or that was answered wrongly.
public struct RequestFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// How the last attempt failed; `nil` when no endpoint was in service.
    public var last: AttemptFailure?
    /// Where the last attempt went.
    public var endpoint: Endpoint?
    /// The number of attempts made.
    public var attempts: Int

    /// One sentence.
    public var description: String {
        guard let last else { return "no endpoint was in service before the deadline" }
        return attempts > 1 ? "\(last.reason) (\(attempts) attempts)" : last.reason
    }
}

/// A value with where it came from.
public struct Served<Value: Sendable>: Sendable {
    /// The answer.
    public var value: Value
    /// The endpoint that gave it.
    public var endpoint: Endpoint
    /// The number of attempts needed, from 1.
    public var attempts: Int
}

extension Served: Equatable where Value: Equatable {}
