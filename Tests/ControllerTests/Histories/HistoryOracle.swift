import Autoscaling
import Foundation
import Shared

@testable import Controller

/// Judges a history by what must hold whatever happens. It keeps its own account of what was ordered and when, and knows
/// the machines as they really are.
struct HistoryOracle {
    /// What must hold.
    enum Property: String, CaseIterable {
        case maximum = "never above max through an order"
        case hostRoom = "never more started than the host has room for"
        case minimum = "never below min while a start is possible"
        case missingData = "no scale in on missing data"
        case opposite = "no two opposite orders within a window"
        case notOwned = "what is not owned is never stopped"
        case protected = "what is protected is never drained by scale in"
        case told = "told only after the full probe, with a right clock"
        case dead = "never told of one that is known not to run"
        case inFlight = "no stop with requests in flight before the drain timeout"
        case drainTooEarly = "work is refused only after all clients left or the lease ended"
        case image = "one memory image is never resumed twice"
        case startActive = "never a start of what is active"
        case startTwice = "one order boots once"
        case orphan = "what an order made active is owned"
        case explained = "every order and change is explained"
        case deadline = "every state that needs a deadline has one"
        case liveness = "all comes to its end once faults stop"
        case determinism = "the same seed gives the same history"
    }

    private(set) var broken: [(property: Property, text: String)] = []
    let interval: Duration
    /// The changes of state that were seen, as "from -> to".
    var transitions: Set<Transition> = []
    /// The lag of each guest's clock in the last report since it was woken.
    var reportedLag: [Double?]

    struct Transition: Hashable {
        var from: InstanceState
        var to: InstanceState
    }

    /// What is known of an instance that drains.
    struct Drain {
        var since: Moment
        /// Since when the present controller knows of it.
        var knownSince: Moment
        var timeout: Duration
    }

    var drains: [String: Drain] = [:]
    private var timeout = Duration.zero
    private var lease = Duration.zero
    private var usedImages: Set<Int> = []
    /// What the controller may think of the host.
    private var active: Set<String> = []
    private var units = 0
    private var taken: Set<String> = []
    var pace = HistoryPace()

    init(interval: Duration, count: Int) {
        self.interval = interval
        reportedLag = Array(repeating: nil, count: count)
    }

    mutating func fail(_ property: Property, _ text: @autoclosure () -> String) {
        broken.append((property, text()))
    }

    // MARK: What happened around the controller

    mutating func looked(active: Set<String>, units: Int) {
        self.active = active
        self.units = units
        taken.subtract(active)
    }

    mutating func takesRoom(_ uuid: String) {
        taken.insert(uuid)
        let count = active.union(taken).count
        let units = units
        if count > units { fail(.hostRoom, "\(uuid) makes \(count), there is room for \(units)") }
    }

    mutating func givesRoomBack(_ uuid: String) { taken.remove(uuid) }

    mutating func resumed(image: Int) {
        if !usedImages.insert(image).inserted { fail(.image, "image \(image)") }
    }

    mutating func boots(_ machine: HistoryMachine) {
        if machine.bootsOfOrder > 0, !machine.stoppedSinceBoot { fail(.startTwice, machine.uuid) }
    }

    mutating func stops(_ machine: HistoryMachine) {
        if machine.isActive, machine.maker == .others { fail(.notOwned, "\(machine.uuid) is stopped") }
    }

    mutating func parks(_ machine: HistoryMachine) {
        if machine.isActive, machine.maker == .others { fail(.notOwned, "\(machine.uuid) is parked") }
    }

    mutating func configured() { pace.configured() }

    /// A new life of the controller begins.
    mutating func restarted(at now: Moment, _ disk: HistoryDisk) {
        pace.restarted()
        (active, taken) = ([], [])
        let old = drains
        drains = [:]
        for instance in disk.ledger.values where instance.state == .draining {
            var drain = old[instance.uuid] ?? Drain(since: now, knownSince: now, timeout: timeout)
            drain.knownSince = now
            drains[instance.uuid] = drain
        }
    }

