/// A limit that changed the recommendation of a decision.
package struct Clamp: Sendable, Hashable, Codable {
    /// The limits, in the order in which they apply.
    package enum Name: String, Sendable, Hashable, Codable, CaseIterable {
        /// Those that ask for more are short of host CPU.
        case starved
        /// The load of an instance in service is unknown.
        case unknownForbidsScaleIn = "unknown forbids scale in"
        /// A rule lacks a value.
        case gapForbidsScaleIn = "gap forbids scale in"
        /// A smaller recommendation stands in the scale-out window.
        case stabilizationOut = "stabilization out"
        /// A larger recommendation stands in the scale-in window, or the window is not covered yet.
        case stabilizationIn = "stabilization in"
        /// An instance came into service a short time ago.
        case cooldownOut = "cooldown out"
        /// The last scale in was a short time ago.
        case cooldownIn = "cooldown in"
        /// So many a minute.
        case rateLimit = "rate limit"
        /// The policy's mode is off.
        case modeOff = "mode off"
        /// An operator holds the size.
        case held
        /// The lower bound.
        case min
        /// The upper bound, against the capacity or every owned domain.
        case max
        /// Nothing is left to start.
        case noReserve = "no reserve"
        /// The host has no memory or vCPUs for it.
        case hostRoom = "host room"
        /// Starts are stopped after failures.
        case breaker
        /// What is to carry the load is not in service yet.
        case coming
        /// Those in service are protected or not owned.
        case notRemovable = "not removable"
        /// An operator paused the group.
        case paused

        /// Whether somebody should hear of it when it keeps a group from growing.
        package var blocksScaleOut: Bool {
            switch self {
            case .noReserve, .max, .hostRoom, .breaker, .starved, .modeOff, .paused: true
            case .unknownForbidsScaleIn, .gapForbidsScaleIn, .stabilizationOut, .stabilizationIn, .cooldownOut,
                .cooldownIn, .rateLimit, .held, .min, .coming, .notRemovable:
                false
            }
        }
    }

    /// The limit.
    package var name: Name
    /// The size before, in instances.
    package var from: Int
    /// The size after, in instances.
    package var to: Int
    /// Why, in words.
    package var why: String

    /// A clamp.
    package init(_ name: Name, from: Int, to: Int, why: String) {
        self.name = name
        self.from = from
        self.to = to
        self.why = why
    }
}
