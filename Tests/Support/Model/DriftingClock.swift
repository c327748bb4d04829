import Autoscaling

/// A steady clock of a controller in a simulated world: it began some time ago, and goes a little wrong.
package struct DriftingClock: Sendable {
    /// How fast it goes: 1 is right.
    package let rate: Double
    /// What it showed when the world began, nanoseconds.
    package let offset: Int64

    /// A clock.
    package init(rate: Double, offset: Int64) { (self.rate, self.offset) = (rate, offset) }

    /// What it shows at that moment of the world, nanoseconds.
    package func instant(_ now: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: offset + Int64(Double(now) * rate))
    }

    /// How long, in the world, so much of its time lasts; nanoseconds.
    package func wait(_ duration: Duration) -> Int64 { Int64(duration / .nanoseconds(1) / rate) }
}