    mutating func drains(_ uuid: String, at now: Moment) {
        drains[uuid] = Drain(since: now, knownSince: now, timeout: timeout)
    }

    mutating func refusesWork(_ uuid: String, _ controller: HistoryController, at now: Moment) {
        guard let drain = drains[uuid] else {
            fail(.drainTooEarly, "\(uuid) does not drain")
            return
        }
        if controller.acknowledged.contains(uuid) || drain.knownSince.duration(to: now) >= lease { return }
        fail(.drainTooEarly, "\(uuid): nobody acknowledged and the lease has not ended")
    }

    // MARK: What the controller did

    mutating func begin(_ fleet: Fleet, _ steering: FleetStep) {
        timeout = fleet.settings.drain.timeout
        lease = fleet.settings.drain.lease
        for event in steering.events where event.detail.isEmpty { fail(.explained, "\(event.kind)") }
    }

    /// The fleet compared its ledger with the facts.
    mutating func stepped(
        _ before: Fleet,
        _ after: Fleet,
        _ step: FleetStep,
        _ observation: FleetObservation,
        _ machines: [HistoryMachine],
        now: Moment
    ) {
        moved(before, after, step, machines, now: now)
        if observation.domains != nil { checkStarts(step, observation) }
        for action in step.actions { check(action, after, observation) }
        for domain in observation.domains ?? [] {
            let instance = after.instances[domain.uuid]
            if !domain.isRunning, instance?.state == .inService { fail(.dead, domain.uuid) }
            guard domain.isActive, let machine = machines.first(where: { $0.uuid == domain.uuid }),
                machine.maker == .controller
            else { continue }
            let stands = instance.map { $0.isOwned || $0.state == .starting || $0.state == .resuming } ?? false
            if !stands { fail(.orphan, "\(domain.uuid), \(instance.map { "\($0.state), \($0.reason)" } ?? "no row")") }
        }
    }

    /// An order of the engine's was taken in.
    mutating func ordered(_ before: Fleet, _ after: Fleet, _ step: FleetStep, now: Moment) {
        moved(before, after, step, [], now: now)
        for instance in step.changed where instance.state == .draining {
            if instance.isProtected { fail(.protected, instance.uuid) }
            if !instance.isOwned { fail(.notOwned, "\(instance.uuid) is drained") }
        }
    }

    private mutating func moved(
        _ before: Fleet,
        _ after: Fleet,
        _ step: FleetStep,
        _ machines: [HistoryMachine],
        now: Moment
    ) {
        for event in step.events where event.detail.isEmpty { fail(.explained, "\(event.kind)") }
        for instance in step.changed {
            let uuid = instance.uuid
            guard let old = before.instances[uuid], old.state != instance.state else { continue }
            transitions.insert(Transition(from: old.state, to: instance.state))
            if instance.reason.isEmpty { fail(.explained, "\(uuid) -> \(instance.state)") }
            if [.starting, .resuming].contains(instance.state) {
                pace.gaveOrder()
                if !step.events.contains(where: { $0.instance == uuid }) {
                    fail(.explained, "\(uuid) -> \(instance.state) without an event")
                }
                if !old.isCounted, after.counted > after.settings.maximum {
                    fail(.maximum, "\(after.counted) of \(after.settings.maximum), \(uuid) is started")
                }
            }
            if instance.state == .draining { drains[uuid] = Drain(since: now, knownSince: now, timeout: timeout) }
            if old.state == .draining { checkDrained(instance, machines, now: now) }
            if instance.state == .inService, old.state != .unhealthy, old.standby != nil { checkClock(uuid, machines) }
        }
    }

