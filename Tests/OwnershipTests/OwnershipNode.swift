import Autoscaling

@testable import Ownership

/// One controller of an ``OwnershipWorld``.
struct OwnershipNode {
    let name: String
    /// How fast its clock goes: 1 is right.
    let rate: Double
    let offset: Int64
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
        (self.name, self.rate, self.offset) = (name, rate, offset)
    }

    var isAlive: Bool { ownership != nil }

    /// The instant by its own clock.
    func instant(_ now: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: offset + Int64(Double(now) * rate))
    }

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

    /// What its runner says of a request without an answer.
    static func failure(of action: OwnershipAction) -> OwnershipInput {
        switch action {
        case .grant: .grantFailed
        case .keepAlive(let lease): .keepFailed(lease: lease)
        case .register: .registerFailed(byOther: false)
        case .create(let group, _): .acquireFailed(group: group)
        case .delete(let group, _): .releaseFailed(group: group)
        case .revoke: .revoked
        case .begin, .finish, .stop: .look
        }
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
