import Autoscaling
import Foundation
import Testing

@testable import Lifecycle

@Suite("The warm pool")
struct FleetStandbyTests {
    /// vm1 in service, and a pool of one that vm2 fills.
    func scene(paused: Int = 1, saved: Int = 0, names: [String] = ["vm1", "vm2", "vm3"]) -> Scene {
        var scene = Scene(names) { $0.standby = StandbyPolicy(paused: 0, saved: 0) }
        _ = scene.step()
        scene.serveOwned("vm1")
        scene.fleet.settings.standby = StandbyPolicy(paused: paused, saved: saved)
        return scene
    }

    /// Boots an instance of the pool until it is parked.
    func fill(_ name: String, _ scene: inout Scene, saved: Bool = false) {
        _ = scene.step()
        scene.boot(name)
        _ = scene.step()
        scene.starts[name] = .succeeded
        scene.set(name, running: false, active: !saved, saved: saved)
        _ = scene.step()
        #expect(scene.state(name) == .standby)
    }

    @Test("filled by booting, probing and pausing one; clients never hear of it")
    func filled() {
        var scene = scene()
        let order = scene.step()
        #expect(order.events.map(\.kind) == [.instanceStarting])
        #expect(order.actions.allSatisfy { if case .announceScaling = $0 { false } else { true } })
        #expect(scene.fleet.coming(at: .seconds(scene.second)) == 0, "it is no capacity for clients")
        scene.boot("vm2")
        #expect(scene.state("vm2") == .parking)
        #expect(scene.step().actions == [.park(uuid: "vm2", kind: .paused)])
        scene.starts["vm2"] = .succeeded
        scene.set("vm2", running: false, active: true)
        _ = scene.step()
        #expect(scene.state("vm2") == .standby)
        #expect(scene.names == ["vm1"])
        #expect(!scene.events.contains { $0.kind == .instanceProbed && $0.instance == "vm2" })
        #expect(scene.step().isEmpty, "the pool is full")
    }

    @Test("scale out takes the paused one, then the saved one, then a shut-off one")
    func preference() {
        var scene = scene(paused: 1, saved: 1, names: ["vm1", "vm2", "vm3", "vm4"])
        fill("vm2", &scene)
        fill("vm3", &scene, saved: true)
        #expect(scene.fleet.instances["vm3"]?.standby == .saved)
        _ = scene.order()
        #expect(scene.state("vm2") == .resuming)
        _ = scene.order()
        #expect(scene.state("vm3") == .resuming)
        _ = scene.order()
        #expect(scene.state("vm4") == .starting)
    }

    @Test("resumed, clock right, probe passed, told: in that order")
    func resumed() {
        var scene = scene()
        fill("vm2", &scene)
        _ = scene.order()
        #expect(scene.step().actions == [.resume(uuid: "vm2", kind: .paused)])
        scene.starts["vm2"] = .succeeded
        scene.agents["vm2"]?.isAwake = false
        let awake = scene.step()
        #expect(awake.actions.contains(.wake(uuid: "vm2")))
        scene.set("vm2", running: true)
        scene.probes["vm2"] = FleetObservation.Probe(passedSession: 1)
        _ = scene.step()
        #expect(scene.names == ["vm1"], "its clock is not right yet")
        scene.agents["vm2"]?.isAwake = true
        _ = scene.step()
        #expect(scene.names == ["vm1", "vm2"])
        #expect(scene.fleet.instances["vm2"]?.standby == nil)
    }

    @Test("a probe of before the pause does not count")
    func staleProbe() {
        var scene = scene()
        fill("vm2", &scene)
        scene.probes["vm2"] = FleetObservation.Probe(passedSession: 1)
        _ = scene.order()
        _ = scene.step()
        scene.starts["vm2"] = .succeeded
        _ = scene.step()
        #expect(scene.state("vm2") == .probing)
    }

