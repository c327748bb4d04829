import Autoscaling
import Foundation
import Shared

/// All instances of the group and the rules by which they move: a value without clock, I/O or tasks.
///
/// Level-triggered: ``step(_:now:date:)`` compares the ledger with the facts, whatever order the facts came in and
/// however many were missed, and says what is to be persisted and then done.
public struct Fleet: Sendable, Equatable {
    /// Deadlines and counts.
    public let limits: LifecycleLimits
    /// The ledger by UUID.
    public internal(set) var instances: [String: Instance]
    /// Deadlines of the present states, on the steady clock.
    var deadlines: [String: Moment] = [:]
    /// Instances from a former life of the controller whose agents have not reconnected yet, and until when they may.
    var graces: [String: Moment] = [:]
    /// Until when an instance that is on its way counts as capacity.
    var hopes: [String: Moment] = [:]

    /// A fleet from the ledger of a former life, or an empty one.
    ///
    /// - Parameters:
    ///   - limits: Deadlines and counts.
    ///   - ledger: The stored rows.
    ///   - now: The present moment: deadlines of the former life go on from there.
    ///   - date: The same by the wall clock.
    public init(limits: LifecycleLimits, ledger: [Instance] = [], now: Moment, date: Date) {
        self.limits = limits
        self.instances = Dictionary(ledger.map { ($0.uuid, $0) }) { $1 }
        for instance in ledger {
            if instance.state == .inService { graces[instance.uuid] = now.advanced(by: limits.adoptionGrace) }
            if instance.state.isComing { hopes[instance.uuid] = now.advanced(by: limits.startDeadline) }
            guard let span = span(of: instance) else { continue }
            // A wall clock that was set back must not stretch a deadline, one set forward must not cut it to nothing.
            let elapsed = min(max(0, date.timeIntervalSince(instance.since)), span / .seconds(1))
            deadlines[instance.uuid] = now.advanced(by: max(span - .seconds(elapsed), .seconds(5)))
        }
    }

    /// The endpoints in service, ordered by name.
    public var endpoints: [Endpoint] {
        instances.values.filter { $0.state == .inService }.compactMap(\.endpoint)
            .sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    /// The instances ordered by name, as people count: vm2 before vm10.
    public var ordered: [Instance] {
        instances.values.sorted { left, right in
            let order = left.name.compare(right.name, options: .numeric)
            return order == .orderedSame ? left.uuid < right.uuid : order == .orderedAscending
        }
    }

    /// The instances that an order could start.
    public var reserve: [Instance] { ordered.filter { $0.state == .off } }

    /// How many instances are on their way into service. One that has been for longer than a start may take is no
    /// longer waited for: a domain without an agent must not keep the group from growing.
    public func coming(at now: Moment) -> Int {
        instances.values.filter { $0.state.isComing && (hopes[$0.uuid].map { now < $0 } ?? false) }.count
    }

    /// Orders the next `count` of the reserve to start.
    public mutating func scaleOut(by count: Int, reason: String, now: Moment, date: Date) -> FleetStep {
        var step = FleetStep()
        for var instance in reserve.prefix(count) {
            instance.failures = 0
            enter(.starting, &instance, reason: reason, now: now, date: date, in: &step)
            step.events.append(
                ControllerEvent(.instanceStarting, at: date, instance: instance.name, detail: reason)
            )
            step.actions.append(.forget(uuid: instance.uuid))
            step.actions.append(.announceScaling(name: instance.name, reason: reason))
        }
        return step
    }

    /// Moves `instance` into `state` and notes the change.
    mutating func enter(
        _ state: InstanceState,
        _ instance: inout Instance,
        reason: String,
        now: Moment,
        date: Date,
        in step: inout FleetStep
    ) {
        let keepsDeadline =
            [.starting, .booting, .probing].contains(instance.state) && [.booting, .probing].contains(state)
        if state == .starting || state == .failed || !instance.state.isComing {
            hopes[instance.uuid] = now.advanced(by: limits.startDeadline)
        }
        instance.state = state
        instance.reason = reason
        instance.since = keepsDeadline ? instance.since : date
        instances[instance.uuid] = instance
        if !keepsDeadline { deadlines[instance.uuid] = span(of: instance).map { now.advanced(by: $0) } }
        if state != .inService { graces[instance.uuid] = nil }
        step.changed.removeAll { $0.uuid == instance.uuid }
        step.changed.append(instance)
    }

    /// How long an instance may stay in its state; `nil` when for ever.
    private func span(of instance: Instance) -> Duration? {
        switch instance.state {
        case .starting: limits.startDeadline
        // A domain that somebody else started may take as long as it likes: it is not ours to destroy.
        case .booting, .probing: instance.isOwned ? limits.startDeadline : nil
        case .quarantined: limits.quarantine
        case .off, .inService, .unhealthy, .failed: nil
        }
    }
}
