import Autoscaling
import Ownership

extension ModelStore {
    /// What the store does with a request of an ``Ownership``, and answers.
    ///
    /// - Parameters:
    ///   - controller: The name of the controller that asks.
    ///   - run: Tells one run of it from another.
    ///   - asked: The instant before the request was sent, by the controller's clock.
    ///   - timeToLive: That of leases.
    ///   - now: The present moment, nanoseconds.
    package mutating func serve(
        _ action: OwnershipAction,
        of controller: String,
        run: String,
        asked: MonotonicInstant,
        timeToLive: Duration,
        at now: Int64
    ) -> OwnershipInput {
        switch action {
        case .grant:
            let lease = grant(Int64(timeToLive / .nanoseconds(1)), at: now)
            return .granted(lease: lease, timeToLive: timeToLive, asked: asked)
        case .keepAlive(let id):
            return keepAlive(id, at: now)
                ? .kept(lease: id, timeToLive: timeToLive, asked: asked) : .leaseLost(lease: id)
        case .register(let id): return register(controller, run: run, lease: id)
        case .create(let group, let id):
            guard let revision = create("owners/\(group)", controller, lease: id) else {
                return .acquireFailed(group: group)
            }
            return .acquired(group: group, lease: id, createRevision: revision)
        case .delete(let group, let revision):
            delete("owners/\(group)", createRevision: revision)
            return .released(group: group, createRevision: revision)
        case .revoke(let id):
            revoke(id)
            return .revoked
        case .begin, .finish, .stop: return .look
        }
    }

    private mutating func register(_ controller: String, run: String, lease: Int64) -> OwnershipInput {
        let key = "controllers/\(controller)"
        if let revision = create(key, run, lease: lease) { return .registered(lease: lease, revision: revision) }
        guard let present = keys[key], present.lease == lease else { return .registerFailed(byOther: true) }
        return .registered(lease: lease, revision: present.createRevision)
    }
}

extension OwnershipAction {
    /// What its runner says of a request without an answer.
    package var failure: OwnershipInput {
        switch self {
        case .grant: .grantFailed
        case .keepAlive(let lease): .keepFailed(lease: lease)
        case .register: .registerFailed(byOther: false)
        case .create(let group, _): .acquireFailed(group: group)
        case .delete(let group, _): .releaseFailed(group: group)
        case .revoke: .revoked
        case .begin, .finish, .stop: .look
        }
    }
}

extension OwnershipInput {
    /// The same, with the lease counted from the instant at which the answer came: what no controller may do.
    package func counted(from answer: MonotonicInstant) -> OwnershipInput {
        switch self {
        case .kept(let lease, let time, _): .kept(lease: lease, timeToLive: time, asked: answer)
        case .granted(let lease, let time, _): .granted(lease: lease, timeToLive: time, asked: answer)
        default: self
        }
    }
}
