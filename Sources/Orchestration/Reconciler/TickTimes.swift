import Autoscaling

/// When a tick of a group was due, and when it was worked off.
package struct TickTimes: Sendable, Equatable {
    package var group: String
    package var due: MonotonicInstant
    /// When it was taken, with what the hosts had said by then.
    package var taken: MonotonicInstant
    /// When its decision was written down and its actions were begun.
    package var done: MonotonicInstant
}
