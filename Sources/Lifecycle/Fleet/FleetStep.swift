import Wire

/// What a step of the fleet asks for, to be done in this order: persist, then act.
package struct FleetStep: Sendable, Equatable {
    /// An effect on the outside.
    package enum Action: Sendable, Hashable {
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
    package var changed: [Instance] = []
    /// Rows of the ledger that are gone.
    package var removed: [String] = []
    /// Events, in order.
    package var events: [ControllerEvent] = []
    /// Effects, in order.
    package var actions: [Action] = []
    /// The breaker, when it changed.
    package var breaker: StartBreaker?
    /// What clones are made from, when it changed.
    package var templates: CloneTemplates?
    /// What operators ask of the group, when it changed.
    package var steering: GroupSteering?

    /// A step that asks for nothing.
    package init() {}

    /// Whether nothing is asked for.
    package var isEmpty: Bool {
        changed.isEmpty && removed.isEmpty && events.isEmpty && actions.isEmpty && breaker == nil
            && templates == nil && steering == nil
    }
}

extension FleetStep {
    /// Whether it holds an order that waits to be carried out once it is on disk.
    package var isOrder: Bool {
        let ordered: [InstanceState] = [
            .creating, .starting, .resuming, .parking, .draining, .stopping, .removing,
        ]
        return changed.contains { ordered.contains($0.state) }
    }

    /// Puts what came before in front.
    package mutating func prepend(_ earlier: FleetStep) {
        var all = earlier
        all.append(self)
        self = all
    }

    /// Adds what came after.
    package mutating func append(_ later: FleetStep) {
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
    package mutating func sign(group: String) {
        for index in changed.indices { changed[index].group = group }
        for index in events.indices where events[index].group == nil { events[index].group = group }
    }
}
