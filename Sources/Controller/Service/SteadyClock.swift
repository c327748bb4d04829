import Autoscaling
import Foundation

/// The steady and the wall clock of the process, read in one place.
public struct SteadyClock: Sendable {
    let continuous = ContinuousClock()
    private let start: ContinuousClock.Instant

    /// A clock whose moments begin now.
    public init() {
        start = ContinuousClock.now
    }

    /// The present moment.
    public var now: Moment { Moment(nanoseconds: 0).advanced(by: start.duration(to: continuous.now)) }

    /// The present time by the wall clock.
    public var date: Date { Date() }
}
