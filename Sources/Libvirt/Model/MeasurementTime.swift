import Foundation

/// When something was measured: a monotonic instant to compute with and a wall date to show.
public struct MeasurementTime: Hashable, Sendable {
    /// For differences; does not jump when the wall clock is set.
    public var instant: ContinuousClock.Instant
    /// For people and logs.
    public var date: Date

    /// Pairs the two.
    public init(instant: ContinuousClock.Instant, date: Date) {
        self.instant = instant
        self.date = date
    }

    /// This moment, by the system's clocks.
    public static func now() -> MeasurementTime {
        MeasurementTime(instant: .now, date: Date())
    }

    /// The moment `duration` later on both clocks.
    public func advanced(by duration: Duration) -> MeasurementTime {
        MeasurementTime(
            instant: instant.advanced(by: duration),
            date: date.addingTimeInterval(duration / .seconds(1))
        )
    }
}
