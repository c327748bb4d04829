import Autoscaling
import Foundation
import Ownership
import TestSupport
import Wire

@testable import Lifecycle
@testable import Orchestration
@testable import Persistence

/// One history of several controllers over several hosts: the controllers with their clocks, etcd, the calls on their way to
/// libvirt, machines, agents and clients, and an oracle that sees them all. The same seed gives the same history.
///
/// Time is the world's, in nanoseconds; each controller has a clock of its own.
final class ClusterRun {
    static let second: Int64 = 1_000_000_000
    static let group = "g"
    static let interval = Duration.seconds(1)
    /// How long a call may be on its way to libvirtd, which closes the connection of a silent controller.
    static let reach = 3 * second

    enum Event {
        /// An ownership looks at the time.
        case look(node: Int, life: Int)
        /// A request of an ownership, its answer, and its end without one.
        case request(node: Int, life: Int, action: OwnershipAction, asked: MonotonicInstant, number: Int)
        case answer(node: Int, life: Int, input: OwnershipInput, number: Int)
        case giveUp(node: Int, life: Int, action: OwnershipAction, number: Int)
        case view(node: Int, life: Int, ClusterView)
        /// An owner reads the group, and has read it.
        case load(node: Int, life: Int, epoch: Int64)
        case loaded(node: Int, life: Int, epoch: Int64, HistoryDisk, commits: Int)
        /// An owner looks at its group, at the beat of its interval or since something happened.
        case take(node: Int, life: Int, epoch: Int64, isTick: Bool)
        /// A commit reaches the store; its answer, and its end without one.
        case commit(node: Int, life: Int, epoch: Int64, number: Int, expected: Int?, change: StoreChange)
        case committed(node: Int, life: Int, epoch: Int64, number: Int, CommitAnswer)
        /// A call leaves the controller, reaches libvirtd, is carried out, and returns.
        case send(ClusterCall)
        case arrive(ClusterCall)
        case carryOut(ClusterCall)
        case heard(ClusterCall, FleetObservation.StartResult?)
        /// A probe has ended.
        case probed(node: Int, life: Int, epoch: Int64, machine: Int, instanceLife: UInt64, session: UInt64?)
        case resumed(node: Int)
        case expiry
        /// Guests, agents and clients go on.
        case beat
        case fault(ClusterFault)
    }

    enum CommitAnswer {
        case written(Int)
        /// Somebody wrote before; so many commits are known.
        case outdated(Int)
        case refused
        case unknown
    }

    let seed: UInt64
    let flaws: Set<ClusterFlaw>
    var random: HistoryRandom
    var policy: GroupPolicy
    var settings: FleetSettings
    var now: Int64 = 0
    var queue = EventQueue<Event>()
    var store = ModelStore()
    var disk = HistoryDisk()
    /// Commits of the group so far.
    var commits = 0
    /// Numbers of orders to start each machine.
    var orders: [String: Int] = [:]
    var nodes: [ClusterNode] = []
    var machines: [HistoryMachine]
    /// The connection of each machine's agent.
    var links: [AgentLink]
    var hosts: [HistoryHost]
    /// Until when a start hangs on each host, and until when each machine is busy with one.
    var hangUntil: [Int64]
    var busyUntil: [Int64]
    /// Since when each machine is as it should be, seen from outside; `nil` while it is not.
    var wellSince: [Int64?]
    var storeSlowUntil: Int64 = 0
    var callsSlowUntil: Int64 = 0
    var demand = 50.0
    var sessions: UInt64 = 0
    var wasHostLost = false
    var hasFaults = true
    var steering: [SteeringAct] = []
    var oracle = ClusterOracle()
    var hash = HistoryHash()
    var isTraced = false
    private var number = 0
    private var nextExpiry: Int64 = 0

    init(seed: UInt64, flaws: Set<ClusterFlaw> = []) {
        self.seed = seed
        self.flaws = flaws
        var random = HistoryRandom(seed: seed &* 37 &+ 11)
        let count = random.within(3...6)
        policy = GeneratedGroup.policy(&random, count: count)
        policy.mode = .on
        if flaws.contains(.keepsSurplus) { policy.scaleIn.window = .seconds(100_000) }
        settings = GeneratedGroup.clustered(&random, policy)
        hosts = (0..<random.within(2...4)).map { HistoryHost(number: $0, units: 10) }
        let hostCount = hosts.count
        machines = (1...count).map { number in
            var machine = HistoryMachine(uuid: "vm\(number)")
            machine.host = number % hostCount
            machine.bootTicks = 4
            return machine
        }
        links = Array(repeating: AgentLink(), count: count)
        (hangUntil, busyUntil) = (Array(repeating: 0, count: hostCount), Array(repeating: 0, count: count))
        wellSince = Array(repeating: nil, count: count)
        self.random = random
        for number in 0..<self.random.within(2...3) { addNode(number) }
        push(Self.second / 2, .beat)
        scheduleFaults()
    }

