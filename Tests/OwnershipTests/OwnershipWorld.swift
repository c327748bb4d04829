import Autoscaling
import TestSupport

@testable import Ownership

/// What is wrong in a world on purpose, so that a property is seen to fail.
enum Flaw: CaseIterable {
    /// A renewal counts from when its answer came.
    case countsFromAnswer
    /// Who once began acts until told otherwise, whatever the time is.
    case ignoresTime
    /// The lease is used to its very end.
    case hasNoMargin
    /// The key goes while work is still under way.
    case leavesWorkBehind
    /// Any ownership key is removed, whoever made it.
    case removesAnyKey
    /// A key is taken for one's own again although its removal was asked for.
    case forgetsSurrender

    /// A history in which it shows.
    var firstSeed: UInt64 {
        switch self {
        case .countsFromAnswer: 218
        case .ignoresTime: 7
        case .hasNoMargin: 6
        case .leavesWorkBehind: 1
        case .removesAnyKey: 2
        case .forgetsSurrender: 2
        }
    }
}

/// Controllers, a store and the network between them, in simulated time; nanoseconds.
final class OwnershipWorld {
    static let second: Int64 = 1_000_000_000

    struct Trouble {
        /// Of a request or an answer.
        var longestDelay = 20 * second / 1000
        var longestWork = second / 5
        /// One request or answer in so many is lost; 0: none.
        var lossOneIn = 0
        /// How far a clock runs wrong, parts of one.
        var drift = 0.0
    }

    enum Event {
        case look(node: Int)
        case request(node: Int, life: Int, action: OwnershipAction, asked: MonotonicInstant, number: Int)
        case answer(node: Int, life: Int, input: OwnershipInput, number: Int)
        case giveUp(node: Int, life: Int, action: OwnershipAction, number: Int)
        case view(node: Int, life: Int, ClusterView)
        case quiet(node: Int, life: Int, group: String, isDone: Bool)
        case resumed(node: Int)
        case expiry
        case script(Int)
    }

    struct Record: Equatable {
        var at: Int64
        var node: Int
        var group: String
        var action: OwnershipAction
    }

    var now: Int64 = 0
    var store = ModelStore()
    var nodes: [OwnershipNode] = []
    var random: SeededRandom
    var trouble: Trouble
    /// Whether the store ends no lease any more.
    var keepsLeases = false
    let flaws: Set<Flaw>
    let groups: [String]
    let lease: Duration
    /// What controllers began, finished and stopped.
    var records: [Record] = []
    /// What must never be, in words.
    var violations: [String] = []
    private var queue = EventQueue<Event>()
    private var nextExpiry: Int64 = 0
    private var number = 0
    private var scripts: [(OwnershipWorld) -> Void] = []

    init(
        seed: UInt64,
        controllers: Int,
        groups: Int,
        lease: Duration = .seconds(10),
        trouble: Trouble,
        flaws: Set<Flaw> = []
    ) {
        random = SeededRandom(seed: seed)
        self.trouble = trouble
        self.flaws = flaws
        self.lease = lease
        self.groups = (0..<groups).map { "g\($0)" }
        for number in 0..<controllers { addNode(number) }
    }

    private func addNode(_ number: Int) {
        let rate = 1 + (random.share() * 2 - 1) * trouble.drift
        nodes.append(OwnershipNode(name: "c\(number)", rate: rate, offset: Int64(random.below(1000)) * Self.second))
        start(number)
    }

    /// Starts a controller, or starts it anew after its death.
    func start(_ node: Int) {
        var settings = OwnershipSettings(controller: nodes[node].name, groups: Set(groups), lease: lease)
        if flaws.contains(.hasNoMargin) { settings.margin = .zero }
        nodes[node].begin(Ownership(settings))
        push(now, .look(node: node))
    }

    func at(_ time: Int64, _ script: @escaping (OwnershipWorld) -> Void) {
        scripts.append(script)
        push(time, .script(scripts.count - 1))
    }

    func push(_ at: Int64, _ event: Event) { queue.push(at, event) }

    func run(until end: Int64) {
        while let next = queue.pop(until: end) {
            now = max(now, next.at)
            handle(next.event)
            check()
        }
        now = end
        check()
    }

    /// Mostly short, now and then as long as it may be.
    private var delay: Int64 {
        let longest = random.once(in: 5) ? trouble.longestDelay : min(trouble.longestDelay, Self.second / 50)
        return Int64(random.share() * Double(longest)) + 1000
    }
    private var isLost: Bool { trouble.lossOneIn > 0 && random.once(in: trouble.lossOneIn) }

    private func handle(_ event: Event) {
        switch event {
        case .script(let index): scripts[index](self)
        case .expiry:
            guard !keepsLeases else { return }
            nextExpiry = 0
            if store.expire(at: now) { tellAll() }
            scheduleExpiry()
        case .look(let node):
            guard nodes[node].isAlive else { return }
            if let until = nodes[node].pausedUntil { return push(until, event) }
            step(node, .look)
            guard let ownership = nodes[node].ownership, !ownership.isFinished else { return }
            let local = nodes[node].instant(now)
            let wait = nodes[node].clock.wait(local.duration(to: ownership.nextLook(after: local)))
            push(now + max(1_000_000, wait), event)
        case .request(let node, let life, let action, let asked, let number):
            let input = serve(node, action, asked)
            scheduleExpiry()
            if !isLost, !nodes[node].isCutOff(now) {
                push(now + delay, .answer(node: node, life: life, input: input, number: number))
            }
        case .answer(let node, let life, let input, let number):
            arrive(node, life, event) { self.answer(node, input, number) }
        case .giveUp(let node, let life, let action, let number):
            arrive(node, life, event) {
                guard self.nodes[node].pending.remove(number) != nil else { return }
                self.step(node, action.failure)
            }
        case .view(let node, let life, let view):
            if nodes[node].isCutOff(now) { return push(nodes[node].cutOffUntil ?? now, event) }
            arrive(node, life, event) { self.step(node, .observed(view)) }
        case .quiet(let node, let life, let group, let isDone):
            arrive(node, life, event) {
                if isDone { self.nodes[node].working[group] = nil }
                self.step(node, .quiesced(group: group))
            }
        case .resumed(let node): nodes[node].pausedUntil = nil
        }
    }

