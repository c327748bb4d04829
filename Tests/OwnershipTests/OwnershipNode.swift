import Autoscaling
import TestSupport

@testable import Ownership

/// One controller of an ``OwnershipWorld``.
struct OwnershipNode {
    let name: String
    let clock: DriftingClock
    private(set) var ownership: Ownership?
    /// Tells one life from the next.
    private(set) var life = 0
    var pausedUntil: Int64?
    var cutOffUntil: Int64?
    var lastView: Int64 = 0
    /// Requests whose answer is awaited.
    var pending: Set<Int> = []
    /// Groups for which something is finished before they are handed over, and how long that may go on.
    var working: [String: MonotonicInstant] = [:]

    init(name: String, rate: Double, offset: Int64) {
        (self.name, clock) = (name, DriftingClock(rate: rate, offset: offset))
    }

    var isAlive: Bool { ownership != nil }

    /// The instant by its own clock.
    func instant(_ now: Int64) -> MonotonicInstant { clock.instant(now) }

    func isCutOff(_ now: Int64) -> Bool { now < cutOffUntil ?? 0 }

    mutating func begin(_ ownership: Ownership) {
        life += 1
        self.ownership = ownership
        (pausedUntil, pending, working) = (nil, [], [:])
    }

    mutating func die() { (ownership, pending, working, pausedUntil) = (nil, [], [:], nil) }

    mutating func forgetSurrender() { ownership?.surrendered = [:] }

    mutating func step(_ input: OwnershipInput, _ local: MonotonicInstant) -> [OwnershipAction] {
        ownership?.step(input, at: local) ?? []
    }

    /// Until when the lease may be relied on.
    var safeEnd: MonotonicInstant? {
        if case .held(_, let safeUntil, _) = ownership?.lease { safeUntil } else { nil }
    }

    /// Whether it does anything for the group now: nothing while it is stopped by the system.
    func acts(for group: String, at now: Int64, ignoringTime: Bool) -> Bool {
        guard let ownership, pausedUntil == nil else { return false }
        let local = instant(now)
        if let end = working[group], local < end { return true }
        if ignoringTime, case .ours = ownership.groups[group] { return true }
        return ownership.fence(for: group, at: local) != nil
    }

    /// The group that an action begins or ends.
    static func group(of action: OwnershipAction) -> String? {
        switch action {
        case .begin(let fence): fence.group
        case .finish(let group, _), .stop(let group, _): group
        default: nil
        }
    }
}
