import Autoscaling
import Foundation
import Testing

@testable import Lifecycle

@Suite("How instances leave")
struct FleetScaleInTests {
    /// Two instances in service that the fleet itself started.
    func scene(_ settings: (inout FleetSettings) -> Void = { _ in }) -> Scene {
        var scene = Scene(["vm1", "vm2"], settings: settings)
        _ = scene.step()
        for name in ["vm1", "vm2"] { scene.serveOwned(name) }
        return scene
    }

    @Test("told, acknowledged, drained, settled, shut down, off: in that order")
    func wholeWay() {
        var scene = scene()
        let order = scene.scaleIn(work: ["vm1": 3, "vm2": 0])
        #expect(scene.state("vm2") == .draining)
        #expect(scene.names == ["vm1"], "clients are told at once")
        #expect(order.events.map(\.kind) == [.instanceDraining])
        #expect(scene.step().actions.isEmpty, "while clients may still send, it serves")
        scene.acknowledged = ["vm2"]
        #expect(scene.step().actions == [.drain(uuid: "vm2", alternatives: ["https://192.168.122.150:8000"])])
        scene.work("vm2", pending: 2, accepting: false)
        #expect(scene.step().actions.isEmpty, "it finishes what it has")
        scene.work("vm2", pending: 0, accepting: false)
        #expect(scene.step().actions.isEmpty, "the last answer may be on the wire")
        _ = scene.step(after: 2)
        #expect(scene.state("vm2") == .stopping)
        #expect(scene.step().actions == [.shutdown(uuid: "vm2")])
        scene.set("vm2", running: false)
        _ = scene.step()
        #expect(scene.state("vm2") == .off)
        #expect(scene.fleet.reserve.map(\.name) == ["vm2"])
        #expect(!scene.allActions.contains(.destroy(uuid: "vm2")))
    }

    @Test("a client that acknowledges nothing is waited for as long as its lease, no longer")
    func lease() {
        var scene = scene()
        _ = scene.scaleIn()
        #expect(scene.step(after: 4).actions.isEmpty)
        #expect(scene.step(after: 1).actions.contains { if case .drain("vm2", _) = $0 { true } else { false } })
    }

    @Test("a guest that holds is kept until its time is over, then told so and stopped")
    func veto() {
        var scene = scene { $0.drain.timeout = .seconds(60) }
        _ = scene.scaleIn()
        scene.acknowledged = ["vm2"]
        scene.work("vm2", pending: 0, accepting: false, holding: true)
        _ = scene.step(after: 50)
        #expect(scene.state("vm2") == .draining)
        let over = scene.step(after: 11)
        #expect(scene.state("vm2") == .stopping)
        #expect(over.events.contains { $0.kind == .instanceDrained && $0.detail.contains("asks to be kept") })
    }

    @Test("a guest that does not shut down is destroyed when its time is over")
    func stuckShutdown() {
        var scene = scene { $0.drain.stopTimeout = .seconds(30) }
        _ = scene.scaleIn()
        scene.acknowledged = ["vm2"]
        scene.work("vm2", pending: 0, accepting: false)
        _ = scene.step()
        _ = scene.step(after: 2)
        #expect(scene.step(after: 20).actions == [.shutdown(uuid: "vm2")])
        #expect(scene.step(after: 29).actions == [.shutdown(uuid: "vm2")])
        #expect(scene.step(after: 2).actions == [.destroy(uuid: "vm2")])
    }

    @Test("a guest is asked to shut down before it is destroyed, also when the hypervisor was away until now")
    func asksFirst() {
        var scene = scene { $0.drain.stopTimeout = .seconds(30) }
        _ = scene.scaleIn()
        scene.acknowledged = ["vm2"]
        scene.work("vm2", pending: 0, accepting: false)
        _ = scene.step()
        _ = scene.step(after: 2)
        let domains = scene.domains
        scene.domains = nil
        _ = scene.step(after: 300)
        scene.domains = domains
        #expect(scene.step().actions == [.shutdown(uuid: "vm2")])
        #expect(scene.step(after: 29).actions == [.shutdown(uuid: "vm2")])
        #expect(scene.step(after: 2).actions == [.destroy(uuid: "vm2")])
    }

    @Test("an agent that is lost while it drains is waited for until its time is over")
    func lostAgent() {
        var scene = scene()
        _ = scene.scaleIn()
        scene.acknowledged = ["vm2"]
        scene.agents["vm2"]?.isConnected = false
        scene.agents["vm2"]?.work = nil
        _ = scene.step(after: 59)
        #expect(scene.state("vm2") == .draining, "nobody knows what it has in flight")
        _ = scene.step(after: 2)
        #expect(scene.state("vm2") == .stopping)
    }

    @Test("what is protected or was not started here is never taken")
    func spared() {
        var scene = Scene(["vm1", "vm2", "vm3"], running: ["vm1"])
        _ = scene.step()
        scene.bringUp("vm1")
        for name in ["vm2", "vm3"] { scene.serveOwned(name) }
        _ = scene.fleet.protect("vm3", true, by: "boss", date: scene.date)
        _ = scene.scaleIn(by: 3)
        #expect(scene.state("vm1") == .inService, "somebody else started it")
        #expect(scene.state("vm2") == .draining)
        #expect(scene.state("vm3") == .inService, "protected")
    }

