import Autoscaling

/// Which groups this controller owns, and what is to be done about it: a value without a clock or a connection.
///
/// Each controller keeps one lease in the store. With it end its own key, by which the others know that it lives, and the
/// ownership keys of its groups, each created only if there is none. Live controllers split the groups by
/// ``RendezvousRanking``. An owner acts until the lease's time less a margin has passed since the instant *before* its last
/// successful renewal was sent, by its own steady clock: by then the store cannot have ended the lease, whatever became of
/// the answer. Nobody else can create the key before that.
package struct Ownership: Sendable {
    /// The lease as the controller knows it.
    enum Lease: Sendable, Equatable {
        case none(retry: MonotonicInstant?)
        case granting
        /// `safeUntil`: the end less the margin. `renewal`: when it is to be renewed next; `nil` while a renewal is under way.
        case held(id: Int64, safeUntil: MonotonicInstant, renewal: MonotonicInstant?)
    }

    /// The controller's own key.
    enum Registration: Sendable, Equatable {
        case absent(retry: MonotonicInstant?)
        case registering
        case registered(revision: Int64)
    }

    /// How it works.
    package let settings: OwnershipSettings
    /// What it is to each group.
    package internal(set) var groups: [String: GroupOwnership]
    /// What the store showed last; `nil` until it showed anything.
    package internal(set) var view: ClusterView?
    /// Whether another run holds the key of this controller's name.
    package internal(set) var isNameTaken = false
    var lease = Lease.none(retry: nil)
    var registration = Registration.absent(retry: nil)
    /// The members of the view in the order in which each group is to be theirs.
    var rankings: [String: [String]] = [:]
    /// Since when each run of a controller has been seen.
    var seenSince: [String: (run: String, instant: MonotonicInstant)] = [:]
    /// Since when a group has been seen without an owner.
    var vacantSince: [String: MonotonicInstant] = [:]
    /// Not tried to be taken before that instant.
    var retries: [String: MonotonicInstant] = [:]
    /// Left to others until that instant.
    var yielded: [String: MonotonicInstant] = [:]
    /// The create revision of the last key of a group whose removal was asked for.
    var surrendered: [String: Int64] = [:]
    /// The groups whose ownership was interrupted, and from when on nothing that was begun before can arrive any more.
    var interrupted: [String: MonotonicInstant] = [:]
    /// When it was told to end, and whether the lease was given back.
    var stopping: (since: MonotonicInstant, isRevoking: Bool)?
    /// Whether it has ended in order: nothing is owned and the lease is given back, or nobody answers.
    package internal(set) var isFinished = false

    /// A controller that owns nothing yet.
    package init(_ settings: OwnershipSettings) {
        self.settings = settings
        groups = Dictionary(uniqueKeysWithValues: settings.groups.map { ($0, .notOurs) })
    }

    /// The fence of a group that the controller may act for now; `nil` when it may not.
    ///
    /// - Parameter now: The present instant, read after everything that the action rests on.
    package func fence(for group: String, at now: MonotonicInstant) -> Fence? {
        guard case .held(_, let safeUntil, _) = lease, now < safeUntil,
            case .ours(let createRevision, _) = groups[group]
        else { return nil }
        return Fence(group: group, createRevision: createRevision)
    }

    /// The fence of a group for which a call to a hypervisor may begin now; `nil` when none may.
    ///
    /// Such a call arrives within ``OwnershipSettings/reach`` or not at all, so it has to begin that long, and what clocks may
    /// be apart, before the lease can end, and before a group that is handed over is left to another.
    ///
    /// - Parameter now: The present instant, read right before the call.
    package func permit(for group: String, at now: MonotonicInstant) -> Fence? {
        let reach = settings.reach + settings.drift
        guard case .held(_, let safeUntil, _) = lease,
            now.advanced(by: max(.zero, reach - settings.margin)) < safeUntil
        else { return nil }
        switch groups[group] {
        case .ours(let createRevision, _): return Fence(group: group, createRevision: createRevision)
        case .handingOver(let createRevision, let by, _, nil)
        where now.advanced(by: reach) < by && interrupted[group] == nil:
            return Fence(group: group, createRevision: createRevision)
        case .handingOver, .notOurs, .acquiring, .lost, nil: return nil
        }
    }

    /// The lease that is held.
    package var heldLease: Int64? {
        if case .held(let id, _, _) = lease { id } else { nil }
    }

    /// When it wants to be asked again, at the latest.
    package func nextLook(after now: MonotonicInstant) -> MonotonicInstant {
        let usual = now.advanced(by: .milliseconds(250))
        guard case .held(_, let safeUntil, let renewal) = lease else { return usual }
        return [safeUntil, renewal].compactMap(\.self).filter { $0 > now }.reduce(usual) { min($0, $1) }
    }

    /// Takes what happened and returns what is to be done. `now` never goes back.
    package mutating func step(_ input: OwnershipInput, at now: MonotonicInstant) -> [OwnershipAction] {
        var actions: [OwnershipAction] = []
        switch input {
        case .look: break
        case .granted, .grantFailed, .kept, .keepFailed, .leaseLost, .revoked: takeLease(input, now, &actions)
        case .registered(let id, let revision):
            if isCurrent(id) { registration = .registered(revision: revision) }
            isNameTaken = false
        case .registerFailed(let byOther):
            registration = .absent(retry: now.advanced(by: settings.retry))
            isNameTaken = byOther
        case .observed(let view): observe(view, now, &actions)
        case .acquired, .acquireFailed, .released, .releaseFailed, .quiesced, .yielded:
            takeGroup(input, now, &actions)
        case .stop: stopping = stopping ?? (now, false)
        }
        planLease(now, &actions)
        planRegistration(now, &actions)
        for group in groups.keys.sorted() { plan(group, now, &actions) }
        planEnd(now, &actions)
        return actions
    }

    /// The lease, if it is held and the controller may act with it.
    func safeLease(_ now: MonotonicInstant) -> Int64? {
        if case .held(let id, let safeUntil, _) = lease, now < safeUntil { id } else { nil }
    }

    /// Whether that lease is the one that is held.
    func isCurrent(_ id: Int64) -> Bool {
        if case .held(id, _, _) = lease { true } else { false }
    }
}
