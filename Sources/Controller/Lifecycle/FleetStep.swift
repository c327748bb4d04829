import Shared

/// What a step of the fleet asks for, to be done in this order: persist, then act.
public struct FleetStep: Sendable, Equatable {
    /// An effect on the outside.
    public enum Action: Sendable, Hashable {
        /// Make a clone of that name and UUID, or what is missing of it.
        case clone(uuid: String, name: String)
        /// Remove a clone with all that it owns.
        case removeClone(uuid: String)
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
        /// Destroy the domain, which this controller owns, if it is still in that run (`nil`: in any).
        case destroy(uuid: String, run: Int? = nil)
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
    /// What clones are made from, when it changed.
    public var templates: CloneTemplates?
    /// What operators ask of the group, when it changed.
    public var steering: GroupSteering?

    /// Whether nothing is asked for.
    public var isEmpty: Bool {
        changed.isEmpty && removed.isEmpty && events.isEmpty && actions.isEmpty && breaker == nil
            && templates == nil && steering == nil
    }
}

extension FleetStep {
    /// Whether it holds an order that waits to be carried out once it is on disk.
    var isOrder: Bool {
        let ordered: [InstanceState] = [
            .creating, .starting, .resuming, .parking, .draining, .stopping, .removing,
        ]
        return changed.contains { ordered.contains($0.state) }
    }

    /// Puts what came before in front.
    mutating func prepend(_ earlier: FleetStep) {
        var all = earlier
        all.append(self)
        self = all
    }

    /// Adds what came after.
    mutating func append(_ later: FleetStep) {
        let changedAgain = Set(later.changed.map(\.uuid))
        changed.removeAll { changedAgain.contains($0.uuid) }
        changed.append(contentsOf: later.changed)
        removed.append(contentsOf: later.removed)
        events.append(contentsOf: later.events)
        actions.append(contentsOf: later.actions)
        breaker = later.breaker ?? breaker
        templates = later.templates ?? templates
        steering = later.steering ?? steering
    }

    /// Writes the group's name into everything that is kept.
    mutating func sign(group: String) {
        for index in changed.indices { changed[index].group = group }
        for index in events.indices where events[index].group == nil { events[index].group = group }
    }
}

extension StoreChange {
    /// The most events that wait while the store cannot be written.
    private static let pendingEvents = 1000

    mutating func append(_ step: FleetStep, group: String, endpointSet: EndpointSet?) {
        let changed = Set(step.changed.map(\.uuid))
        let gone = Set(step.removed)
        instances.removeAll { changed.contains($0.uuid) || gone.contains($0.uuid) }
        instances.append(contentsOf: step.changed.filter { !gone.contains($0.uuid) })
        removed.removeAll { changed.contains($0) }
        removed.append(contentsOf: step.removed)
        events.append(contentsOf: step.events)
        if events.count > Self.pendingEvents { events.removeFirst(events.count - Self.pendingEvents) }
        if let endpointSet { endpointSets[group] = endpointSet }
        if let breaker = step.breaker { breakers[group] = breaker }
        if let templates = step.templates { self.templates[group] = templates }
        if let steering = step.steering { steerings[group] = steering }
    }
}
