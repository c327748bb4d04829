import Foundation

/// Which part of the past is asked for.
public struct HistoryQuery: Sendable, Equatable {
    /// How many points can be asked for.
    public static let points = 1...5000
    /// The group.
    public var group: String
    /// From then on.
    public var since: Date
    /// Up to then.
    public var until: Date
    /// The most points in time.
    public var points: Int
    /// Whether the instances are asked for, too.
    public var hasInstances: Bool

    /// A question.
    public init(group: String, since: Date, until: Date, points: Int = 600, hasInstances: Bool = true) {
        self.group = group
        self.since = since
        self.until = until
        self.points = points
        self.hasInstances = hasInstances
    }
}