    /// Runs `body` if that life of the controller goes on; later, while it is paused.
    private func arrive(_ node: Int, _ life: Int, _ event: Event, _ body: () -> Void) {
        guard nodes[node].isAlive, nodes[node].life == life else { return }
        if let until = nodes[node].pausedUntil { return push(until, event) }
        body()
    }

    private func answer(_ node: Int, _ input: OwnershipInput, _ number: Int) {
        guard nodes[node].pending.remove(number) != nil else { return }
        let input = flaws.contains(.countsFromAnswer) ? input.counted(from: nodes[node].instant(now)) : input
        step(node, input)
    }

    private func scheduleExpiry() {
        guard let end = store.nextEnd, nextExpiry <= now || end < nextExpiry else { return }
        nextExpiry = max(end, now)
        push(nextExpiry, .expiry)
    }

    /// What the store does with a request, and answers.
    private func serve(_ node: Int, _ action: OwnershipAction, _ asked: MonotonicInstant) -> OwnershipInput {
        let before = store.revision
        defer { if store.revision != before { tellAll() } }
        if flaws.contains(.removesAnyKey), case .delete(let group, let revision) = action {
            store.delete("owners/\(group)", createRevision: nil)
            return .released(group: group, createRevision: revision)
        }
        return store.serve(
            action,
            of: nodes[node].name,
            run: "\(nodes[node].life)",
            asked: asked,
            timeToLive: lease,
            at: now
        )
    }

    /// Shows all controllers what the store holds now, each in its own time and in order.
    private func tellAll() {
        let view = store.view
        for index in nodes.indices where nodes[index].isAlive {
            let arrival = max(now + delay, nodes[index].lastView + 1)
            nodes[index].lastView = arrival
            push(arrival, .view(node: index, life: nodes[index].life, view))
        }
    }

    /// A controller that the system stops, as SIGSTOP does.
    func pause(_ node: Int, until end: Int64) {
        guard nodes[node].isAlive, nodes[node].pausedUntil == nil, end > now else { return }
        nodes[node].pausedUntil = end
        push(end, .resumed(node: node))
    }

    func cutOff(_ node: Int, until end: Int64) { nodes[node].cutOffUntil = end }

    func kill(_ node: Int) { nodes[node].die() }

    func startIfDead(_ node: Int) { if !nodes[node].isAlive { start(node) } }

    func restart(_ node: Int) {
        kill(node)
        start(node)
    }

    /// Ends all that goes wrong with controllers and the network.
    func calm() {
        trouble = Trouble()
        for node in nodes.indices {
            nodes[node].cutOffUntil = nil
            nodes[node].pausedUntil = nil
            if nodes[node].ownership?.isFinished ?? true || nodes[node].ownership?.stopping != nil { restart(node) }
        }
    }

    /// Lets one controller take an input and carries out what it wants.
    func step(_ node: Int, _ input: OwnershipInput) {
        let local = nodes[node].instant(now)
        if flaws.contains(.forgetsSurrender) { nodes[node].forgetSurrender() }
        for action in nodes[node].step(input, local) {
            if let group = OwnershipNode.group(of: action) {
                records.append(Record(at: now, node: node, group: group, action: action))
            }
            switch action {
            case .begin: break
            case .stop(let group, _): nodes[node].working[group] = nil
            case .finish(let group, let by):
                nodes[node].working[group] = min(by, nodes[node].safeEnd ?? local)
                let life = nodes[node].life
                let time = Int64(random.share() * Double(trouble.longestWork)) + 1
                push(now + time, .quiet(node: node, life: life, group: group, isDone: true))
                if flaws.contains(.leavesWorkBehind) {
                    push(now + 1, .quiet(node: node, life: life, group: group, isDone: false))
                }
            default: send(node, action, local)
            }
        }
    }

    private func send(_ node: Int, _ action: OwnershipAction, _ asked: MonotonicInstant) {
        number += 1
        nodes[node].pending.insert(number)
        let life = nodes[node].life
        if !isLost, !nodes[node].isCutOff(now) {
            push(now + delay, .request(node: node, life: life, action: action, asked: asked, number: number))
        }
        push(now + Self.second, .giveUp(node: node, life: life, action: action, number: number))
    }

    /// Notes when two controllers may act for one group.
    private func check() {
        for group in groups {
            let acting = nodes.indices.filter {
                nodes[$0].acts(for: group, at: now, ignoringTime: flaws.contains(.ignoresTime))
            }
            if acting.count > 1 {
                violations.append("\(group) at \(Double(now) / 1e9): \(acting.map { nodes[$0].name })")
            }
        }
    }
}
