import Shared

/// What a step of the fleet asks for, to be done in this order: persist, then act.
public struct FleetStep: Sendable, Equatable {
    /// An effect on the outside.
    public enum Action: Sendable, Hashable {
        /// Start the domain, with a fresh join token.
        case start(uuid: String)
        /// Pause the domain or save its memory.
        case park(uuid: String, kind: StandbyKind)
        /// Let the domain run again from where it was parked.
        case resume(uuid: String, kind: StandbyKind)
        /// Remove the saved memory of a domain that is off.
        case discardImage(uuid: String)
        /// Tell the agent that it takes work, and what time it is.
        case wake(uuid: String)
        /// Tell the agent to take no new work and to send it to these base URLs.
        case drain(uuid: String, alternatives: [String])
        /// Tell the agent to renew its certificate.
        case rotate(uuid: String)
        /// Ask the guest to shut down.
        case shutdown(uuid: String)
        /// Run the operator's hook.
        case runHook(uuid: String, name: String, point: HookPoint)
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
    /// The breaker, when it changed.
    public var breaker: StartBreaker?

    /// Whether nothing is asked for.
    public var isEmpty: Bool {
        changed.isEmpty && removed.isEmpty && events.isEmpty && actions.isEmpty && breaker == nil
    }
}
