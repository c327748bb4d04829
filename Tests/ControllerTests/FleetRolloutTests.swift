import Autoscaling
import Foundation
import Testing

@testable import EmbeddedStore
@testable import Lifecycle
@testable import Persistence

extension Scene {
    /// A group with that many clones of the template `base` in service.
    static func serving(_ count: Int, maximum: Int = 4) -> Scene {
        var scene = Scene.clones(maximum: maximum)
        _ = scene.step()
        for number in 1...count {
            _ = scene.order()
            scene.makeAndServe("fib-\(number)", template: "base@1")
            scene.starts = [:]
        }
        return scene
    }

    /// Asks for a rollout to the template `newer`.
    mutating func rollOut(hold: Double = 30) {
        fleet.settings.template?.source = .domain("newer")
        guard let template = fleet.settings.template else { return }
        let rollout = Rollout(
            source: CloneSource(template),
            identity: "newer@2",
            hold: hold,
            by: "boss",
            startedAt: date
        )
        events += fleet.beginRollout(rollout, date: date).events
    }

    /// Takes what drains off and away.
    mutating func finishLeaving(_ uuid: String) {
        acknowledged = [uuid]
        work(uuid, pending: 0, accepting: false)
        _ = step()
        _ = step(after: 2)
        starts[uuid] = nil
        set(uuid, running: false)
        _ = step()
        _ = finishRemoval(uuid)
    }

    var rollout: Rollout? { fleet.templates.rollout }
    func count(_ kind: ControllerEvent.Kind) -> Int { events.count { $0.kind == kind } }
}

@Suite("Rollout: the plan")
struct FleetRolloutTests {
    @Test("one more is made, held, and then the oldest leaves; one by one until none is old")
    func replaces() {
        var scene = Scene.serving(2)
        #expect(scene.fleet.templates.accepted?.domain == "base")
        scene.rollOut()
        _ = scene.step()
        #expect(scene.state("fib-3") == .creating && scene.rollout?.current == "fib-3")
        #expect(scene.fleet.instances["fib-3"]?.template == "newer@2")
        #expect(scene.fleet.cloneTemplate(of: "fib-3")?.0.source == .domain("newer"))
        #expect(scene.fleet.cloneTemplate(of: "fib-3")?.identity == "newer@2")
        scene.makeAndServe("fib-3", template: "newer@2")
        #expect(scene.state("fib-3") == .inService)
        _ = scene.step(after: 28)
        #expect(scene.names.count == 3, "nobody leaves before the hold time is over")
        _ = scene.step(after: 3)
        #expect(scene.state("fib-1") == .draining && scene.state("fib-2") == .inService)
        _ = scene.step()
        #expect(scene.fleet.instances.count == 3, "no other is made before the old one is gone")
        scene.finishLeaving("fib-1")
        _ = scene.step()
        #expect(scene.state("fib-4") == .creating && scene.fleet.instances["fib-4"]?.name == "fib-1")
        scene.makeAndServe("fib-4", template: "newer@2")
        _ = scene.step(after: 31)
        #expect(scene.state("fib-2") == .draining)
        scene.finishLeaving("fib-2")
        _ = scene.step()
        #expect(scene.rollout?.phase == .done && scene.rollout?.replaced == 2)
        #expect(scene.fleet.templates.accepted?.domain == "newer")
        #expect(Set(scene.fleet.instances.keys) == ["fib-3", "fib-4"])
        #expect(scene.count(.rolloutStarted) == 1 && scene.count(.rolloutFinished) == 1)
        #expect(scene.count(.rolloutFailed) == 0)
        let last = scene.step()
        #expect(last.isEmpty)
    }

    @Test(
        "a new one that cannot be made: the old stay, and further clones are of the old template until the next rollout"
    )
    func cannotBeMade() {
        var scene = Scene.serving(1)
        scene.rollOut()
        _ = scene.step()
        _ = scene.step()
        scene.starts["fib-2"] = .failed("the disk is full")
        _ = scene.step()
        #expect(scene.rollout?.phase == .rollingBack)
        _ = scene.finishRemoval("fib-2")
        _ = scene.step()
        #expect(scene.rollout?.phase == .failed && scene.names == ["fib-1"])
        let event = scene.events.first { $0.kind == .rolloutFailed }
        #expect(event?.detail.contains("the disk is full") == true)
        _ = scene.order()
        #expect(scene.fleet.instances["fib-3"]?.template == nil)
        #expect(scene.fleet.cloneTemplate(of: "fib-3")?.0.source == .domain("base"))
        scene.rollOut()
        #expect(scene.rollout?.phase == .running)
    }