    @Test("a memory image whose resumption failed is thrown away, never resumed again")
    func badImage() {
        var scene = scene(paused: 0, saved: 1)
        fill("vm2", &scene, saved: true)
        _ = scene.order()
        #expect(scene.step().actions == [.resume(uuid: "vm2", kind: .saved)])
        scene.starts["vm2"] = .failed("corrupt")
        _ = scene.step()
        #expect(scene.state("vm2") == .failed)
        #expect(scene.step().actions == [.discardImage(uuid: "vm2")])
        scene.set("vm2", running: false, saved: false)
        _ = scene.step()
        #expect(scene.state("vm2") == .starting, "from the beginning")
        #expect(scene.allActions.filter { if case .resume = $0 { true } else { false } }.count == 1)
    }

    @Test("a controller that dies between order and resumption resumes; one whose image is used up boots")
    func restart() {
        var scene = scene(paused: 0, saved: 1)
        fill("vm2", &scene, saved: true)
        _ = scene.order()
        func again() -> Fleet {
            Fleet(
                settings: scene.fleet.settings,
                ledger: scene.fleet.ordered,
                now: .seconds(scene.second),
                date: scene.date
            )
        }
        scene.fleet = again()
        #expect(scene.step().actions == [.resume(uuid: "vm2", kind: .saved)])
        scene.fleet = again()
        scene.set("vm2", running: false, saved: false)
        _ = scene.step()
        #expect(scene.state("vm2") == .failed, "its memory is gone")
    }

    @Test("scale in goes back to standby while the pool has room")
    func back() {
        var scene = scene(paused: 1)
        fill("vm2", &scene)
        _ = scene.order()
        _ = scene.step()
        scene.starts["vm2"] = .succeeded
        scene.set("vm2", running: true)
        _ = scene.step()
        scene.probes["vm2"] = FleetObservation.Probe(passedSession: 1)
        _ = scene.step()
        #expect(scene.names == ["vm1", "vm2"])
        // vm3 begins to fill the place that vm2 left.
        #expect(scene.state("vm3") == .starting)
        scene.starts["vm3"] = .failed("no")
        scene.fleet.settings.limits.attempts = 1
        _ = scene.step()
        _ = scene.step()
        #expect(scene.state("vm3") == .quarantined)
        _ = scene.scaleIn(work: ["vm1": 5, "vm2": 0])
        scene.acknowledged = ["vm2"]
        scene.work("vm2", pending: 0, accepting: false)
        _ = scene.step()
        _ = scene.step(after: 2)
        #expect(scene.state("vm2") == .parking)
        #expect(!scene.allActions.contains(.shutdown(uuid: "vm2")))
    }

    @Test("one that waited long is woken for a moment, renews its certificate, and is parked again")
    func refreshed() {
        var scene = scene()
        scene.fleet.settings.standby.refresh = .seconds(3600)
        fill("vm2", &scene)
        _ = scene.step(after: 3599)
        #expect(scene.state("vm2") == .standby)
        _ = scene.step(after: 2)
        #expect(scene.state("vm2") == .resuming)
        _ = scene.step()
        scene.starts["vm2"] = .succeeded
        scene.set("vm2", running: true)
        _ = scene.step()
        scene.probes["vm2"] = FleetObservation.Probe(passedSession: 1)
        #expect(scene.step().actions.contains(.rotate(uuid: "vm2")))
        #expect(scene.state("vm2") == .probing, "it gets a moment to renew")
        _ = scene.step(after: 11)
        #expect(scene.state("vm2") == .parking)
        #expect(scene.names == ["vm1"])
    }

