import Foundation
import Lifecycle

/// The past of a group in columns: one value for each point in time, `nil` where nobody measured.
package struct HistorySeries: Codable, Sendable, Equatable {
    /// A column of numbers.
    package typealias Column = [Double?]

    /// An instance.
    package struct Instance: Codable, Sendable, Equatable {
        /// The domain's UUID.
        package var uuid: String
        /// The domain's name.
        package var name: String
        /// Means by column: `host`, `guest`, `steal` and `demand` in percent, `requestsPerSecond`, `p99` in seconds,
        /// `inFlight`, `queued`.
        package var columns: [String: Column]
        /// Maxima of `host`, `guest`, `demand` and `p99`; absent when a point is one second.
        package var peaks: [String: Column]?
        /// The state at the end of each point's span; `nil` while it was off.
        package var states: [InstanceState?]
    }

    /// The group's name.
    package var group: String
    /// The time that a point stands for, seconds.
    package var resolution: Int
    /// The begin of each point's span.
    package var times: [Date]
    /// Of the group: means of `demand` (percent of one instance) and `overloaded` (share of the time), the maximum
    /// `demandPeak`, and the last `capacity`, `desired`, `minimum`, `maximum`, `minimumInForce`, `maximumInForce`,
    /// `threshold`, `endpoints` and `revision`.
    package var columns: [String: Column]
    /// The instances that were not off all the time, by name.
    package var instances: [Instance]
    /// How many instances are left out because there are too many; absent when none is.
    package var leftOut: Int?
}
