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
    /// What is remembered of each instance beside its row.
    package internal(set) var memory = InstanceMemories()
    /// What the next instance of the warm pool lacks; `nil` when the pool does not wait for room.
    var poolShortage: String?
    /// What clones are made from, and how far their replacement has come.
    package internal(set) var templates: CloneTemplates
    /// The names that a clone cannot have, as of the last step.
    package var takenNames: Set<String> = []
    /// Where the UUIDs of clones come from.
    package let uuids: UUIDSource
    /// The hosts and what their domains take, as of the last step.
    package internal(set) var places = KnownPlaces()
    /// Since when each host is silent, and all agents on it.
    var silentSince: [String: MonotonicInstant] = [:]
    /// The hosts that were given up: what is on them counts no longer, and is started nowhere else.
    package internal(set) var lostHosts: Set<String> = []
    /// The names of the domains that each host had when it last answered, by host and UUID.
    var lastSeen: [String: [String: String]] = [:]
    /// Domains that two hosts have, by UUID, with what is said of them: neither is touched.
    package internal(set) var disputed: [String: String] = [:]
    /// The instances that take the places of those on hosts that are evacuated, by the UUID of who is to leave.
    var replacements: [String: String] = [:]
    /// The size that the last decision leads to; `nil` before the first.
    package var desired: Int?
    /// Why an evacuation does not go on, in words, by host.
    package internal(set) var evacuationWaits: [String: String] = [:]
    /// The hosts of which it was told that nothing of the group is left on them.
    var emptied: Set<String> = []
    /// Since when, and at least until when, the controller counts as cut off; `nil`: it does not.
    var blindSince: MonotonicInstant?
    var blindUntil: MonotonicInstant?
    /// When an instance last came into service.
    package internal(set) var lastInService: MonotonicInstant?

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
                memory[instance.uuid].reconnectDeadline = now.advanced(by: limits.adoptionGrace)
                // Who is the youngest must not change with a restart.
                let age = instance.inServiceSince.map { min(max(0, date.timeIntervalSince($0)), 365 * 86400) } ?? 0
                memory[instance.uuid].servingSince = now.advanced(by: .seconds(-age))
            }
            if instance.state == .standby, instance.standby != .saved, settings.hasAgents {
                memory[instance.uuid].isAwaitingReconnect = true
            }
            if instance.state == .draining { memory[instance.uuid].lease = now.advanced(by: settings.drain.lease) }
            if instance.state.isComing {
                let isFailed = instance.state == .failed
                memory[instance.uuid].capacityDeadline = now.advanced(
                    by: isFailed ? limits.destroyGrace : limits.startDeadline
                )
            }
            if instance.isOwned, [.failed, .quarantined, .off].contains(instance.state) {
                memory[instance.uuid].lateOrderUntil = now.advanced(by: limits.startDeadline)
            }
            guard let span = span(of: instance) else { continue }
            // When the hypervisor was told, and how long a wall clock says that was ago, nobody knows for certain: what
            // comes up gets its whole time anew rather than be destroyed early.
            if instance.state.isComing, instance.state != .unhealthy {
                memory[instance.uuid].deadline = now.advanced(by: span)
                memory[instance.uuid].isUntold = true
                continue
            }
            // A wall clock that was set back must not stretch a deadline, one set forward must not cut it to nothing.
            let elapsed = min(max(0, date.timeIntervalSince(instance.since)), span / .seconds(1))
            memory[instance.uuid].deadline = now.advanced(by: max(span - .seconds(elapsed), .seconds(5)))
        }
    }

    /// The endpoints in service, ordered by name.
    package var endpoints: [Endpoint] {
        instances.values.filter { $0.state == .inService }.compactMap(told)
            .sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    /// What clients are told of an instance.
    private func told(_ instance: Instance) -> Endpoint? {
        guard var endpoint = instance.endpoint, settings.slowStart > .zero else { return instance.endpoint }
        // To the second: what is read back from the disk must be no other endpoint.
        endpoint.since = instance.inServiceSince.map {
            Date(timeIntervalSince1970: $0.timeIntervalSince1970.rounded(.down))
        }
        endpoint.slowStartSeconds = settings.slowStart / .seconds(1)
        return endpoint
    }

    /// The instances ordered by name, as people count: vm2 before vm10.
    package var ordered: [Instance] { ordered { _ in true } }

    /// Those instances for which `isWanted` holds, ordered by name. Names are sorted, not whole rows.
    package func ordered(_ isWanted: (Instance) -> Bool) -> [Instance] {
        orderedIDs(isWanted).compactMap { instances[$0] }
    }

    /// Their UUIDs, in the same order.
    func orderedIDs(_ isWanted: (Instance) -> Bool) -> [String] {
        var keys: [(name: String, uuid: String)] = []
        for instance in instances.values where isWanted(instance) { keys.append((instance.name, instance.uuid)) }
        keys.sort { left, right in
            let order = NameOrder.compare(left.name, right.name)
            return order == 0 ? left.uuid < right.uuid : order < 0
        }
        return keys.map(\.uuid)
    }

    package static func areInOrder(_ left: Instance, _ right: Instance) -> Bool {
        let order = NameOrder.compare(left.name, right.name)
        return order == 0 ? left.uuid < right.uuid : order < 0
    }

    /// The instances that an order could start.
    package var reserve: [Instance] { ordered { $0.state == .off && isAvailable($0) } }

    /// The instances that wait, ready, for an order.
    package var standby: [Instance] { ordered { $0.state == .standby } }

    /// How many domains count against the group's maximum.
    package var counted: Int { instances.values.count { $0.isCounted && !isLost($0) } }

    /// How many instances are on their way into service. One that has been for longer than a start may take is no
    /// longer waited for: a domain without an agent must not keep the group from growing.
    package func coming(at now: MonotonicInstant) -> Int {
        instances.values.count {
            $0.isComing && !isLost($0) && (memory[$0.uuid].capacityDeadline.map { now < $0 } ?? false)
        }
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
            memory[instance.uuid].capacityDeadline = max(
                memory[instance.uuid].capacityDeadline ?? now,
                now.advanced(by: limits.destroyGrace)
            )
        } else if [.creating, .starting, .resuming].contains(state) || !instance.state.isComing {
            memory[instance.uuid].capacityDeadline = now.advanced(
                by: state == .resuming ? limits.resumeDeadline : limits.startDeadline
            )
        }
        instance.since = keepsDeadline ? orderedAt(instance, now: now, date: date) : date
        instance.state = state
        instance.reason = reason
        if !keepsDeadline { memory[instance.uuid].deadline = span(of: instance).map { now.advanced(by: $0) } }
        if state != .inService {
            memory[instance.uuid].reconnectDeadline = nil
            memory[instance.uuid].servingSince = nil
        }
        if state != .draining { memory[instance.uuid].lease = nil }
        memory[instance.uuid].shortage = nil
        memory[instance.uuid].wasAskedToStop = false
        if state != .standby { memory[instance.uuid].isAwaitingReconnect = false }
        if state != .failed { memory[instance.uuid].runBeingDestroyed = nil }
        // One that did not come back holds up no other replacement.
        if state == .off || state == .quarantined { instance.isReplacement = false }
        if state != .probing, state != .draining { memory[instance.uuid].awakeUntil = nil }
        write(instance, in: &step)
    }

    /// When the hypervisor was told to start or resume an instance whose time goes on, by the wall clock: its order may
    /// have waited long before that.
    private func orderedAt(_ instance: Instance, now: MonotonicInstant, date: Date) -> Date {
        guard instance.state == .starting || instance.state == .resuming, let span = span(of: instance),
            let deadline = memory[instance.uuid].deadline
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
    func span(of instance: Instance) -> Duration? {
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
