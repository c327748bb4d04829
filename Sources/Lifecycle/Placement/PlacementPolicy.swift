/// On which hosts a group's instances are started.
package struct PlacementPolicy: Sendable, Hashable {
    /// What comes first among the hosts that can take an instance.
    package enum Order: String, Sendable, Hashable, CaseIterable {
        /// The host with the fewest instances of the group, and of those the one with the most room.
        case spread
        /// The host with the least room that is left.
        case pack
    }

    /// What comes first.
    package var order: Order
    /// The labels that a host must have.
    package var required: [String: String]
    /// The labels that a host had better have.
    package var preferred: [String: String]
    /// The most instances of the group on one host; `nil`: any number.
    package var mostPerHost: Int?

    /// A policy.
    package init(
        order: Order = .spread,
        required: [String: String] = [:],
        preferred: [String: String] = [:],
        mostPerHost: Int? = nil
    ) {
        self.order = order
        self.required = required
        self.preferred = preferred
        self.mostPerHost = mostPerHost
    }
}
