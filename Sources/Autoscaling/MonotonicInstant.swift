/// A point on a steady clock, in nanoseconds since an arbitrary beginning.
///
/// The engine computes with moments only: no jump of the wall clock can fire or starve one of its windows, and tests and
/// simulations make moments out of nothing.
package struct MonotonicInstant: InstantProtocol, Hashable, Sendable, Codable {
    /// Nanoseconds since the beginning.
    package var nanoseconds: Int64

    /// The moment `nanoseconds` after the beginning.
    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The moment `seconds` after the beginning.
    package static func seconds(_ seconds: Double) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(seconds * 1e9))
    }

    /// The moment `duration` later.
    package func advanced(by duration: Duration) -> MonotonicInstant {
        let (seconds, attoseconds) = duration.components
        let (product, isFar) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let step = isFar ? (seconds < 0 ? .min : .max) : Self.sum(product, attoseconds / 1_000_000_000)
        return MonotonicInstant(nanoseconds: Self.sum(nanoseconds, step))
    }

    /// The time from this moment to `other`; negative when `other` is earlier.
    package func duration(to other: MonotonicInstant) -> Duration {
        let (difference, isFar) = other.nanoseconds.subtractingReportingOverflow(nanoseconds)
        return .nanoseconds(isFar ? (other < self ? .min : .max) : difference)
    }

    /// A sum that stops at the ends: a moment may come from a file.
    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, isFar) = left.addingReportingOverflow(right)
        return isFar ? (right < 0 ? .min : .max) : sum
    }

    /// Orders by time.
    package static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}
