import Autoscaling
import Foundation

@testable import Lifecycle

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
        case makeTwice = "one order makes one clone"
        case unwritten = "no clone is made or removed by an order that is not on disk"
        case unfinished = "no clone is started that is not whole"
        case leftBehind = "no row of a clone goes while something of it is there"
        case wholeTime = "none is failed before its whole time has passed since the hypervisor was told of it"
        case explained = "every order and change is explained"
        case elsewhere = "an order goes to the one host that has the domain, and that answers"
        case deadline = "every state that needs a deadline has one"
        case steering = "nothing is ordered while it is paused"
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
        var isClone = false
    }

    /// What is known of an instance that drains.
    struct Drain {
        var since: MonotonicInstant
        /// Since when the present controller knows of it.
        var knownSince: MonotonicInstant
        var timeout: Duration
        /// Whether a former life of the controller began it.
        var isFormer = false
    }

    var drains: [String: Drain] = [:]
    var timeout = Duration.zero
    var lease = Duration.zero
    private var usedImages: Set<Int> = []
    private var failedImages: Set<Int> = []
    private var startedLives: [String: UInt64] = [:]
    private var madeLives: [String: UInt64] = [:]
    /// The highest maximum that held so far.
    private var highest = 0
    /// What the controller may think of the host.
    private var active: [Int: Set<String>] = [:]
    private var units: [Int: Int] = [:]
    private var taken: [Int: Set<String>] = [:]
    /// When the hypervisor was last told to bring each up or to park it, and the time that it has from then.
    private(set) var told: [String: (at: MonotonicInstant, time: Duration)] = [:]
    var pace = HistoryPace()

    init(interval: Duration, count: Int) {
        self.interval = interval
        reportedLag = Array(repeating: nil, count: count)
    }

    mutating func fail(_ property: Property, _ text: @autoclosure () -> String) {
        broken.append((property, text()))
    }

    // MARK: What happened around the controller

    mutating func looked(active: Set<String>, units: Int, host: Int = 0) {
        self.active[host] = active
        self.units[host] = units
        taken[host]?.subtract(active)
    }

    mutating func takesRoom(_ uuid: String, host: Int = 0) {
        taken[host, default: []].insert(uuid)
        let count = active[host, default: []].union(taken[host, default: []]).count
        // Before the first look nothing is known, and nothing refused.
        let units = units[host] ?? (host == 0 ? 0 : .max)
        if count > units { fail(.hostRoom, "\(uuid) makes \(count), there is room for \(units)") }
    }

    mutating func givesRoomBack(_ uuid: String, host: Int = 0) { taken[host]?.remove(uuid) }

    mutating func resumed(image: Int) {
        if !usedImages.insert(image).inserted { fail(.image, "image \(image)") }
    }

    /// An order to start goes out; a life of an instance begins with each order that is written down.
    mutating func starts(_ uuid: String, life: UInt64, _ machine: HistoryMachine?, underWay: Bool) {
        if let clone = machine?.clone, clone.isThere, clone.state != .ready {
            fail(.unfinished, "\(uuid) is \(clone.state)")
        }
        if underWay || startedLives[uuid] == life { fail(.startTwice, uuid) }
    }

    /// The hypervisor is told of an order that the fleet waits for.
    mutating func told(
        _ uuid: String,
        _ work: HistoryRun.Effect.Work,
        _ limits: LifecycleLimits,
        at now: MonotonicInstant
    ) {
        switch work {
        case .start, .make: told[uuid] = (now, limits.startDeadline)
        case .resume: told[uuid] = (now, limits.resumeDeadline)
        case .park: told[uuid] = (now, limits.parkDeadline)
        default: break
        }
    }

    /// One is given up because its time is over. It is counted from the order, or from when the guest began to run, whatever
    /// came first: what an order does that nobody heard of is not seen at once.
    mutating func checkTime(
        _ uuid: String,
        _ reason: String,
        _ machine: HistoryMachine?,
        _ limits: LifecycleLimits,
        at now: MonotonicInstant
    ) {
        let order = told[uuid]
        let began = machine?.isActive == true ? machine?.ranAt : nil
        guard let since = [order?.at, began].compactMap(\.self).min() else {
            fail(.wholeTime, "\(uuid), of which the hypervisor was never told: \(reason)")
            return
        }
        let time = order?.time ?? limits.startDeadline
        let passed = since.duration(to: now)
        if passed < time { fail(.wholeTime, "\(uuid) after \(passed) of \(time): \(reason)") }
    }

    /// The controller heard that an order to start was carried out.
    mutating func heardOfStart(_ uuid: String, life: UInt64) { startedLives[uuid] = life }

    /// An order to make a clone goes out.
    mutating func makes(_ uuid: String, life: UInt64, _ disk: HistoryDisk, underWay: Bool) {
        if underWay || madeLives[uuid] == life { fail(.makeTwice, uuid) }
        if disk.ledger[uuid]?.state != .creating { fail(.unwritten, "\(uuid) is made") }
    }

    mutating func removes(_ uuid: String, _ disk: HistoryDisk) {
        if disk.ledger[uuid]?.state != .removing { fail(.unwritten, "\(uuid) is removed") }
    }

    /// The controller heard that an order to make a clone was carried out.
    mutating func heardOfMake(_ uuid: String, life: UInt64) { madeLives[uuid] = life }

    /// One more clone is on the host. What somebody took away and brought back stands against nobody.
    mutating func made(_ machines: [HistoryMachine]) {
        let count = machines.count { $0.exists && $0.clone.map { !$0.isTouched } ?? false }
        let highest = highest
        if count > highest { fail(.maximum, "\(count) clones are there, and never more than \(highest) were allowed") }
    }

    /// An image is to be resumed.
    mutating func resumes(image: Int) {
        if failedImages.contains(image) { fail(.image, "image \(image), whose resumption failed") }
    }

    /// The controller heard that an image could not be resumed.
    mutating func heardOfFailure(image: Int) { failedImages.insert(image) }

    mutating func stops(_ machine: HistoryMachine) {
        if machine.isActive, machine.maker == .others { fail(.notOwned, "\(machine.uuid) is stopped") }
    }

    mutating func parks(_ machine: HistoryMachine) {
        if machine.isActive, machine.maker == .others { fail(.notOwned, "\(machine.uuid) is parked") }
    }

    mutating func configured() { pace.configured() }

    /// So many domains may be there from now on.
    mutating func allows(_ maximum: Int) { highest = max(highest, maximum) }

    /// A new life of the controller begins.
    mutating func restarted(at now: MonotonicInstant, _ disk: HistoryDisk) {
        pace.restarted()
        (active, taken) = ([:], [:])
        // What was heard and not written down is heard again.
        (failedImages, startedLives, madeLives) = ([], [:], [:])
        let old = drains
        drains = [:]
        for instance in disk.ledger.values where instance.state == .draining {
            var drain = old[instance.uuid] ?? Drain(since: now, knownSince: now, timeout: timeout)
            drain.knownSince = now
            drain.isFormer = true
            drains[instance.uuid] = drain
        }
    }

    mutating func drains(_ uuid: String, at now: MonotonicInstant) {
        drains[uuid] = Drain(since: now, knownSince: now, timeout: timeout)
    }

    mutating func refusesWork(_ uuid: String, _ controller: HistoryController, at now: MonotonicInstant) {
        guard let drain = drains[uuid] else {
            fail(.drainTooEarly, "\(uuid) does not drain")
            return
        }
        if controller.acknowledged.contains(uuid) || drain.knownSince.duration(to: now) >= lease { return }
        fail(.drainTooEarly, "\(uuid): nobody acknowledged and the lease has not ended")
    }

    // MARK: The engine

    mutating func skipped(at now: MonotonicInstant) { pace.skipped() }

    mutating func decided(
        _ decision: Decision,
        _ controller: HistoryController,
        _ policy: GroupPolicy,
        _ observation: FleetObservation,
        now: MonotonicInstant
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
        let limits = controller.fleet.limits
        // On several hosts what could be started, and when, depends on more than is counted there.
        guard controller.hosts.isEmpty else { return }
        // What waits behind other orders comes in its turn.
        if observation.starts.values.contains(.queued) { pace.begins() }
        for finding in pace.judge(decision, controller.fleet, policy, interval: interval, limits: limits, now: now) {
            fail(finding.0, finding.1)
        }
    }
}
