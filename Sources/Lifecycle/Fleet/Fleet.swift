import Autoscaling
import Foundation
import Wire

/// All instances of the group and the rules by which they move: a value without clock, I/O or tasks.
///
/// Level-triggered: ``step(_:now:date:)`` compares the ledger with the facts, whatever order the facts came in and
/// however many were missed, and says what is to be persisted and then done.
package struct Fleet: Sendable, Equatable {
    /// What the fleet is to keep to; may change at any time.
    package var settings: FleetSettings
    /// The ledger by UUID.
    package internal(set) var instances: [String: Instance]
    /// Whether starts fail again and again.
    package internal(set) var breaker: StartBreaker
    /// What operators ask of the whole group.
    package internal(set) var steering: GroupSteering
    /// Deadlines of the present states, on the steady clock.
    var deadlines: [String: MonotonicInstant] = [:]
    /// Instances from a former life of the controller whose agents have not reconnected yet, and until when they may.
    var reconnectDeadlines: [String: MonotonicInstant] = [:]
    /// Until when an instance that is on its way counts as capacity.
    var capacityDeadlines: [String: MonotonicInstant] = [:]
    /// Until when clients that have not acknowledged the departure of a draining instance are waited for.
    package var leases: [String: MonotonicInstant] = [:]
    /// Until when an instance that was woken to be refreshed stays awake.
    package var holds: [String: MonotonicInstant] = [:]
    /// Until when an order to start or to resume that was given up may still be carried out: what it brings up is ours.
    package var lateOrders: [String: MonotonicInstant] = [:]
    /// Those in standby whose agents have lost their sessions with a former life of the controller: each is woken once.
    var standbyAwaitingReconnect: Set<String> = []
    /// The runs of domains that are being destroyed, as libvirt numbers them.
    var runsBeingDestroyed: [String: Int] = [:]
    /// What those lack whose start waits for room on the host.
    var shortages: [String: HostShortage] = [:]
    /// What the next instance of the warm pool lacks; `nil` when the pool does not wait for room.
    var poolShortage: String?
    /// Those whose order has not been given to the hypervisor, as of the last look.
    var notTold: Set<String> = []
    /// The run in which each domain was seen last, as libvirt numbers them.
    var runs: [String: Int] = [:]
    /// Those that were asked to shut down since they began to stop.
    var askedToStop: Set<String> = []
    /// What clones are made from, and how far their replacement has come.
    package internal(set) var templates: CloneTemplates
    /// The names that a clone cannot have, as of the last step.
    package var takenNames: Set<String> = []
    /// Where the UUIDs of clones come from.
    package let uuids: UUIDSource
    /// When an instance last came into service.
    package internal(set) var lastInService: MonotonicInstant?
    /// Since when each instance is in service, on the steady clock.
    package internal(set) var serving: [String: MonotonicInstant] = [:]

    /// Deadlines and counts.
    package var limits: LifecycleLimits { settings.limits }

    /// A fleet from the ledger of a former life, or an empty one.
    ///
    /// - Parameters:
    ///   - settings: What the fleet is to keep to.
    ///   - ledger: The stored rows.
    ///   - breaker: The stored breaker.
    ///   - templates: What clones were made from.
    ///   - steering: What operators asked for.
    ///   - now: The present moment: deadlines of the former life go on from there.
    ///   - date: The same by the wall clock.
    ///   - uuids: Where the UUIDs of clones come from.
    package init(
        settings: FleetSettings,
        ledger: [Instance] = [],
        breaker: StartBreaker = StartBreaker(),
        templates: CloneTemplates = CloneTemplates(),
        steering: GroupSteering = GroupSteering(),
        now: MonotonicInstant,
        date: Date,
        uuids: UUIDSource = .random
    ) {
        self.uuids = uuids
        self.templates = templates
        self.steering = steering
        self.settings = settings
        self.instances = Dictionary(ledger.map { ($0.uuid, $0) }) { $1 }
        self.breaker = breaker
        self.breaker.adopt(now: now, date: date)
        for instance in ledger {
            if instance.state == .inService {
                reconnectDeadlines[instance.uuid] = now.advanced(by: limits.adoptionGrace)
                // Who is the youngest must not change with a restart.
                let age = instance.inServiceSince.map { min(max(0, date.timeIntervalSince($0)), 365 * 86400) } ?? 0
                serving[instance.uuid] = now.advanced(by: .seconds(-age))
            }
            if instance.state == .standby, instance.standby != .saved { standbyAwaitingReconnect.insert(instance.uuid) }
            if instance.state == .draining { leases[instance.uuid] = now.advanced(by: settings.drain.lease) }
            if instance.state.isComing {
                let isFailed = instance.state == .failed
                capacityDeadlines[instance.uuid] = now.advanced(
                    by: isFailed ? limits.destroyGrace : limits.startDeadline
                )
            }
            if instance.isOwned, [.failed, .quarantined, .off].contains(instance.state) {
                lateOrders[instance.uuid] = now.advanced(by: limits.startDeadline)
            }
            guard let span = span(of: instance) else { continue }
            // When the hypervisor was told, and how long a wall clock says that was ago, nobody knows for certain: what
            // comes up gets its whole time anew rather than be destroyed early.
            if instance.state.isComing, instance.state != .unhealthy {
                deadlines[instance.uuid] = now.advanced(by: span)
                notTold.insert(instance.uuid)
                continue
            }
            // A wall clock that was set back must not stretch a deadline, one set forward must not cut it to nothing.
            let elapsed = min(max(0, date.timeIntervalSince(instance.since)), span / .seconds(1))
            deadlines[instance.uuid] = now.advanced(by: max(span - .seconds(elapsed), .seconds(5)))
        }
    }

    /// The endpoints in service, ordered by name.
    package var endpoints: [Endpoint] {
        instances.values.filter { $0.state == .inService }.compactMap(\.endpoint)
            .sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    /// The instances ordered by name, as people count: vm2 before vm10.
    package var ordered: [Instance] { instances.values.sorted(by: Self.areInOrder) }

    package static func areInOrder(_ left: Instance, _ right: Instance) -> Bool {
        let order = NameOrder.compare(left.name, right.name)
        return order == 0 ? left.uuid < right.uuid : order < 0
    }

    /// The instances that an order could start.
    package var reserve: [Instance] { ordered.filter { $0.state == .off } }

    /// The instances that wait, ready, for an order.
    package var standby: [Instance] { ordered.filter { $0.state == .standby } }

    /// How many domains count against the group's maximum.
    package var counted: Int { instances.values.count(where: \.isCounted) }

    /// How many instances are on their way into service. One that has been for longer than a start may take is no
    /// longer waited for: a domain without an agent must not keep the group from growing.
    package func coming(at now: MonotonicInstant) -> Int {
        instances.values.count { $0.isComing && (capacityDeadlines[$0.uuid].map { now < $0 } ?? false) }
    }

    /// Moves `instance` into `state` and notes the change.
    package mutating func enter(
        _ state: InstanceState,
        _ instance: inout Instance,
        reason: String,
        now: MonotonicInstant,
        date: Date,
        in step: inout FleetStep
    ) {
        let keepsDeadline =
            [.starting, .booting, .probing, .resuming].contains(instance.state) && [.booting, .probing].contains(state)
        if state == .failed {
            // The time of its start goes on; only what it takes to destroy it is added.
            capacityDeadlines[instance.uuid] = max(
                capacityDeadlines[instance.uuid] ?? now,
                now.advanced(by: limits.destroyGrace)
            )
        } else if [.creating, .starting, .resuming].contains(state) || !instance.state.isComing {
            capacityDeadlines[instance.uuid] = now.advanced(
                by: state == .resuming ? limits.resumeDeadline : limits.startDeadline
            )
        }
        instance.since = keepsDeadline ? orderedAt(instance, now: now, date: date) : date
        instance.state = state
        instance.reason = reason
        if !keepsDeadline { deadlines[instance.uuid] = span(of: instance).map { now.advanced(by: $0) } }
        if state != .inService {
            reconnectDeadlines[instance.uuid] = nil
            serving[instance.uuid] = nil
        }
        if state != .draining { leases[instance.uuid] = nil }
        shortages[instance.uuid] = nil
        askedToStop.remove(instance.uuid)
        if state != .standby { standbyAwaitingReconnect.remove(instance.uuid) }
        if state != .failed { runsBeingDestroyed[instance.uuid] = nil }
        // One that did not come back holds up no other replacement.
        if state == .off || state == .quarantined { instance.isReplacement = false }
        if state != .probing, state != .draining { holds[instance.uuid] = nil }
        write(instance, in: &step)
    }

    /// When the hypervisor was told to start or resume an instance whose time goes on, by the wall clock: its order may
    /// have waited long before that.
    private func orderedAt(_ instance: Instance, now: MonotonicInstant, date: Date) -> Date {
        guard instance.state == .starting || instance.state == .resuming, let span = span(of: instance),
            let deadline = deadlines[instance.uuid]
        else { return instance.since }
        let elapsed = span - now.duration(to: deadline)
        return elapsed > .zero ? date.addingTimeInterval(-(elapsed / .seconds(1))) : date
    }

    /// Keeps a changed row and has it written.
    package mutating func write(_ instance: Instance, in step: inout FleetStep) {
        instances[instance.uuid] = instance
        step.changed.removeAll { $0.uuid == instance.uuid }
        step.changed.append(instance)
    }

    /// How long an instance may stay in its state; `nil` when for ever.
    private func span(of instance: Instance) -> Duration? {
        switch instance.state {
        case .creating, .starting: limits.startDeadline
        case .removing: limits.removalRetry
        // A domain that somebody else started may take as long as it likes: it is not ours to destroy.
        case .booting, .probing: instance.isOwned ? limits.startDeadline : nil
        case .resuming: limits.resumeDeadline
        case .parking: limits.parkDeadline
        case .standby: settings.standby.refresh
        case .draining: settings.drain.timeout
        case .stopping: settings.drain.stopTimeout
        case .unhealthy: instance.isOwned ? limits.replaceAfter : nil
        case .quarantined: limits.quarantine
        case .off, .inService, .failed: nil
        }
    }
}
