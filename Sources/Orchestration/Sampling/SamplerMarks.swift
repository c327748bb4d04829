import Autoscaling
import Synchronization

/// A mark that one task raises and another lowers.
final class Flag: Sendable {
    private let isRaised = Mutex(false)

    func raise() {
        isRaised.withLock { $0 = true }
    }

    /// Whether the mark was up; it is down afterwards.
    func lower() -> Bool {
        isRaised.withLock { raised in
            defer { raised = false }
            return raised
        }
    }
}

/// The tick that is due, until it is taken.
final class DueTick: Sendable {
    private let moment = Mutex<MonotonicInstant?>(nil)

    /// One that waits already stays: it is the later of the two.
    func raise(_ due: MonotonicInstant) {
        moment.withLock { $0 = $0 ?? due }
    }

    /// When the tick that waits was due; it waits no more.
    func lower() -> MonotonicInstant? {
        moment.withLock { moment in
            defer { moment = nil }
            return moment
        }
    }
}
