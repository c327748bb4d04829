import Foundation

/// Which part of the past is asked for.
package struct HistoryQuery: Sendable, Equatable {
    /// How many points can be asked for.
    package static let points = 1...5000
    /// The group.
    package var group: String
    /// From then on.
    package var since: Date
    /// Up to then.
    package var until: Date
    /// The most points in time.
    package var points: Int
    /// Whether the instances are asked for, too.
    package var hasInstances: Bool

    /// A question.
    package init(group: String, since: Date, until: Date, points: Int = 600, hasInstances: Bool = true) {
        self.group = group
        self.since = since
        self.until = until
        self.points = points
        self.hasInstances = hasInstances
    }
}
