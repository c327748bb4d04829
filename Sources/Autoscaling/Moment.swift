/// A point on a steady clock, in nanoseconds since an arbitrary beginning.
///
/// The engine computes with moments only: no jump of the wall clock can fire or starve one of its windows, and tests and
/// simulations make moments out of nothing.
public struct Moment: InstantProtocol, Hashable, Sendable, Codable {
    /// Nanoseconds since the beginning.
    public var nanoseconds: Int64

    /// The moment `nanoseconds` after the beginning.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The moment `seconds` after the beginning.
    public static func seconds(_ seconds: Double) -> Moment {
        Moment(nanoseconds: Int64(seconds * 1e9))
    }

    /// The moment `duration` later.
    public func advanced(by duration: Duration) -> Moment {
        let (seconds, attoseconds) = duration.components
        return Moment(nanoseconds: nanoseconds + seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    /// The time from this moment to `other`; negative when `other` is earlier.
    public func duration(to other: Moment) -> Duration {
        .nanoseconds(other.nanoseconds - nanoseconds)
    }

    /// Orders by time.
    public static func < (left: Moment, right: Moment) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}
