import Autoscaling
import Foundation
import Testing

@testable import Lifecycle

extension Scene {
    /// A group whose instances are clones, and the domains that it has already.
    static func clones(
        _ names: [String] = [],
        maximum: Int = 3,
        settings: (inout FleetSettings) -> Void = { _ in }
    ) -> Scene {
        Scene(names) {
            $0.template = TemplateConfiguration(source: .domain("base"), name: "fib-{n}")
            $0.maximum = maximum
            settings(&$0)
        }
    }

    /// What the hypervisor shows of a clone.
    mutating func show(
        _ uuid: String,
        name: String? = nil,
        _ state: FleetObservation.CloneState = .ready,
        running: Bool = false,
        template: String? = nil
    ) {
        domains?.removeAll { $0.uuid == uuid }
        domains?.append(
            FleetObservation.Domain(
                uuid: uuid,
                name: name ?? uuid,
                isRunning: running,
                isActive: running,
                cloneState: state,
                template: template
            )
        )
    }

    mutating func hide(_ uuid: String) { domains?.removeAll { $0.uuid == uuid } }

    /// Has an ordered clone made, and brings it into service.
    mutating func makeAndServe(_ uuid: String, template: String? = nil) {
        _ = step()
        show(uuid, name: fleet.instances[uuid]?.name, template: template)
        starts[uuid] = .succeeded
        _ = step()
        boot(uuid)
    }

    /// Has a clone that is being removed gone.
    mutating func finishRemoval(_ uuid: String) -> FleetStep {
        _ = step()
        starts[uuid] = .succeeded
        hide(uuid)
        return step()
    }

    /// Takes an instance in service as far as off.
    mutating func leave(_ uuid: String) {
        _ = scaleIn()
        acknowledged = [uuid]
        _ = step()
        work(uuid, pending: 0, accepting: false)
        _ = step()
        _ = step(after: 2)
        set(uuid, running: false)
        _ = step()
    }

    /// A controller that comes back with what is on disk.
    mutating func restart() {
        fleet = Fleet(
            settings: fleet.settings,
            ledger: Array(fleet.instances.values),
            breaker: fleet.breaker,
            templates: fleet.templates,
            now: .seconds(second),
            date: date,
            uuids: fleet.uuids
        )
        starts = [:]
        probes = [:]
        agents = [:]
    }

    func clones(asked uuid: String) -> Int {
        allActions.count { if case .clone(uuid, _) = $0 { true } else { false } }
    }

    func removals(asked uuid: String) -> Int { allActions.count { $0 == .removeClone(uuid: uuid) } }
}

@Suite("Clones: the fleet")
struct FleetClonesTests {
    @Test("a clone is made only when nothing else can be started, under the lowest name that is free")
    func order() {
        var scene = Scene.clones(["vm1"])
        scene.takenNames = ["fib-1", "elsewhere"]
        _ = scene.step()
        let step = scene.fleet.scaleOut(by: 2, reason: "test", now: .seconds(2), date: scene.date)
        #expect(scene.state("vm1") == .starting)
        let clone = scene.fleet.instances["fib-1"]
        #expect(clone?.state == .creating && clone?.name == "fib-2")
        #expect(clone?.isOwned == true && clone?.isClone == true)
        // The row comes before the effect: nothing is made yet.
        #expect(step.changed.contains { $0.uuid == "fib-1" } && step.isOrder)
        #expect(!step.actions.contains { if case .clone = $0 { true } else { false } })
        #expect(step.actions.contains { if case .announceScaling("fib-2", _) = $0 { true } else { false } })
        #expect(scene.step().actions.contains(.clone(uuid: "fib-1", name: "fib-2")))
    }

