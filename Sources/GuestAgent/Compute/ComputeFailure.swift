/// Why a computation has no result.
package enum ComputeFailure: Error, Equatable {
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
package struct Computation: Sendable, Equatable {
    /// The result.
    package var value: UInt64
    /// The CPU time that it needed, in seconds.
    package var cpuSeconds: Double
}
