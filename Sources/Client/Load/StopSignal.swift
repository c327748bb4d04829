import Synchronization

/// A wish to end the run, made once by a signal and seen by all parts.
package final class StopSignal: Sendable {
    private let at = Mutex<ContinuousClock.Instant?>(nil)

    /// No wish yet.
    package init() {}

    /// When the wish was made first; `nil` before.
    package var requestedAt: ContinuousClock.Instant? { at.withLock { $0 } }

    /// Makes the wish. Returns whether it is the first one.
    @discardableResult
    package func request() -> Bool {
        at.withLock { at in
            guard at == nil else { return false }
            at = .now
            return true
        }
    }
}