    private func addNode(_ number: Int) {
        let rate = 0.99 + Double(random.below(2001)) / 100_000
        let clock = DriftingClock(rate: rate, offset: Int64(random.below(1000)) * Self.second)
        nodes.append(
            ClusterNode(name: "c\(number)", clock: clock, wallOffset: Double(random.within(-3600...3600)))
        )
        start(number)
    }

    func push(_ at: Int64, _ event: Event) { queue.push(at, event) }

    func nextNumber() -> Int {
        number += 1
        return number
    }

    /// Plays until that moment, or until something is broken.
    func run(until end: Int64) {
        while oracle.broken.isEmpty, let next = queue.pop(until: end) {
            now = max(now, next.at)
            handle(next.event)
        }
        guard oracle.broken.isEmpty else { return }
        now = max(now, end)
        oracle.look(now)
    }

    private func handle(_ event: Event) {
        switch event {
        case .look(let node, let life): resume(node, life, event) { self.look(node, life) }
        case .request(let node, let life, let action, let asked, let number):
            serve(node, life, action, asked, number)
        case .answer(let node, let life, let input, let number):
            resume(node, life, event) { self.answer(node, input, number) }
        case .giveUp(let node, let life, let action, let number):
            resume(node, life, event) { self.answer(node, action.failure, number) }
        case .view(let node, let life, let view):
            if now < nodes[node].storeCutUntil { return push(nodes[node].storeCutUntil, event) }
            resume(node, life, event) { self.step(node, .observed(view)) }
        case .load(let node, let life, let epoch): load(node, life, epoch)
        case .loaded(let node, let life, let epoch, let disk, let commits):
            resume(node, life, event) { self.begin(node, epoch, disk, commits) }
        case .take(let node, let life, let epoch, let isTick):
            resume(node, life, event) { self.take(node, life, epoch, isTick: isTick) }
        case .commit(let node, let life, let epoch, let number, let expected, let change):
            writeCommit(node, life, epoch, number, expected, change)
        case .committed(let node, let life, let epoch, let number, let answer):
            resume(node, life, event) { self.committed(node, epoch, number, answer) }
        case .send(let call): resume(call.node, call.life, event) { self.send(call) }
        case .arrive(let call): arrive(call)
        case .carryOut(let call): carryOut(call)
        case .heard(let call, let result): resume(call.node, call.life, event) { self.heard(call, result) }
        case .probed(let node, let life, let epoch, let machine, let instanceLife, let session):
            resume(node, life, event) { self.probed(node, epoch, machine, instanceLife, session) }
        case .resumed(let node): nodes[node].pausedUntil = nil
        case .expiry: expire()
        case .beat:
            beat()
            push(now + Self.second / 2, .beat)
        case .fault(let fault): if hasFaults { strike(fault) }
        }
    }

    /// Runs `body` if that life of the process goes on; later, while it is stopped.
    private func resume(_ node: Int, _ life: Int, _ event: Event, _ body: () -> Void) {
        guard nodes[node].isAlive, nodes[node].life == life else { return }
        if let until = nodes[node].pausedUntil { return push(until, event) }
        body()
    }

    /// Ends the leases whose time is over; etcd looks every half second.
    private func expire() {
        nextExpiry = 0
        guard !flaws.contains(.keepsLeases) else { return }
        if store.expire(at: now) { tellAll() }
        scheduleExpiry()
    }

    func scheduleExpiry() {
        guard let end = store.nextEnd, nextExpiry <= now || end < nextExpiry else { return }
        nextExpiry = max(end, now) + (random.once(in: 3) ? 0 : Int64(random.below(500)) * 1_000_000)
        push(nextExpiry, .expiry)
    }

    func trace(_ text: @autoclosure () -> String) {
        if isTraced { print("\(String(format: "%8.3f", Double(now) / 1e9)) \(text())") }
    }
}
