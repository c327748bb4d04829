import Autoscaling
import Foundation
import Testing
import Wire

@testable import Lifecycle

/// A host, a ledger and a controller that can be killed, as small as the life of clones needs them.
struct CloneWorld {
    enum Kill: CaseIterable { case beforeCommit, afterCommit, halfway, afterEffects }

    /// What is on the host: the clone's name, how far its making has come, whether it runs.
    struct Clone: Equatable {
        var name: String
        var state: FleetObservation.CloneState
        var runs = false
    }

    static let limit = 200
    var disk: [String: Instance] = [:]
    var templates = CloneTemplates()
    var host: [String: Clone] = [:]
    var fleet: Fleet
    var starts: [String: FleetObservation.StartResult] = [:]
    var now = 0.0
    var commits = 0
    var orders = 0
    var kill: (commit: Int, how: Kill)?
    var made = 0
    var most = 0
    let uuids: UUIDSource

    init(kill: (commit: Int, how: Kill)?) {
        let count = NumberSource(0)
        uuids = UUIDSource { "id-\(count.next())" }
        self.kill = kill
        fleet = Fleet(settings: Self.settings, now: .seconds(0), date: Scene.begin, uuids: uuids)
    }

    static var settings: FleetSettings {
        var settings = FleetSettings(limits: LifecycleLimits(startDeadline: .seconds(60)))
        settings.template = TemplateConfiguration(source: .domain("base"), name: "fib-{n}")
        settings.maximum = 2
        return settings
    }

    /// Begins anew with what is on disk.
    mutating func restart() {
        kill = nil
        starts = [:]
        fleet = Fleet(
            settings: Self.settings,
            ledger: Array(disk.values),
            templates: templates,
            now: .seconds(now),
            date: Scene.begin.addingTimeInterval(now),
            uuids: uuids
        )
    }

    /// One look: the facts, what an operator's stand-in for the engine wants, and what follows.
    mutating func look(wanted: Int) {
        now += 1
        let date = Scene.begin.addingTimeInterval(now)
        let domains = host.sorted { $0.key < $1.key }.map { uuid, clone in
            FleetObservation.Domain(
                uuid: uuid,
                name: clone.name,
                isRunning: clone.runs,
                isActive: clone.runs,
                cloneState: clone.state
            )
        }
        let live = host.filter(\.value.runs).keys
        let agents = live.map { uuid in
            (
                uuid,
                FleetObservation.Agent(
                    endpoint: Endpoint(id: uuid, name: uuid, url: "https://192.0.2.1:8000"),
                    session: 1,
                    isConnected: true,
                    work: FleetObservation.Work(pending: 0, isAccepting: false)
                )
            )
        }
        let observation = FleetObservation(
            domains: domains,
            takenNames: Set(host.values.map(\.name)),
            agents: Dictionary(uniqueKeysWithValues: agents),
            starts: starts,
            probes: Dictionary(uniqueKeysWithValues: live.map { ($0, .init(passedSession: 1)) }),
            acknowledged: Set(live)
        )
        var step = fleet.step(observation, now: .seconds(now), date: date)
        let capacity = fleet.candidates(work: [:]).count + fleet.coming(at: .seconds(now))
        if capacity < wanted {
            step.append(fleet.scaleOut(by: wanted - capacity, reason: "test", now: .seconds(now), date: date))
        } else if capacity > wanted {
            step.append(
                fleet.scaleIn(by: capacity - wanted, work: [:], reason: "test", now: .seconds(now), date: date)
            )
        }
        settle(step)
        most = max(most, host.count)
    }

    private mutating func settle(_ step: FleetStep) {
        if !step.changed.isEmpty || !step.removed.isEmpty || step.templates != nil {
            commits += 1
            if dies(.beforeCommit) { return restart() }
            for uuid in step.removed { disk[uuid] = nil }
            for row in step.changed { disk[row.uuid] = row }
            templates = step.templates ?? templates
            if dies(.afterCommit) { return restart() }
        }
        let dies = dies(.afterEffects)
        let half = self.dies(.halfway)
        for action in step.actions { act(action, half: half) }
        if dies || half { restart() }
    }

    private func dies(_ how: Kill) -> Bool { kill.map { $0.commit == commits && $0.how == how } ?? false }

    private mutating func act(_ action: FleetStep.Action, half: Bool) {
        switch action {
        case .forget(let uuid): starts[uuid] = nil
        case .clone(let uuid, let name):
            guard starts[uuid] == nil else { return }
            if host[uuid] == nil { made += 1 }
            host[uuid] = Clone(name: name, state: half ? .making : .ready)
            starts[uuid] = .succeeded
        case .removeClone(let uuid):
            guard starts[uuid] == nil, host[uuid]?.runs != true else { return }
            if half { host[uuid]?.state = .removing } else { host[uuid] = nil }
            starts[uuid] = .succeeded
        case .start(let uuid):
            guard starts[uuid] == nil, let clone = host[uuid] else { return }
            #expect(clone.state == .ready && !clone.runs)
            host[uuid]?.runs = true
            starts[uuid] = .succeeded
        case .shutdown(let uuid), .destroy(let uuid, _): host[uuid]?.runs = false
        default: break
        }
        for (uuid, start) in starts where start == .succeeded && host[uuid]?.runs == true { starts[uuid] = nil }
    }

    /// Goes on until nothing more happens.
    mutating func settleDown(wanted: Int) {
        for _ in 0..<Self.limit { look(wanted: wanted) }
    }

    /// What is left in the end.
    var outcome: [String] {
        host.values.map { "\($0.name) \($0.state) \($0.runs)" }.sorted()
            + disk.values.map { "\($0.name) \($0.state.rawValue)" }.sorted()
    }
}

@Suite("Clones: a kill at every change that is written down")
struct CloneKillTests {
    private func play(_ kill: (Int, CloneWorld.Kill)?) -> CloneWorld {
        var world = CloneWorld(kill: kill.map { (commit: $0.0, how: $0.1) })
        world.settleDown(wanted: 1)
        world.settleDown(wanted: 2)
        world.settleDown(wanted: 1)
        return world
    }

    @Test(
        "before it is written, after it, in the middle of its effect, after that: the same in the end",
        arguments: CloneWorld.Kill.allCases
    )
    func killed(how: CloneWorld.Kill) {
        let calm = play(nil)
        #expect(calm.outcome.count == 2 && calm.made == 2 && calm.most == 2)
        #expect(calm.commits > 8)
        for commit in 1...calm.commits {
            let world = play((commit, how))
            #expect(world.kill == nil, "\(commit): never killed")
            #expect(world.host.count == 1 && world.disk.count == 1, "\(commit): \(world.outcome)")
            #expect(Set(world.host.keys) == Set(world.disk.keys), "\(commit): \(world.outcome)")
            #expect(world.outcome.first?.hasSuffix("ready true") == true, "\(commit): \(world.outcome)")
            #expect(world.most <= 2, "\(commit): more than max")
            #expect(world.made == 2, "\(commit): \(world.made) were made for two orders")
        }
    }
}
