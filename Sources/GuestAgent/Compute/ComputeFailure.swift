/// Why a computation has no result.
public enum ComputeFailure: Error, Equatable {
    /// All workers are busy and the queue is full.
    case queueFull
    /// The deadline passed before the result was there.
    case deadlineExceeded
    /// The caller has gone.
    case abandoned
    /// The pool has been closed.
    case closed
}

/// A finished computation.
public struct Computation: Sendable, Equatable {
    /// The result.
    public var value: UInt64
    /// The CPU time that it needed, in seconds.
    public var cpuSeconds: Double
}
