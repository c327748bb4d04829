import Foundation
import Lifecycle

/// Which events are asked for.
package struct EventQuery: Sendable, Equatable {
    /// The order in which they come.
    package enum Order: Sendable, Equatable {
        /// The newest first.
        case newestFirst
        /// The oldest first.
        case oldestFirst
    }

    /// Only those with a larger number.
    package var after: Int64?
    /// Only those that happened at that time or later.
    package var since: Date?
    /// Only these kinds; empty: all.
    package var kinds: Set<ControllerEvent.Kind>
    /// Only those of this group.
    package var group: String?
    /// Only those of this instance, by name.
    package var instance: String?
    /// The order.
    package var order: Order
    /// The most events, at least 1.
    package var limit: Int

    /// A question.
    package init(
        after: Int64? = nil,
        since: Date? = nil,
        kinds: Set<ControllerEvent.Kind> = [],
        group: String? = nil,
        instance: String? = nil,
        order: Order = .newestFirst,
        limit: Int = 100
    ) {
        self.after = after
        self.since = since
        self.kinds = kinds
        self.group = group
        self.instance = instance
        self.order = order
        self.limit = limit
    }
}
