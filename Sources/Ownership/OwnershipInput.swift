import Autoscaling

/// What an ``Ownership`` is told: what the store answered and shows, and what the controller's parts say.
package enum OwnershipInput: Sendable, Equatable {
    /// Nothing but that time has passed.
    case look
    /// The store granted a lease.
    ///
    /// - Parameter asked: The instant before the request was sent, by the clock that `now` is of.
    case granted(lease: Int64, timeToLive: Duration, asked: MonotonicInstant)
    /// No lease was granted, or nobody knows.
    case grantFailed
    /// The store renewed the lease.
    ///
    /// - Parameter asked: The instant before the request was sent.
    case kept(lease: Int64, timeToLive: Duration, asked: MonotonicInstant)
    /// Nobody knows whether the lease was renewed.
    case keepFailed(lease: Int64)
    /// The store does not know the lease any more.
    case leaseLost(lease: Int64)
    /// The controller's own key stands, under this lease.
    case registered(lease: Int64, revision: Int64)
    /// It does not, or nobody knows; `byOther` when another run of that name holds it.
    case registerFailed(byOther: Bool)
    /// What the store shows.
    case observed(ClusterView)
    /// The ownership key was created.
    case acquired(group: String, lease: Int64, createRevision: Int64)
    /// It was not, or nobody knows.
    case acquireFailed(group: String)
    /// The ownership key of that create revision is gone.
    case released(group: String, createRevision: Int64)
    /// Nobody knows whether it is.
    case releaseFailed(group: String)
    /// Nothing of the group is under way any more after ``OwnershipAction/finish(group:by:)``.
    case quiesced(group: String)
    /// This controller cannot act for the group: it is left to another one, if there is one.
    case yielded(group: String)
    /// Hand everything over and end.
    case stop
    /// The lease was given back, or that was tried.
    case revoked
}

/// What an ``Ownership`` wants done.
package enum OwnershipAction: Sendable, Equatable {
    /// Ask the store for a lease.
    case grant(timeToLive: Duration)
    /// Renew the lease.
    case keepAlive(lease: Int64)
    /// Create the controller's own key with the lease.
    case register(lease: Int64)
    /// Create the ownership key with the lease, if there is none.
    case create(group: String, lease: Int64)
    /// Remove the ownership key, if it is still that one.
    case delete(group: String, createRevision: Int64)
    /// Give the lease back.
    case revoke(lease: Int64)
    /// The group is owned: act for it, as long as ``Ownership/fence(for:at:)`` says so.
    case begin(Fence)
    /// Begin nothing new for the group, finish what is under way by that instant, and say ``OwnershipInput/quiesced(group:)``.
    case finish(group: String, by: MonotonicInstant)
    /// The group is owned no more: stop at once.
    case stop(group: String, reason: Reason)

    /// Why a group is owned no more.
    package enum Reason: String, Sendable, Equatable {
        /// The lease was not renewed in time.
        case leaseEnding = "the lease was not renewed in time"
        /// The store has no such lease.
        case leaseLost = "the store ended the lease"
        /// Its key is gone or another's.
        case keyLost = "the ownership key is gone"
    }
}
