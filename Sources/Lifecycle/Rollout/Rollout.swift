import Foundation

/// The replacement of a group's clones by ones of another template, one by one.
package struct Rollout: Sendable, Hashable, Codable {
    /// How far it has come.
    package enum Phase: String, Sendable, Hashable, Codable {
        /// Clones of another template are replaced.
        case running
        /// The new ones are replaced by ones of the template before.
        case rollingBack = "rolling back"
        /// Every clone is of the new template.
        case done
        /// It was given up; further clones are made from the template before.
        case failed
        /// An operator ended it; further clones are made from the template before.
        case aborted
    }

    /// How long a new instance must have been in service and well before an old one leaves, seconds.
    package static let usualHold = 30.0

    /// What the new clones are made from.
    package var source: CloneSource
    /// Tells the new template's definition from any other.
    package var identity: String
    /// How far it has come.
    package var phase = Phase.running
    /// How long a new instance must have been in service before an old one leaves, seconds.
    package var hold: Double
    /// Who asked for it.
    package var by: String
    /// When, by the wall clock.
    package var startedAt: Date
    /// Why it is in its phase, or what it waits for.
    package var reason: String
    /// The UUID of the new instance that is being judged.
    package var current: String?
    /// Old instances that have left.
    package var replaced = 0
    /// Whether an operator asked to go back.
    package var isAborted = false

    /// One that begins.
    package init(source: CloneSource, identity: String, hold: Double = usualHold, by: String, startedAt: Date) {
        self.source = source
        self.identity = identity
        self.hold = hold
        self.by = by
        self.startedAt = startedAt
        self.reason = "\(by) asked for it"
    }

    /// Whether instances are still to be replaced.
    package var isActive: Bool { phase == .running || phase == .rollingBack }

    /// Whether a clone of that template has to leave.
    package func replaces(_ template: String?) -> Bool {
        phase == .rollingBack ? template == identity : template != identity
    }
}

/// What a group's clones are made from, as it is kept.
package struct CloneTemplates: Sendable, Hashable, Codable {
    /// What further clones are made from, unless a rollout is under way; `nil` before the first.
    package var accepted: CloneSource?
    /// The last rollout.
    package var rollout: Rollout?

    /// Nothing known yet.
    package init() {}
}
