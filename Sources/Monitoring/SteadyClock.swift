import Autoscaling
import Foundation

/// The steady and the wall clock of the process, read in one place.
package struct SteadyClock: Sendable {
    package let continuous = ContinuousClock()
    private let start: ContinuousClock.Instant

    /// A clock whose moments begin now.
    package init() {
        start = ContinuousClock.now
    }

    /// The present moment.
    package var now: MonotonicInstant { moment(continuous.now) }

    /// An instant of this clock as a moment.
    package func moment(_ instant: ContinuousClock.Instant) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: 0).advanced(by: start.duration(to: instant))
    }

    /// The present time by the wall clock.
    package var date: Date { Date() }
}
