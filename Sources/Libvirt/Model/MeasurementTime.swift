import Foundation

/// When something was measured: a monotonic instant to compute with and a wall date to show.
package struct MeasurementTime: Hashable, Sendable {
    /// For differences; does not jump when the wall clock is set.
    package var instant: ContinuousClock.Instant
    /// For people and logs.
    package var date: Date

    /// Pairs the two.
    package init(instant: ContinuousClock.Instant, date: Date) {
        self.instant = instant
        self.date = date
    }

    /// This moment, by the system's clocks.
    package static func now() -> MeasurementTime {
        MeasurementTime(instant: .now, date: Date())
    }

    /// The moment `duration` later on both clocks.
    package func advanced(by duration: Duration) -> MeasurementTime {
        MeasurementTime(
            instant: instant.advanced(by: duration),
            date: date.addingTimeInterval(duration / .seconds(1))
        )
    }
}
