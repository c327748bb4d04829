import Autoscaling
import Foundation

@testable import Lifecycle
@testable import Orchestration

/// One history: machines, people, clients and faults on one side, lives of a controller on the other, and an oracle that
/// watches both. The same seed gives the same history.
struct HistoryRun {
    /// Where a kill strikes within one look of the controller.
    enum Kill: Equatable {
        case beforeCommit
        case afterCommit
        /// After so many of the effects were given.
        case amidEffects(Int)
        /// After all effects were given; everything under way is done and nobody hears of it.
        case afterEffects
    }

    /// An effect under way.
    struct Effect {
        enum Work: Equatable {
            case start, shutdown, discardImage, check
            case destroy(run: Int?)
            case make(String), remove
            case resume(StandbyKind)
            case park(StandbyKind)
            case probe(session: UInt64)
            case hook(HookPoint)
        }

        /// What becomes of it; one that stops half-way is lost as well.
        enum Fate { case good, fails, lostBefore, lostAfter, halfway }

        var index: Int
        var life: UInt64
        var work: Work
        var due: Int
        var fate: Fate
        var givenAt: MonotonicInstant
        /// The tick at which the hypervisor is told of it, after a wait behind others, and when that was.
        var toldTick = 0
        var toldAt: MonotonicInstant?

        /// Whether the fleet waits for its result, and it may have to wait for others.
        var isAwaited: Bool {
            switch work {
            case .start, .resume, .park, .make, .remove: true
            case .shutdown, .discardImage, .check, .destroy, .probe, .hook: false
            }
        }

        /// Whether it makes or removes a clone, in more than one step.
        var isOfClone: Bool {
            switch work {
            case .make, .remove: true
            default: false
            }
        }
    }

    struct Client {
        /// Ticks for which it acknowledges nothing.
        var hangs = 0
        /// Which machines it sends to.
        var uses: [Bool]
    }

    static let names = (1...5).map { "vm\($0)" }

    var random: HistoryRandom
    var policy: GroupPolicy
    var settings: FleetSettings
    let interval: Duration
    var machines: [HistoryMachine]
    var clients: [Client]
    var effects: [Effect] = []
    var disk = HistoryDisk()
    var controller: HistoryController
    var oracle: HistoryOracle
    var hash = HistoryHash()

    var tick = 0
    var now = MonotonicInstant.seconds(1000)
    var wall = 1_000_000.0
    /// Whether anything still goes wrong.
    var hasFaults = true
    var hypervisorSilent = 0
    var storeFailing = 0
    var samplesMissing = 0
    var reportsMissing = 0
    var hostUnits: Int
    /// What is wrong with each of several hosts; one of them for a history on one host.
    var hosts: [HistoryHost]
    /// Whether a host was ever given up: from then on there may be more than are allowed, until what is too much is drained.
    var wasHostLost = false
    /// Ticks for which the storage pool has no room, and for which clones cannot be removed.
    var poolFull = 0
    var removalsFail = 0
    var hasTemplate = true
    /// Ticks that clones made from now on take to boot; `nil`: their agents never come.
    var cloneBootTicks: Int? = 1
    /// Where the UUIDs of clones come from, in all lives of the controller.
    let uuids: UUIDSource
    var demand = 50.0
    var images = 0
    var commands: [HistoryCommand] = []
    /// What an operator asks for again and again until it is on disk.
    var recommendation: SteeringAct?
    /// Commits that reached the store, and the one at which the controller is to be killed.
    var commits = 0
    var killAt: (commit: Int, how: Kill)?
    var isDead = false
    var restarts = 0
    var isTraced = false

    var date: Date { Date(timeIntervalSince1970: wall) }
    func index(_ uuid: String) -> Int? { machines.firstIndex { $0.uuid == uuid } }

    init(
        seed: UInt64,
        count: Int,
        policy: GroupPolicy,
        settings: FleetSettings,
        interval: Duration,
        hostUnits: Int,
        hostCount: Int = 1
    ) {
        random = HistoryRandom(seed: seed)
        self.policy = policy
        self.settings = settings
        self.interval = interval
        self.hostUnits = hostUnits
        hosts = (0..<hostCount).map { HistoryHost(number: $0, units: hostUnits) }
        let number = NumberSource(0)
        uuids = UUIDSource { "clone\(number.next())" }
        machines = Self.names.prefix(count).enumerated().map { number, name in
            var machine = HistoryMachine(uuid: name)
            machine.host = number % hostCount
            return machine
        }
        clients = Array(repeating: Client(uses: Array(repeating: false, count: count)), count: 2)
        oracle = HistoryOracle(interval: interval, count: count)
        controller = HistoryController(
            disk,
            settings: settings,
            policy: policy,
            interval: interval,
            clients: 2,
            counter: 0,
            uuids: uuids,
            now: now,
            date: Date(timeIntervalSince1970: wall)
        )
        controller.capacities = (0..<hostCount).map { _ in HostCapacity() }
    }

    /// Kills the controller, if it is not dead already, and starts it anew with what was written down.
    mutating func restart() {
        restarts += 1
        if isTraced { trace("restart") }
        isDead = false
        killAt = nil
        for index in machines.indices where machines[index].guest != nil {
            machines[index].guest?.session = 0
            machines[index].guest?.reconnectIn = hasFaults && random.once(in: 8) ? 6 : random.below(3)
        }
        // What was under way happens or not; nobody hears of it.
        let underWay = effects
        effects = []
        for var effect in underWay where effect.work != .check {
            if hasFaults, random.once(in: 2) { continue }
            effect.fate = hasFaults && effect.isOfClone && random.once(in: 2) ? .halfway : .lostAfter
            apply(effect, isHeard: false)
        }
        controller = HistoryController(
            disk,
            settings: settings,
            policy: policy,
            interval: interval,
            clients: clients.count,
            counter: controller.counter + 100,
            uuids: uuids,
            now: now,
            date: date
        )
        controller.capacities = hosts.map { _ in HostCapacity() }
        commands = []
        oracle.restarted(at: now, disk)
    }

    /// One interval: the world goes on, the hypervisor is looked at, the controller decides and acts.
    mutating func play(_ seconds: Double? = nil) {
        tick += 1
        passTime(seconds)
        liveGuests()
        if hasFaults { meddle() }
        if hosts.count > 1 { meddleWithHosts() }
        if !controller.fleet.lostHosts.isEmpty { wasHostLost = true }
        serveClients()
        let isStale = hasFaults && random.once(in: 6)
        if isStale { look() }
        runEffects()
        if !isStale { look() }
        sample()
        take(isTick: true)
        var looks = 0
        while looks < 3, wantsLook || (hasFaults && looks < 1 && random.once(in: 4)) {
            wantsLook = false
            looks += 1
            if hasFaults, random.once(in: 5) {
                // A look that comes before anything was done.
            } else {
                runEffects()
                if !hasFaults || !random.once(in: 3) { look() }
                deliverCommands()
            }
            take(isTick: false)
        }
        wantsLook = false
    }

    var wantsLook = false
}

/// What an operator asks for.
enum HistoryCommand {
    case configure(GroupPolicy, FleetSettings)
    case protect(String, Bool)
    case retry(String?)
    case drain(String)
    case steer(SteeringAct)
}
