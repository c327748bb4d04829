import Autoscaling
import Foundation
import Testing
import Wire

@testable import Lifecycle

@Suite("Instances without an agent")
struct FleetAgentlessTests {
    private func scene(_ names: [String] = ["vm1", "vm2"], _ change: (inout FleetSettings) -> Void = { _ in }) -> Scene
    {
        Scene(names) { settings in
            settings.hasAgents = false
            settings.drainFor = .seconds(20)
            change(&settings)
        }
    }

    private func serving() -> Scene {
        var scene = scene()
        _ = scene.step()
        for name in ["vm1", "vm2"] { scene.serveOwned(name) }
        return scene
    }

    @Test("started, located, probed, told, by the same states as any other")
    func comes() {
        var scene = scene()
        _ = scene.step()
        _ = scene.order()
        _ = scene.step()
        scene.starts["vm1"] = .succeeded
        scene.set("vm1", running: true)
        let started = scene.step()
        #expect(scene.state("vm1") == .booting)
        #expect(started.events.last?.detail == "the domain runs; its address is awaited")
        scene.connect("vm1")
        let located = scene.step()
        #expect(scene.state("vm1") == .probing)
        #expect(located.events.map(\.kind) == [.instanceLocated])
        #expect(located.events.last?.detail == "its address is known; it serves at https://192.168.122.150:8000")
        #expect(scene.names.isEmpty, "nobody is told of one whose probe has not passed")
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 1)
        _ = scene.step()
        #expect(scene.names == ["vm1"])
    }

    @Test("one without an address fails at its deadline, and is told how to find out why")
    func noAddress() {
        var scene = scene()
        _ = scene.step()
        _ = scene.order()
        _ = scene.step()
        scene.starts["vm1"] = .succeeded
        scene.set("vm1", running: true)
        _ = scene.step()
        let failed = scene.step(after: 61)
        #expect(scene.state("vm1") == .failed)
        #expect(failed.events.first?.detail.contains("virsh domifaddr") == true)
    }

    @Test("drains by time: from the last acknowledgement on, and no command goes to an agent")
    func drains() {
        var scene = serving()
        _ = scene.scaleIn()
        #expect(scene.names == ["vm1"], "clients are told at once")
        #expect(scene.step(after: 3).actions.isEmpty, "while clients may still send, its time does not begin")
        scene.acknowledged = ["vm2"]
        #expect(scene.step(after: 1).actions.isEmpty)
        #expect(scene.step(after: 19).actions.isEmpty)
        #expect(scene.state("vm2") == .draining)
        let drained = scene.step(after: 1)
        #expect(scene.state("vm2") == .stopping)
        #expect(drained.events.last?.detail.hasPrefix("20.0 seconds have passed since it was withdrawn") == true)
        #expect(scene.step().actions == [.shutdown(uuid: "vm2")])
        scene.set("vm2", running: false)
        _ = scene.step()
        #expect(scene.state("vm2") == .off)
        #expect(!scene.allActions.contains { if case .drain = $0 { true } else { false } })
    }

    @Test("a client that acknowledges nothing has its lease, and the time to drain comes after it")
    func lease() {
        var scene = serving()
        _ = scene.scaleIn()
        _ = scene.step(after: 5)
        _ = scene.step(after: 19)
        #expect(scene.state("vm2") == .draining)
        _ = scene.step(after: 2)
        #expect(scene.state("vm2") == .stopping)
    }

    @Test("one whose time to drain was cut off by drain.timeout is said to have an unknown number of requests")
    func overdue() {
        var scene = scene { $0.drain.timeout = .seconds(15) }
        _ = scene.step()
        for name in ["vm1", "vm2"] { scene.serveOwned(name) }
        _ = scene.scaleIn()
        scene.acknowledged = ["vm2"]
        _ = scene.step(after: 1)
        let over = scene.step(after: 15)
        #expect(scene.state("vm2") == .stopping)
        #expect(
            over.events.contains { $0.kind == .instanceDrained && $0.detail.contains("unknown number of requests") }
        )
    }

    @Test("an address of another run is not of this one: it is withdrawn until it is found and probed again")
    func anotherRun() {
        var scene = serving()
        scene.agents["vm1"] = nil
        let lost = scene.step()
        #expect(scene.state("vm1") == .unhealthy && scene.names == ["vm2"])
        #expect(lost.events.last?.detail == "its address is not known any more")
        scene.connect("vm1", session: 2)
        _ = scene.step()
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 1)
        _ = scene.step()
        #expect(scene.state("vm1") == .unhealthy, "a probe of the run before does not count")
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 2)
        _ = scene.step()
        #expect(scene.names == ["vm1", "vm2"])
    }

    @Test("after a start of the controller its endpoint stays while the hypervisor is silent, and a moment more")
    func restart() {
        var before = serving()
        _ = before.step()
        var settings = FleetSettings()
        settings.hasAgents = false
        var fleet = Fleet(
            settings: settings,
            ledger: Array(before.fleet.instances.values),
            now: .seconds(0),
            date: Scene.begin
        )
        for second in stride(from: 1.0, through: 100, by: 1) {
            _ = fleet.step(FleetObservation(domains: nil), now: .seconds(second), date: Scene.begin)
        }
        #expect(fleet.endpoints.map(\.name) == ["vm1", "vm2"])
        let domains = before.domains
        _ = fleet.step(FleetObservation(domains: domains), now: .seconds(114), date: Scene.begin)
        #expect(fleet.endpoints.count == 2, "its address is looked for")
        _ = fleet.step(FleetObservation(domains: domains), now: .seconds(116), date: Scene.begin)
        #expect(fleet.endpoints.isEmpty)
    }

    @Test("paused ones need nobody to connect anew after a start of the controller")
    func standby() {
        var row = Instance(uuid: "vm1", name: "vm1", since: Scene.begin)
        row.state = .standby
        row.standby = .paused
        row.isOwned = true
        for hasAgents in [true, false] {
            var settings = FleetSettings()
            settings.hasAgents = hasAgents
            settings.standby.paused = 1
            var serving = Instance(uuid: "vm2", name: "vm2", since: Scene.begin)
            serving.state = .inService
            serving.endpoint = Endpoint(id: "vm2", name: "vm2", url: "https://a")
            var fleet = Fleet(settings: settings, ledger: [row, serving], now: .seconds(0), date: Scene.begin)
            let domains = ["vm1", "vm2"].map {
                FleetObservation.Domain(uuid: $0, name: $0, isRunning: $0 == "vm2", isActive: true)
            }
            let step = fleet.step(FleetObservation(domains: domains), now: .seconds(1), date: Scene.begin)
            #expect(step.events.contains { $0.kind == .standbyRefreshed } == hasAgents)
        }
    }

    @Test("with a slow start clients are told since when one is in service, to the second, and for how long it starts")
    func slowStart() {
        var scene = Scene(["vm1"], running: ["vm1"])
        scene.bringUp("vm1")
        #expect(scene.fleet.endpoints.first?.since == nil && scene.fleet.endpoints.first?.slowStartSeconds == nil)
        let begin = scene.date.timeIntervalSince1970
        scene.fleet.settings.slowStart = .seconds(30)
        _ = scene.step(after: 0.7)
        let told = scene.fleet.endpoints.first
        #expect(told?.since?.timeIntervalSince1970 == begin.rounded(.down) && told?.slowStartSeconds == 30)
        _ = scene.step(after: 100)
        #expect(scene.fleet.endpoints.first == told, "what was told stays the same")
        #expect(scene.state("vm1") == .inService, "the address that its agent has is no other one")
    }
}
