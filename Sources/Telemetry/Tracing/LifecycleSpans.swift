import Foundation
import Lifecycle
import Monitoring
import Tracing

/// Follows instances on their ways into service and out of it, and makes a trace of each way that is over.
///
/// A trace is told whole, at its end: a controller that is stopped leaves no span without the one that it is a part of.
/// The next one begins with the ways that the ledger says are under way.
package struct LifecycleSpans {
    /// A way that is over.
    package struct Ended: Sendable {
        var journey: LifecycleTransition
        var outcome: LifecycleTransition.Outcome
        package var end: Date

        /// Tells it to a tracer.
        package func record(with tracer: any Tracer) { journey.record(outcome, at: end, with: tracer) }
    }

    private let limit: Int
    private var journeys: [String: LifecycleTransition] = [:]

    /// Follows at most `limit` instances at a time; then the one that began first is given up.
    init(limit: Int = 1000) { self.limit = limit }

    /// How many are under way.
    package var count: Int { journeys.count }

    /// Goes on with what was under way when the controller was started.
    package mutating func begin(_ ledger: [Instance]) {
        for instance in ledger {
            let leaves =
                instance.state == .stopping && instance.goal == .service
                || instance.state == .removing && instance.failures == 0
            guard let kind = leaves ? .scaleIn : Self.kind(beginning: instance) else { continue }
            start(kind, instance, at: instance.since, events: nil)
        }
    }

    /// Takes what a group changed.
    ///
    /// - Returns: The ways that ended by it.
    mutating func take(_ step: EventBus.Step) -> [Ended] {
        var ended: [Ended] = []
        var noted: Set<String> = []
        for instance in step.changed where !step.removed.contains(instance.uuid) {
            let events = step.events.filter { $0.instance == instance.name }
            noted.insert(instance.name)
            let told = step.events.last { $0.kind == .endpointsChanged }
            if let outcome = journeys[instance.uuid]?.outcome(entering: instance) {
                ended += end(
                    instance.uuid,
                    outcome,
                    into: instance.state,
                    at: step.at,
                    events + [told].compactMap(\.self)
                )
            }
            if journeys[instance.uuid] != nil {
                journeys[instance.uuid]?.name = instance.name
                journeys[instance.uuid]?.enter(instance.state, at: step.at)
                for event in events { journeys[instance.uuid]?.note(event) }
            } else if let kind = Self.kind(beginning: instance) {
                start(kind, instance, at: step.at, events: events)
            }
        }
        for uuid in step.removed {
            guard let journey = journeys[uuid] else { continue }
            let events = step.events.filter { $0.instance == journey.name }
            noted.insert(journey.name)
            let outcome: LifecycleTransition.Outcome =
                journey.kind == .scaleIn ? .arrived : .failed("the domain is gone")
            ended += end(uuid, outcome, into: nil, at: step.at, events)
        }
        // What a peer caused comes without a row.
        for event in step.events {
            guard let name = event.instance, !noted.contains(name),
                let uuid = journeys.first(where: { $0.value.name == name && $0.value.group == event.group })?.key
            else { continue }
            journeys[uuid]?.note(event)
        }
        return ended
    }

    private mutating func start(
        _ kind: LifecycleTransition.Kind,
        _ instance: Instance,
        at date: Date,
        events: [ControllerEvent]?
    ) {
        if journeys.count >= limit, let first = journeys.min(by: { $0.value.start < $1.value.start }) {
            journeys[first.key] = nil
        }
        guard journeys.count < limit else { return }
        let order = events?.first { $0.kind == .instanceStarting || $0.kind == .instanceDraining }
        let isOrder = [.creating, .starting, .resuming, .draining].contains(instance.state)
        var journey = LifecycleTransition(
            kind,
            instance,
            start: date,
            reason: order?.detail ?? (isOrder ? instance.reason : nil),
            isResumed: events == nil
        )
        if kind != .scaleIn {
            journey.place = Self.origin(of: instance)
            journey.attempt = instance.failures + 1
        }
        for event in events ?? [] { journey.note(event) }
        journeys[instance.uuid] = journey
    }

    private mutating func end(
        _ uuid: String,
        _ outcome: LifecycleTransition.Outcome,
        into state: InstanceState?,
        at date: Date,
        _ events: [ControllerEvent]
    ) -> [Ended] {
        guard var journey = journeys.removeValue(forKey: uuid) else { return [] }
        for event in events where event.kind != .endpointsChanged || outcome == .arrived && journey.kind != .scaleIn {
            journey.note(event)
            journey.revision = event.revision ?? journey.revision
        }
        if journey.kind == .scaleIn, outcome == .arrived { journey.place = state?.rawValue ?? "removed" }
        return [Ended(journey: journey, outcome: outcome, end: date)]
    }

    /// The way that begins with the state of a row, if one does.
    private static func kind(beginning instance: Instance) -> LifecycleTransition.Kind? {
        switch instance.state {
        case .creating, .starting, .resuming: instance.goal == .service ? .scaleOut : nil
        case .booting, .probing: instance.goal == .service ? instance.isOwned ? .scaleOut : .join : nil
        case .draining: .scaleIn
        default: nil
        }
    }

    private static func origin(of instance: Instance) -> String {
        if let kind = instance.standby { return kind.rawValue }
        if instance.state == .resuming { return StandbyKind.paused.rawValue }
        if instance.isClone, instance.inServiceSince == nil { return "clone" }
        return instance.isOwned || instance.state == .starting ? "cold" : "running"
    }
}

extension LifecycleTransition {
    /// How it ends when the instance enters its present state; `nil` when it goes on.
    fileprivate func outcome(entering instance: Instance) -> Outcome? {
        kind == .scaleIn ? outcomeOut(instance) : outcomeIn(instance)
    }

    private func outcomeIn(_ instance: Instance) -> Outcome? {
        switch instance.state {
        case .inService, .draining: .arrived
        case .failed, .quarantined, .removing, .off: .failed(instance.reason)
        case .parking, .standby, .stopping, .unhealthy: .changed
        case .creating, .starting, .resuming, .booting, .probing:
            if instance.goal == .standby { .changed } else { startsAnew(instance) ? .failed(instance.reason) : nil }
        }
    }

    /// Whether an order was given again: what failed between was not told.
    private func startsAnew(_ instance: Instance) -> Bool {
        switch instance.state {
        case .starting: state != .creating && state != .starting
        case .creating, .resuming: state != instance.state
        default: false
        }
    }

    private func outcomeOut(_ instance: Instance) -> Outcome? {
        switch instance.state {
        case .draining, .stopping, .parking, .removing: nil
        case .off, .standby: .arrived
        case .failed, .quarantined: .failed(instance.reason)
        default: .changed
        }
    }
}
