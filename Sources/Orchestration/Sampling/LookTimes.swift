import Autoscaling

/// When a look at a host was due, and when it was made.
package struct LookTimes: Sendable, Equatable {
    /// When it should have begun.
    package var due: MonotonicInstant
    package var begun: MonotonicInstant
    package var ended: MonotonicInstant
    /// Whether the host answered before the look was given up.
    package var isAnswered: Bool

    package init(due: MonotonicInstant, begun: MonotonicInstant, ended: MonotonicInstant, isAnswered: Bool) {
        (self.due, self.begun, self.ended, self.isAnswered) = (due, begun, ended, isAnswered)
    }
}