    @Test("made, started, in service; scaled in it is removed with all it owns, and its name is free again")
    func life() {
        var scene = Scene.clones()
        _ = scene.step()
        _ = scene.order()
        #expect(scene.fleet.coming(at: .seconds(scene.second)) == 1 && scene.fleet.counted == 1)
        scene.makeAndServe("fib-1")
        #expect(scene.names == ["fib-1"])
        #expect(scene.allActions.contains(.start(uuid: "fib-1")))
        scene.leave("fib-1")
        #expect(scene.state("fib-1") == .removing)
        #expect(scene.fleet.counted == 1)
        // While it is there, and while nobody said that it is gone, the row stays.
        _ = scene.step()
        scene.hide("fib-1")
        _ = scene.step()
        #expect(scene.state("fib-1") == .removing)
        let last = scene.finishRemoval("fib-1")
        #expect(scene.state("fib-1") == nil && last.removed == ["fib-1"])
        #expect(last.changed.isEmpty)
        #expect(scene.events.last?.kind == .instanceRemoved)
        _ = scene.order()
        #expect(scene.fleet.instances["fib-2"]?.name == "fib-1")
        let kinds = scene.events.filter { $0.instance == "fib-1" }.map(\.kind)
        #expect(
            kinds == [
                .instanceStarting, .instanceCreated, .instanceStarted, .agentRegistered, .instanceProbed,
                .instanceDraining, .instanceDrained, .instanceRemoved, .instanceStarting,
            ]
        )
    }

    @Test("max counts clones in every state, those that are off as well; those are started before another is made")
    func maximum() {
        var scene = Scene.clones(maximum: 2)
        scene.show("c", name: "fib-7")
        _ = scene.step()
        #expect(scene.state("c") == .off && scene.fleet.instances["c"]?.isClone == true)
        #expect(scene.fleet.reserve.count == 1 && scene.fleet.clonable == 1)
        _ = scene.fleet.scaleOut(by: 5, reason: "test", now: .seconds(2), date: scene.date)
        #expect(scene.fleet.instances.count == 2 && scene.state("c") == .starting)
        #expect(scene.fleet.clonable == 0 && scene.fleet.counted == 2)
        scene.fleet.settings.template = nil
        scene.fleet.settings.maximum = 9
        #expect(scene.fleet.clonable == 0)
    }

    @Test("a clone that cannot be made leaves nothing, tells why, and after three in a row none is tried")
    func failures() {
        var scene = Scene.clones()
        _ = scene.step()
        for attempt in 1...3 {
            let uuid = "fib-\(attempt)"
            _ = scene.order()
            #expect(scene.fleet.instances[uuid]?.name == "fib-1")
            _ = scene.step()
            scene.starts[uuid] = .failed("the pool is full; get a larger disk")
            _ = scene.step()
            #expect(scene.state(uuid) == .removing)
            _ = scene.finishRemoval(uuid)
            #expect(scene.fleet.instances.isEmpty)
        }
        #expect(scene.fleet.breaker.isOpen(at: .seconds(scene.second)))
        let failed = scene.events.filter { $0.kind == .instanceFailed }
        #expect(failed.count == 3)
        #expect(failed.allSatisfy { $0.detail.contains("the pool is full; get a larger disk") })
        #expect(scene.events.contains { $0.kind == .breakerOpened })
    }

    @Test("an order whose outcome nobody knows is given again for the same clone")
    func unknownOutcome() {
        var scene = Scene.clones()
        _ = scene.step()
        _ = scene.order()
        _ = scene.step()
        // The connection broke: the result is unknown, and half of it is there.
        scene.starts["fib-1"] = nil
        scene.show("fib-1", .making)
        let step = scene.step()
        #expect(step.actions.contains(.clone(uuid: "fib-1", name: "fib-1")))
        #expect(scene.state("fib-1") == .creating && scene.fleet.instances.count == 1)
        // Half of it is not started, even long after.
        scene.starts["fib-1"] = .underWay
        _ = scene.step(after: 10)
        #expect(scene.state("fib-1") == .creating)
        scene.starts["fib-1"] = .succeeded
        _ = scene.step()
        #expect(scene.state("fib-1") == .starting)
    }

    @Test("without the hypervisor an order stands; one that takes too long is given up and cleaned away")
    func deadline() {
        var scene = Scene.clones()
        _ = scene.step()
        _ = scene.order()
        let domains = scene.domains
        scene.domains = nil
        _ = scene.step(after: 300)
        #expect(scene.state("fib-1") == .creating && scene.clones(asked: "fib-1") == 0)
        scene.domains = domains
        _ = scene.step()
        #expect(scene.clones(asked: "fib-1") == 1)
        scene.starts["fib-1"] = .queued
        _ = scene.step(after: 300)
        scene.starts["fib-1"] = .underWay
        _ = scene.step()
        _ = scene.step(after: 59)
        #expect(scene.state("fib-1") == .creating)
        _ = scene.step(after: 2)
        #expect(scene.state("fib-1") == .removing)
        #expect(scene.events.contains { $0.kind == .instanceFailed && $0.detail.contains("was not made within") })
    }

    @Test("after a restart in any state a clone goes on where it was: one order, one clone")
    func restarts() {
        for moment in 0..<4 {
            var scene = Scene.clones()
            _ = scene.step()
            _ = scene.order()
            if moment == 0 { scene.restart() }
            _ = scene.step()
            if moment == 1 { scene.restart() }
            scene.show("fib-1", moment == 2 ? .making : .ready)
            if moment >= 2 { scene.restart() }
            _ = scene.step()
            #expect(scene.fleet.instances.count == 1)
            if moment == 2 {
                #expect(scene.state("fib-1") == .creating && scene.clones(asked: "fib-1") == 2)
            } else {
                #expect(scene.state("fib-1") == .starting, "moment \(moment)")
            }
        }
        var scene = Scene.clones()
        _ = scene.step()
        _ = scene.order()
        scene.makeAndServe("fib-1")
        scene.leave("fib-1")
        scene.restart()
        _ = scene.step()
        #expect(scene.removals(asked: "fib-1") > 0)
        _ = scene.finishRemoval("fib-1")
        #expect(scene.fleet.instances.isEmpty)
    }

    @Test("clones without a row: off ones join the reserve, running ones the group, unfinished ones are removed")
    func adoption() {
        var scene = Scene.clones(maximum: 5)
        scene.show("a", .ready)
        scene.show("b", .ready, running: true)
        scene.show("c", .making)
        scene.show("d", .removing)
        let step = scene.step()
        #expect(scene.state("a") == .off)
        #expect(scene.state("b") == .booting && scene.fleet.instances["b"]?.isOwned == true)
        #expect(scene.state("c") == .removing && scene.state("d") == .removing)
        #expect(step.changed.count == 4)
        let next = scene.step()
        #expect(next.actions.contains(.removeClone(uuid: "c")) && next.actions.contains(.removeClone(uuid: "d")))
    }

    @Test("a removal that fails is told once and tried again; somebody's start of it is undone first")
    func removalFails() {
        var scene = Scene.clones()
        scene.show("c", .removing)
        _ = scene.step()
        _ = scene.step()
        scene.starts["c"] = .failed("the pool is gone")
        for _ in 0..<5 { _ = scene.step() }
        #expect(scene.events.count { $0.kind == .instanceFailed } == 1)
        #expect(scene.removals(asked: "c") == 2)
        _ = scene.step(after: 31)
        let again = scene.step()
        #expect(again.actions.contains(.removeClone(uuid: "c")))
        scene.starts["c"] = nil
        scene.set("c", running: true)
        let destroyed = scene.step()
        #expect(destroyed.actions.contains(.destroy(uuid: "c")))
        #expect(!destroyed.actions.contains(.removeClone(uuid: "c")))
    }

    @Test("a clone that never comes up is removed instead of being quarantined")
    func neverUp() {
        var scene = Scene.clones()
        _ = scene.step()
        _ = scene.order()
        _ = scene.step()
        scene.show("fib-1")
        scene.starts["fib-1"] = .succeeded
        _ = scene.step()
        for _ in 0..<2 {
            _ = scene.step()
            scene.starts["fib-1"] = .failed("no")
            _ = scene.step()
            _ = scene.step()
        }
        #expect(scene.state("fib-1") == .removing)
        #expect(!scene.events.contains { $0.kind == .instanceQuarantined })
        _ = scene.finishRemoval("fib-1")
        #expect(scene.fleet.instances.isEmpty)
    }

    @Test("the warm pool is filled with clones, and one that is retired from it is removed")
    func standby() {
        var scene = Scene.clones {
            $0.standby = StandbyPolicy(paused: 1, saved: 0)
        }
        _ = scene.step()
        _ = scene.order()
        scene.makeAndServe("fib-1")
        _ = scene.step()
        #expect(scene.state("fib-2") == .creating && scene.fleet.instances["fib-2"]?.goal == .standby)
        // Not more than one at a time.
        _ = scene.step()
        #expect(scene.fleet.instances.count == 2)
        scene.makeAndServe("fib-2")
        #expect(scene.state("fib-2") == .parking)
        scene.set("fib-2", running: false, active: true)
        _ = scene.step()
        #expect(scene.state("fib-2") == .standby)
        scene.fleet.settings.standby = StandbyPolicy()
        _ = scene.step()
        #expect(scene.state("fib-2") == .stopping)
        scene.set("fib-2", running: false, active: false)
        _ = scene.step()
        #expect(scene.state("fib-2") == .removing)
    }

    @Test("an order for service takes the clone that is being made for the warm pool")
    func divertedFromPool() {
        var scene = Scene.clones {
            $0.standby = StandbyPolicy(paused: 1, saved: 0)
        }
        _ = scene.step()
        _ = scene.order()
        scene.makeAndServe("fib-1")
        _ = scene.step()
        #expect(scene.state("fib-2") == .creating)
        _ = scene.order()
        #expect(scene.fleet.instances["fib-2"]?.goal == .service && scene.fleet.instances.count == 2)
    }

    @Test("a clone whose guest powers off while it leaves is removed; one that serves joins the reserve")
    func powersOff() {
        var scene = Scene.clones()
        _ = scene.step()
        _ = scene.order()
        scene.makeAndServe("fib-1")
        scene.starts = [:]
        scene.set("fib-1", running: false)
        _ = scene.step()
        #expect(scene.state("fib-1") == .off && scene.fleet.reserve.count == 1)
        scene.serveOwned("fib-1")
        scene.starts = [:]
        _ = scene.scaleIn()
        scene.set("fib-1", running: false)
        _ = scene.step()
        #expect(scene.state("fib-1") == .removing)
    }

    @Test("without a template any more, an order that was not carried out is given up")
    func templateTakenAway() {
        var scene = Scene.clones()
        _ = scene.step()
        _ = scene.order()
        scene.fleet.settings.template = nil
        _ = scene.step()
        #expect(scene.state("fib-1") == .removing && scene.clones(asked: "fib-1") == 0)
        #expect(scene.events.contains { $0.detail.contains("no template any more") })
    }
}
