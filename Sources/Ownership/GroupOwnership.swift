import Autoscaling

/// What a controller is to one group.
package enum GroupOwnership: Sendable, Equatable {
    /// Another one owns it, or nobody does.
    case notOurs
    /// The ownership key was asked for at that instant.
    case acquiring(since: MonotonicInstant)
    /// Owned until the lease's end.
    ///
    /// - Parameter keptUntil: Not handed to a better placed controller before that instant.
    case ours(createRevision: Int64, keptUntil: MonotonicInstant)
    /// Nothing new is begun; the key is removed when what is under way is finished, or at `by`.
    case handingOver(createRevision: Int64, by: MonotonicInstant, isQuiet: Bool, asked: MonotonicInstant?)
    /// It was owned until the lease could not be renewed in time. When the lease is renewed after all, the key is removed as
    /// soon as nothing that was begun under it can arrive any more, and the group is taken anew.
    case lost
}
