import Foundation

/// The replacement of a group's clones by ones of another template, one by one.
public struct Rollout: Sendable, Hashable, Codable {
    /// How far it has come.
    public enum Phase: String, Sendable, Hashable, Codable {
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
    public static let usualHold = 30.0

    /// What the new clones are made from.
    public var source: CloneSource
    /// Tells the new template's definition from any other.
    public var identity: String
    /// How far it has come.
    public var phase = Phase.running
    /// How long a new instance must have been in service before an old one leaves, seconds.
    public var hold: Double
    /// Who asked for it.
    public var by: String
    /// When, by the wall clock.
    public var startedAt: Date
    /// Why it is in its phase, or what it waits for.
    public var reason: String
    /// The UUID of the new instance that is being judged.
    public var current: String?
    /// Old instances that have left.
    public var replaced = 0
    /// Whether an operator asked to go back.
    public var isAborted = false

    /// One that begins.
    public init(source: CloneSource, identity: String, hold: Double = usualHold, by: String, startedAt: Date) {
        self.source = source
        self.identity = identity
        self.hold = hold
        self.by = by
        self.startedAt = startedAt
        self.reason = "\(by) asked for it"
    }

    /// Whether instances are still to be replaced.
    public var isActive: Bool { phase == .running || phase == .rollingBack }

    /// Whether a clone of that template has to leave.
    func replaces(_ template: String?) -> Bool {
        phase == .rollingBack ? template == identity : template != identity
    }
}

/// What a group's clones are made from, as it is kept.
public struct CloneTemplates: Sendable, Hashable, Codable {
    /// What further clones are made from, unless a rollout is under way; `nil` before the first.
    public var accepted: CloneSource?
    /// The last rollout.
    public var rollout: Rollout?

    /// Nothing known yet.
    public init() {}
}