    @Test("after a restart each paused one is woken once, one at a time, so that its agent connects anew")
    func standbyAwaitingReconnect() {
        var scene = scene(paused: 2, saved: 1, names: ["vm1", "vm2", "vm3", "vm4"])
        for name in ["vm2", "vm3"] { fill(name, &scene) }
        fill("vm4", &scene, saved: true)
        scene.fleet = Fleet(
            settings: scene.fleet.settings,
            ledger: scene.fleet.ordered,
            now: .seconds(scene.second),
            date: scene.date
        )
        for name in ["vm2", "vm3"] {
            _ = scene.step()
            #expect(scene.fleet.instances.values.filter { $0.state == .resuming }.map(\.name) == [name])
            #expect(scene.step().actions == [.resume(uuid: name, kind: .paused)])
            scene.starts[name] = .succeeded
            scene.set(name, running: true)
            _ = scene.step()
            scene.probes[name] = FleetObservation.Probe(passedSession: 1)
            _ = scene.step()
            _ = scene.step(after: 11)
            #expect(scene.state(name) == .parking)
            _ = scene.step()
            scene.starts[name] = .succeeded
            scene.set(name, running: false, active: true)
            _ = scene.step()
            #expect(scene.state(name) == .standby)
        }
        #expect(scene.step().isEmpty, "no second time, and a saved one connects anew in any case")
        #expect(scene.names == ["vm1"])
    }

    @Test("an order that comes while one is refreshed takes it into service")
    func orderDuringRefresh() {
        var scene = scene()
        scene.fleet.settings.standby.refresh = .seconds(3600)
        fill("vm2", &scene)
        _ = scene.step(after: 3601)
        _ = scene.step()
        scene.starts["vm2"] = .succeeded
        scene.set("vm2", running: true)
        _ = scene.step()
        _ = scene.order()
        #expect(scene.state("vm3") == .off, "the one that is awake is nearer")
        scene.probes["vm2"] = FleetObservation.Probe(passedSession: 1)
        _ = scene.step()
        #expect(scene.names == ["vm1", "vm2"])
    }

    @Test("neither more than the maximum nor more than the host has room for")
    func bounded() {
        var scene = scene(paused: 2)
        scene.fleet.settings.maximum = 2
        fill("vm2", &scene)
        _ = scene.step(after: 10)
        #expect(scene.fleet.counted == 2 && scene.state("vm3") == .off)
        scene.fleet.settings.maximum = 3
        scene.hostRoom = 0
        _ = scene.step(after: 10)
        #expect(scene.state("vm3") == .off)
        scene.hostRoom = 1
        _ = scene.step()
        #expect(scene.state("vm3") == .starting)
    }

    @Test("a maximum that was lowered empties the pool, and scale in stops instead of parking")
    func loweredMaximum() {
        var scene = scene(paused: 1)
        fill("vm2", &scene)
        scene.fleet.settings.maximum = 1
        _ = scene.step()
        #expect(scene.state("vm2") == .stopping)
        scene.set("vm2", running: false)
        _ = scene.step()
        #expect(scene.state("vm2") == .off)
        scene.fleet.settings.maximum = 0
        _ = scene.scaleIn(work: ["vm1": 0])
        scene.acknowledged = ["vm1"]
        scene.work("vm1", pending: 0, accepting: false)
        _ = scene.step()
        _ = scene.step(after: 2)
        #expect(scene.state("vm1") == .stopping)
    }

    @Test("a pool that has become too large is emptied, and the paused are not asked to shut down")
    func shrunk() {
        var scene = scene()
        fill("vm2", &scene)
        scene.fleet.settings.standby = StandbyPolicy()
        _ = scene.step()
        #expect(scene.state("vm2") == .stopping)
        #expect(scene.step().actions == [.destroy(uuid: "vm2")])
        scene.set("vm2", running: false)
        _ = scene.step()
        #expect(scene.state("vm2") == .off)
    }

    @Test("somebody who resumes or destroys one by hand is taken at his word")
    func byHand() {
        var scene = scene()
        fill("vm2", &scene)
        scene.set("vm2", running: true)
        #expect(scene.step().actions.contains(.wake(uuid: "vm2")))
        scene.probes["vm2"] = FleetObservation.Probe(passedSession: 1)
        _ = scene.step()
        #expect(scene.names == ["vm1", "vm2"])
        var other = self.scene()
        fill("vm2", &other)
        other.set("vm2", running: false)
        _ = other.step()
        #expect(other.state("vm2") == .off || other.state("vm2") == .starting)
    }
}
