import Lifecycle
import Wire

extension StoreChange {
    /// The most events that wait while the store cannot be written.
    private static let pendingEvents = 1000

    package mutating func append(_ step: FleetStep, group: String, endpointSet: EndpointSet?) {
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
