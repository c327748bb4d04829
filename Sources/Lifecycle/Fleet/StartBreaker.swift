import Autoscaling
import Foundation

/// Stops starting domains for a while after starts have failed again and again, for twice as long each time.
package struct StartBreaker: Sendable, Hashable, Codable {
    /// Failed starts in a row, of any instance of the group, that open it.
    package static let threshold = 3
    /// How long it stays open the first time.
    package static let firstPause = Duration.seconds(60)
    /// The longest it stays open.
    package static let longestPause = Duration.seconds(1800)

    /// Failed starts in a row.
    package private(set) var failures = 0
    /// Until when no domain is started, by the wall clock; `nil` when it is closed.
    package private(set) var openUntil: Date?
    /// The last failure in words.
    package private(set) var lastFailure: String?
    /// The same as ``openUntil`` on the steady clock of this life of the controller.
    private var reopenAt: MonotonicInstant?

    private enum CodingKeys: CodingKey {
        case failures, openUntil, lastFailure
    }

    /// A closed breaker.
    package init() {}

    /// How long it stays open after that many failures: twice as long after each further one.
    private var pause: Duration {
        let doublings = min(max(0, failures - Self.threshold), 10)
        return min(Self.firstPause * (1 << doublings), Self.longestPause)
    }

    /// A breaker from a former life, or from another controller, goes on where it was. A wall clock that is ahead of the
    /// present one makes its pause no longer.
    package mutating func adopt(now: MonotonicInstant, date: Date) {
        guard let openUntil else { return }
        let left = min(max(0, openUntil.timeIntervalSince(date)), pause / .seconds(1))
        reopenAt = now.advanced(by: .seconds(left))
    }

    /// Whether no domain may be started at `now`.
    package func isOpen(at now: MonotonicInstant) -> Bool { reopenAt.map { now < $0 } ?? false }

    /// A start failed; returns whether that opened the breaker.
    package mutating func fail(_ reason: String, now: MonotonicInstant, date: Date) -> Bool {
        failures += 1
        lastFailure = reason
        guard failures >= Self.threshold else { return false }
        // One attempt after each pause: each further failure opens it again, for twice as long.
        let pause = pause
        reopenAt = now.advanced(by: pause)
        openUntil = date.addingTimeInterval(pause / .seconds(1))
        return true
    }

    /// An instance came up: returns whether anything changed.
    mutating func succeed() -> Bool {
        guard failures > 0 else { return false }
        self = StartBreaker()
        return true
    }

    /// Why no domain is started at `now`; `nil` when domains are.
    package func reason(at now: MonotonicInstant) -> String? {
        guard isOpen(at: now), let reopenAt else { return nil }
        let left = Int((now.duration(to: reopenAt) / .seconds(1)).rounded(.up))
        return "\(failures) starts in a row failed (the last: \(lastFailure ?? "unknown")); the next attempt is in "
            + "\(left) s"
    }
}