    private mutating func checkDrained(_ instance: Instance, _ machines: [HistoryMachine], now: Moment) {
        let drain = drains.removeValue(forKey: instance.uuid)
        guard instance.state == .stopping || instance.state == .parking,
            let machine = machines.first(where: { $0.uuid == instance.uuid }), let guest = machine.guest,
            guest.pending > 0
        else { return }
        guard let drain else {
            fail(.inFlight, "\(instance.uuid) was not draining")
            return
        }
        let time = drain.since.duration(to: now)
        // A new life goes on by the wall clock, but waits five seconds at least.
        let isOver = time >= drain.timeout
        let isOld = drain.knownSince != drain.since && drain.knownSince.duration(to: now) >= .seconds(5)
        if isOver || isOld { return }
        fail(.inFlight, "\(instance.uuid): \(guest.pending) requests after \(time)")
    }

    private mutating func checkClock(_ uuid: String, _ machines: [HistoryMachine]) {
        guard let index = machines.firstIndex(where: { $0.uuid == uuid }) else { return }
        guard let lag = reportedLag[index] else {
            fail(.told, "\(uuid) has not reported since it was woken")
            return
        }
        if abs(lag) > 2 { fail(.told, "\(uuid): its clock is \(lag) s behind") }
    }

    private mutating func checkStarts(_ step: FleetStep, _ observation: FleetObservation) {
        for case .start(let uuid) in step.actions {
            let domain = observation.domains?.first { $0.uuid == uuid }
            if domain?.isActive == true { fail(.startActive, uuid) }
        }
    }

    private mutating func check(_ action: FleetStep.Action, _ fleet: Fleet, _ observation: FleetObservation) {
        switch action {
        case .shutdown(let uuid), .destroy(let uuid), .park(let uuid, _):
            if fleet.instances[uuid]?.isOwned != true { fail(.notOwned, "\(action)") }
        default: break
        }
    }

    /// All of a look's judgement is made.
    mutating func finished(_ fleet: Fleet, _ step: FleetStep, at now: Moment) {
        for event in step.events where event.detail.isEmpty { fail(.explained, "\(event.kind)") }
        for instance in fleet.instances.values where fleet.deadlines[instance.uuid] == nil {
            let needs =
                switch instance.state {
                case .starting, .resuming, .parking, .standby, .draining, .stopping, .quarantined: true
                case .booting, .probing, .unhealthy: instance.isOwned
                case .off, .inService, .failed, .creating, .removing: false
                }
            if needs { fail(.deadline, "\(instance.uuid) in \(instance.state)") }
        }
    }

    /// Clients are told of a set.
    mutating func publishes(
        _ set: EndpointSet,
        _ controller: HistoryController,
        _ machines: [HistoryMachine],
        at now: Moment
    ) {
        for endpoint in set.endpoints where !controller.set.endpoints.contains(where: { $0.id == endpoint.id }) {
            guard let machine = machines.first(where: { $0.uuid == endpoint.id }) else {
                fail(.told, "\(endpoint.id) is unknown")
                continue
            }
            guard let passed = machine.passed, passed.session == controller.sessions[endpoint.id]?.number else {
                fail(.told, "\(endpoint.id): no probe passed in this session")
                continue
            }
            if passed.wakes != machine.wakes { fail(.told, "\(endpoint.id): its probe passed before it was woken") }
        }
    }

    // MARK: The engine

    mutating func skipped(at now: Moment) { pace.skipped() }

    mutating func decided(
        _ decision: Decision,
        _ controller: HistoryController,
        _ policy: GroupPolicy,
        _ observation: FleetObservation,
        now: Moment
    ) {
        if decision.reason.isEmpty || decision.whatWouldChange.isEmpty { fail(.explained, "a decision") }
        if case .scaleIn = decision.order {
            let limit = interval * 3
            for instance in controller.fleet.instances.values where instance.state == .inService {
                let host = controller.samples[instance.uuid].map { $0.at.duration(to: now) <= limit } ?? false
                let guest = controller.sessions[instance.uuid]?.sample.map { $0.at.duration(to: now) <= limit } ?? false
                if !host, !guest { fail(.missingData, "\(instance.uuid) is unknown") }
            }
        }
        let start = controller.fleet.limits.startDeadline
        for finding in pace.judge(decision, controller.fleet, policy, interval: interval, start: start, now: now) {
            fail(finding.0, finding.1)
        }
    }
}
