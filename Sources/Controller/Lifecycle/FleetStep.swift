import Shared

/// What a step of the fleet asks for, to be done in this order: persist, then act.
public struct FleetStep: Sendable, Equatable {
    /// An effect on the outside.
    public enum Action: Sendable, Hashable {
        /// Start the domain, with a fresh join token.
        case start(uuid: String)
        /// Destroy the domain, which this controller owns.
        case destroy(uuid: String)
        /// Run the full probe against the agent of that session.
        case probe(uuid: String, endpoint: Endpoint, session: UInt64)
        /// Forget the results of starts and probes of an instance that begins anew.
        case forget(uuid: String)
        /// Tell the clients that an instance is on its way.
        case announceScaling(name: String, reason: String)
        /// Tell the clients that an instance serves.
        case announceScaled(name: String)
    }

    /// Rows of the ledger that changed.
    public var changed: [Instance] = []
    /// Rows of the ledger that are gone.
    public var removed: [String] = []
    /// Events, in order.
    public var events: [ControllerEvent] = []
    /// Effects, in order.
    public var actions: [Action] = []

    /// Whether nothing is asked for.
    public var isEmpty: Bool { changed.isEmpty && removed.isEmpty && events.isEmpty && actions.isEmpty }
}
