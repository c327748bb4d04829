import Foundation

/// Which events are asked for.
public struct EventQuery: Sendable, Equatable {
    /// The order in which they come.
    public enum Order: Sendable, Equatable {
        /// The newest first.
        case newestFirst
        /// The oldest first.
        case oldestFirst
    }

    /// Only those with a larger number.
    public var after: Int64?
    /// Only those that happened at that time or later.
    public var since: Date?
    /// Only these kinds; empty: all.
    public var kinds: Set<ControllerEvent.Kind>
    /// Only those of this group.
    public var group: String?
    /// Only those of this instance, by name.
    public var instance: String?
    /// The order.
    public var order: Order
    /// The most events, at least 1.
    public var limit: Int

    /// A question.
    public init(
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