    @Test("a later one that turns bad while it is held: the new ones are replaced by old ones, as gently as they came")
    func turnsBad() {
        var scene = Scene.serving(2)
        scene.rollOut()
        _ = scene.step()
        scene.makeAndServe("fib-3", template: "newer@2")
        _ = scene.step(after: 31)
        scene.finishLeaving("fib-1")
        _ = scene.step()
        scene.makeAndServe("fib-4", template: "newer@2")
        scene.starts = [:]
        scene.probes["fib-4"] = FleetObservation.Probe(passedSession: 1, failures: 3, lastFailure: "500")
        _ = scene.step()
        _ = scene.step()
        #expect(scene.rollout?.phase == .rollingBack && scene.state("fib-4") != .inService)
        #expect(scene.state("fib-3") == .inService && scene.state("fib-2") == .inService, "capacity stays")
        _ = scene.step()
        #expect(scene.state("fib-4") == .stopping)
        scene.set("fib-4", running: false)
        _ = scene.step()
        _ = scene.finishRemoval("fib-4")
        _ = scene.step()
        // Back to the old template, with one more made first.
        #expect(scene.state("fib-5") == .creating)
        #expect(scene.fleet.cloneTemplate(of: "fib-5")?.0.source == .domain("base"))
        scene.makeAndServe("fib-5", template: "base@1")
        #expect(scene.state("fib-3") == .inService)
        _ = scene.step(after: 31)
        scene.finishLeaving("fib-3")
        _ = scene.step()
        #expect(scene.rollout?.phase == .failed)
        #expect(scene.names == ["fib-2", "fib-5"])
        #expect(scene.count(.rolloutFailed) == 1)
    }

    @Test("ended by an operator it goes back; after a restart it goes on")
    func abortAndRestart() {
        var scene = Scene.serving(1)
        scene.rollOut()
        _ = scene.step()
        scene.restart()
        #expect(scene.rollout?.current == "fib-2")
        scene.connect("fib-1")
        _ = scene.step()
        #expect(scene.fleet.instances.count == 2, "no second one is made")
        scene.makeAndServe("fib-2", template: "newer@2")
        scene.events += scene.fleet.abortRollout(by: "boss", date: scene.date).events
        _ = scene.step()
        #expect(scene.rollout?.phase == .rollingBack)
        #expect(scene.state("fib-3") == .creating)
        scene.makeAndServe("fib-3", template: "base@1")
        _ = scene.step(after: 31)
        #expect(scene.state("fib-2") == .draining && scene.state("fib-1") == .inService)
        scene.finishLeaving("fib-2")
        _ = scene.step()
        #expect(scene.rollout?.phase == .aborted)
        #expect(scene.fleet.templates.accepted?.domain == "base")
    }

    @Test("at its maximum a group says what it waits for, once; what is off or protected is no obstacle")
    func obstacles() {
        var scene = Scene.serving(2, maximum: 2)
        scene.rollOut()
        var changes = 0
        for _ in 0..<5 where scene.step().templates != nil { changes += 1 }
        #expect(changes == 1 && scene.rollout?.reason.contains("raise max") == true)
        #expect(scene.names.count == 2)
        _ = scene.fleet.protect("fib-1", true, by: "boss", date: scene.date)
        scene.set("fib-2", running: false)
        _ = scene.step()
        _ = scene.step()
        #expect(scene.state("fib-2") == .removing)
        _ = scene.finishRemoval("fib-2")
        _ = scene.step()
        #expect(scene.rollout?.phase == .done && scene.names == ["fib-1"])
        #expect(scene.rollout?.reason.contains("1 protected") == true)
    }

    @Test("a changed template waits for a rollout while there are clones, and is used at once when there are none")
    func changed() {
        var scene = Scene.serving(1)
        scene.fleet.settings.template?.source = .domain("newer")
        #expect(scene.fleet.cloneTemplate?.source == .domain("base"))
        scene.leave("fib-1")
        _ = scene.finishRemoval("fib-1")
        _ = scene.order()
        #expect(scene.fleet.cloneTemplate?.source == .domain("newer"))
        #expect(scene.fleet.templates.accepted?.domain == "newer")
    }

    @Test("what clones are made from outlives the process")
    func kept() async throws {
        let store = try SQLiteStore.inMemory()
        var scene = Scene.serving(1)
        scene.rollOut()
        #expect(try await store.templates(group: "web") == CloneTemplates())
        try await store.commit(StoreChange(templates: ["web": scene.fleet.templates]))
        #expect(try await store.templates(group: "web") == scene.fleet.templates)
        #expect(try await store.breaker(group: "web") == StartBreaker())
    }
}