    @Test("the least work goes first, then the youngest; the record says why")
    func victim() {
        var scene = scene()
        let order = scene.scaleIn(work: ["vm1": 1, "vm2": 1])
        #expect(scene.state("vm2") == .draining, "of equals the youngest")
        #expect(order.events.first?.detail.contains("1 requests there") == true)
    }

    /// vm2 has finished its work, and the hook after draining runs.
    private func finished(_ settings: (inout FleetSettings) -> Void = { _ in }) -> Scene {
        var scene = scene {
            $0.hooks = [.afterDraining]
            settings(&$0)
        }
        _ = scene.scaleIn()
        scene.acknowledged = ["vm2"]
        scene.work("vm2", pending: 0, accepting: false)
        _ = scene.step()
        #expect(scene.step(after: 2).actions == [.runHook(uuid: "vm2", name: "vm2", point: .afterDraining)])
        scene.hooks["vm2"] = [.afterDraining: .underWay]
        _ = scene.step()
        #expect(scene.state("vm2") == .draining)
        return scene
    }

    @Test("the hook after draining is waited for")
    func hook() {
        var scene = finished()
        scene.hooks["vm2"] = [.afterDraining: .passed]
        _ = scene.step()
        #expect(scene.state("vm2") == .stopping)
    }

    @Test("one whose hook after draining failed is held until its time is over, then stopped, never parked")
    func hookFails() {
        var scene = finished()
        scene.fleet.settings.standby.paused = 1
        scene.hooks["vm2"] = [.afterDraining: .failed("no")]
        let held = scene.step()
        #expect(scene.state("vm2") == .draining)
        #expect(held.events.map(\.kind) == [.hookFailed] && held.events.first?.instance == "vm2")
        #expect(scene.fleet.instances["vm2"]?.reason.contains("after-draining failed: no") == true)
        #expect(scene.step(after: 10).isEmpty, "told once")
        _ = scene.step(after: 60)
        #expect(scene.state("vm2") == .stopping)
        #expect(scene.events.last { $0.kind == .instanceDrained }?.detail.contains("after-draining failed: no") == true)
    }

    @Test("the hook before in service holds it back, and its failure fails the start")
    func hookBefore() {
        var scene = Scene(["vm1"]) { $0.hooks = [.beforeInService] }
        _ = scene.step()
        scene.serveOwned("vm1")
        #expect(scene.state("vm1") == .probing)
        #expect(scene.allActions.contains(.runHook(uuid: "vm1", name: "vm1", point: .beforeInService)))
        scene.hooks["vm1"] = [.beforeInService: .failed("refused")]
        _ = scene.step()
        #expect(scene.state("vm1") == .failed)
        #expect(scene.names.isEmpty)
    }

    @Test("a restart in the middle of draining goes on with it")
    func restart() {
        var scene = scene()
        _ = scene.scaleIn()
        let ledger = scene.fleet.ordered
        scene.fleet = Fleet(
            settings: scene.fleet.settings,
            ledger: ledger,
            now: .seconds(scene.second),
            date: scene.date
        )
        #expect(scene.names == ["vm1"])
        #expect(scene.step(after: 1).actions.isEmpty, "clients get the lease anew")
        #expect(scene.step(after: 5).actions.contains { if case .drain("vm2", _) = $0 { true } else { false } })
    }

    @Test("an unhealthy instance is replaced after a while, one at a time")
    func replaced() {
        var scene = scene()
        for name in ["vm1", "vm2"] { scene.agents[name]?.isConnected = false }
        _ = scene.step()
        #expect(scene.state("vm1") == .unhealthy && scene.state("vm2") == .unhealthy)
        let step = scene.step(after: 61)
        #expect(step.events.filter { $0.kind == .instanceReplaced }.count == 1)
        #expect(Set([scene.state("vm1"), scene.state("vm2")]) == [.failed, .unhealthy])
    }

    @Test("starts that fail again and again stop for a while, longer each time; success or an operator ends it")
    func breaker() {
        var scene = Scene(["vm1", "vm2", "vm3"]) { $0.limits.attempts = 100 }
        _ = scene.step()
        _ = scene.order()
        for _ in 1...3 {
            _ = scene.step()
            scene.starts["vm1"] = .failed("no such disk")
            _ = scene.step()
        }
        #expect(scene.events.filter { $0.kind == .breakerOpened }.count == 1)
        #expect(scene.fleet.breaker.reason(at: .seconds(scene.second))?.contains("no such disk") == true)
        #expect(scene.step().actions.isEmpty, "nothing is started")
        _ = scene.step(after: 61)
        #expect(scene.state("vm1") == .starting, "one attempt")
        _ = scene.step()
        scene.starts["vm1"] = .failed("no such disk")
        _ = scene.step()
        _ = scene.step(after: 61)
        #expect(scene.state("vm1") == .failed, "the pause is twice as long now")
        let retry = scene.fleet.retry(nil, by: "boss", now: .seconds(scene.second), date: scene.date)
        #expect(retry.events.map(\.kind) == [.breakerClosed, .groupRetried])
        #expect(retry.events.allSatisfy { $0.by == "boss" })
        _ = scene.step()
        #expect(scene.state("vm1") == .starting)
    }
}
