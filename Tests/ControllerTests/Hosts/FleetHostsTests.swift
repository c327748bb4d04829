import Autoscaling
import Foundation
import Testing
import Wire

@testable import Lifecycle

/// One fleet on several hosts: where it grows, and what happens when one of them is silent, lost, emptied or has what
/// another one has.
@Suite("A fleet on several hosts") struct FleetHostsTests {
    /// Hosts `a` and `b`, with `a1`, `a2`, … on the first and `b1`, `b2`, … on the second.
    private func scene(_ names: [String], settings: (inout FleetSettings) -> Void = { _ in }) -> Scene {
        var scene = Scene(names, settings: settings)
        scene.hosts = [HostFacts(name: "a"), HostFacts(name: "b")]
        scene.domains = scene.domains?.map { domain in
            var domain = domain
            domain.host = String(domain.name.prefix(1))
            return domain
        }
        return scene
    }

    /// Hides what a silent host has.
    private func silence(_ host: String, _ scene: inout Scene) {
        scene.hosts = scene.hosts.map { facts in
            var facts = facts
            if facts.name == host { facts.answers = false }
            return facts
        }
        scene.domains = scene.domains?.filter { $0.host != host }
    }

    private func change(_ host: String, _ scene: inout Scene, _ change: (inout HostFacts) -> Void) {
        for index in scene.hosts.indices where scene.hosts[index].name == host { change(&scene.hosts[index]) }
    }

    @Test("the order goes to the host with room, and says where and why not elsewhere")
    func room() {
        var scene = scene(["a1", "a2", "b1"])
        change("a", &scene) { $0.room = HostRoom(memoryAvailable: 0) }
        change("b", &scene) { $0.room = HostRoom(memoryAvailable: 1) }
        _ = scene.step()
        #expect(scene.fleet.instances["a1"]?.host == "a")
        var observation = FleetObservation(domains: scene.domains)
        observation.hosts = scene.hosts
        #expect(scene.fleet.startable(observation).count == 1)
        let order = scene.order()
        #expect(scene.state("b1") == .starting)
        #expect(
            order.events.first?.detail.contains("on host b (0 of the group there), not on a: it has no room") == true
        )
        _ = scene.order()
        #expect(scene.state("a1") == .off, "there is no room for another one")
    }

    @Test("instances are spread; a host that withholds CPU, or is cordoned, takes none")
    func spread() {
        var scene = scene(["a1", "a2", "b1", "b2"])
        _ = scene.step()
        _ = scene.order()
        _ = scene.order()
        #expect(scene.state("a1") == .starting && scene.state("b1") == .starting)
        change("a", &scene) { $0.isStarved = true }
        _ = scene.step()
        _ = scene.order()
        #expect(scene.state("b2") == .starting && scene.state("a2") == .off)
        change("a", &scene) { ($0.isStarved, $0.isCordoned) = (false, true) }
        _ = scene.step()
        _ = scene.order()
        #expect(scene.state("a2") == .off)
        change("a", &scene) { $0.isCordoned = false }
        _ = scene.step()
        _ = scene.order()
        #expect(scene.state("a2") == .starting)
    }

    @Test("when every host withholds CPU, none is left out for it")
    func allStarved() {
        var scene = scene(["a1", "b1"])
        for host in ["a", "b"] { change(host, &scene) { $0.isStarved = true } }
        _ = scene.step()
        _ = scene.order()
        #expect(scene.state("a1") == .starting)
    }

    @Test("no more than most-per-host, and only where the labels are")
    func limits() {
        var scene = scene(["a1", "a2", "b1", "b2"]) { settings in
            settings.placement = PlacementPolicy(required: ["zone": "x"], mostPerHost: 1)
        }
        change("a", &scene) { $0.labels = ["zone": "x"] }
        _ = scene.step()
        _ = scene.order()
        _ = scene.order()
        #expect(scene.fleet.instances.values.filter { $0.state == .starting }.map(\.name) == ["a1"])
    }

    @Test("a clone is made where placement says; its host is in its row")
    func clone() {
        var scene = scene(["b1"]) { $0.template = TemplateConfiguration(source: .domain("base"), name: "fib-{n}") }
        change("a", &scene) { $0.cloneObstacle = "has no domain 'base' to clone" }
        _ = scene.step()
        scene.serveOwned("b1")
        _ = scene.order()
        #expect(scene.fleet.instances["fib-1"]?.host == "b")
        change("a", &scene) { $0.cloneObstacle = nil }
        _ = scene.step()
        _ = scene.order()
        #expect(scene.fleet.instances["fib-2"]?.host == "a")
    }

    @Test("the standby pool is spread over the hosts")
    func pool() {
        var scene = scene(["a1", "a2", "a3", "b1", "b2"]) { $0.standby = StandbyPolicy(paused: 2) }
        _ = scene.step()
        scene.serveOwned("a1")
        var parked: [String] = []
        for _ in 0..<2 {
            _ = scene.step()
            guard let next = scene.fleet.instances.values.first(where: { $0.goal == .standby && $0.state == .starting })
            else { break }
            parked.append(next.name)
            scene.boot(next.name)
            _ = scene.step()
            scene.set(next.name, running: false, active: true)
            _ = scene.step()
            #expect(scene.state(next.name) == .standby)
        }
        #expect(Set(parked.map { $0.prefix(1) }) == ["a", "b"])
    }

    @Test("libvirt silent and agents alive: it serves on, and nothing is started or stopped there")
    func silent() {
        var scene = scene(["a1", "a2", "b1"])
        _ = scene.step()
        scene.serveOwned("a1")
        silence("a", &scene)
        scene.allActions = []
        for _ in 0..<200 { _ = scene.step() }
        #expect(scene.names == ["a1"])
        #expect(scene.fleet.lostHosts.isEmpty)
        #expect(scene.allActions.isEmpty)
        #expect(scene.fleet.removable == 0)
        _ = scene.scaleIn()
        #expect(scene.state("a1") == .inService)
        _ = scene.order()
        #expect(scene.state("b1") == .starting)
        #expect(scene.state("a2") == .off)
        #expect(scene.fleet.instances.count == 3, "a silent host's domains are not gone")
    }

    @Test("both silent: lost after its time, replaced elsewhere, taken in again when it is back")
    func lost() {
        var scene = scene(["a1", "a2", "b1"]) { ($0.hostLostAfter, $0.maximum) = (.seconds(60), 2) }
        _ = scene.step()
        scene.serveOwned("a1")
        let all = scene.domains
        silence("a", &scene)
        // The network is gone, and its stream looks open; the probes find it out.
        scene.agents["a1"]?.isReporting = false
        scene.probes["a1"]?.failures = 3
        _ = scene.step()
        scene.probes["a1"] = nil
        for _ in 0..<58 { _ = scene.step() }
        #expect(scene.names.isEmpty)
        #expect(scene.fleet.lostHosts.isEmpty)
        #expect(scene.fleet.coming(at: .seconds(scene.second)) == 1, "it is waited for")
        for _ in 0..<3 { _ = scene.step() }
        #expect(scene.fleet.lostHosts == ["a"])
        #expect(scene.events.last { $0.kind == .hostLost } != nil)
        #expect(scene.fleet.coming(at: .seconds(scene.second)) == 0)
        #expect(scene.fleet.counted == 0)
        scene.allActions = []
        _ = scene.order()
        _ = scene.order()
        #expect(scene.state("b1") == .starting)
        #expect(scene.state("a2") == .off && scene.state("a1") == .unhealthy)
        for _ in 0..<300 { _ = scene.step() }
        let touched = scene.allActions.filter { action in
            switch action {
            case .start(let uuid), .destroy(let uuid, _), .shutdown(let uuid), .resume(let uuid, _): uuid.hasPrefix("a")
            default: false
            }
        }
        #expect(touched.isEmpty)
        #expect(!scene.fleet.breaker.isOpen(at: .seconds(scene.second)))
        scene.hosts = [HostFacts(name: "a"), HostFacts(name: "b")]
        scene.domains = all
        scene.set("b1", running: true)
        scene.connect("a1", session: 2)
        _ = scene.step()
        scene.probes["a1"] = FleetObservation.Probe(passedSession: 2)
        _ = scene.step()
        #expect(scene.fleet.lostHosts.isEmpty)
        #expect(scene.state("a1") == .inService)
        #expect(scene.events.contains { $0.kind == .hostReturned })
    }

    @Test("the same UUID on two hosts is told of, and neither is touched until one is gone")
    func sameUUID() {
        var scene = scene(["a1", "b1"])
        _ = scene.step()
        guard var copy = scene.domains?.first(where: { $0.name == "a1" }) else { return }
        copy.host = "b"
        scene.domains?.append(copy)
        _ = scene.step()
        #expect(scene.events.filter { $0.kind == .instanceDisputed }.count == 1)
        #expect(scene.fleet.reserve.map(\.name) == ["b1"])
        _ = scene.order()
        _ = scene.order()
        #expect(scene.state("a1") == .off)
        scene.domains?.removeLast()
        _ = scene.step()
        #expect(scene.events.contains { $0.kind == .instanceSettled })
        _ = scene.order()
        #expect(scene.state("a1") == .starting)
    }

    @Test("what a silent host may still run is started on no other host that shows it")
    func sameUUIDWhileSilent() {
        var scene = scene(["a1", "b1"])
        _ = scene.step()
        let moved = scene.domains?.first { $0.name == "a1" }
        silence("a", &scene)
        if var moved {
            moved.host = "b"
            scene.domains?.append(moved)
        }
        for _ in 0..<100 { _ = scene.step() }
        _ = scene.order()
        _ = scene.order()
        #expect(scene.state("a1") == .off)
        #expect(scene.events.contains { $0.kind == .instanceDisputed && $0.instance == "a1" })
        change("a", &scene) { $0.answers = true }
        _ = scene.step()
        #expect(scene.fleet.instances["a1"]?.host == "b", "its host says that it has it no longer")
    }

    @Test("the same name on two hosts is told of, and neither is touched")
    func sameName() {
        var scene = scene(["a1", "b1"])
        scene.domains?[1].name = "a1"
        _ = scene.step()
        _ = scene.order()
        #expect(scene.fleet.instances.isEmpty)
        #expect(scene.events.filter { $0.kind == .instanceDisputed }.count == 2)
    }

    @Test("evacuation starts others elsewhere first and drains then; it can be broken off")
    func evacuation() {
        var scene = scene(["a1", "a2", "b1", "b2"]) { $0.maximum = 4 }
        _ = scene.step()
        scene.serveOwned("a1")
        change("a", &scene) { ($0.isCordoned, $0.isEvacuating) = (true, true) }
        _ = scene.step()
        #expect(scene.state("a1") == .inService, "nobody has taken its place yet")
        #expect(scene.state("b1") == .starting)
        #expect(scene.fleet.beingEvacuated == 1)
        scene.boot("b1")
        _ = scene.step()
        #expect(scene.state("b1") == .inService)
        #expect(scene.state("a1") == .draining)
        change("a", &scene) { ($0.isCordoned, $0.isEvacuating) = (false, false) }
        _ = scene.step()
        #expect(scene.fleet.beingEvacuated == 0)
        #expect(scene.state("a2") == .off)
    }

    @Test("where those elsewhere suffice none is started; a scale in takes those that have to leave first")
    func evacuationOfSurplus() {
        var scene = scene(["a1", "b1", "b2"])
        _ = scene.step()
        for name in ["a1", "b1", "b2"] {
            _ = scene.order()
            scene.boot(name)
        }
        scene.fleet.desired = 3
        change("b", &scene) { ($0.isCordoned, $0.isEvacuating) = (true, true) }
        _ = scene.step()
        #expect(scene.names == ["a1", "b1", "b2"], "nothing can take their places")
        _ = scene.scaleIn()
        #expect(scene.names.count == 2 && scene.names.first == "a1")
        scene.fleet.desired = 1
        _ = scene.step()
        #expect(scene.names == ["a1"])
    }

    @Test("where max leaves no room for another one, one leaves first")
    func evacuationAtMax() {
        var scene = scene(["a1", "b1", "b2"]) { $0.maximum = 2 }
        _ = scene.step()
        scene.serveOwned("a1")
        _ = scene.order()
        scene.boot("b1")
        change("a", &scene) { ($0.isCordoned, $0.isEvacuating) = (true, true) }
        _ = scene.step()
        #expect(scene.state("a1") == .draining)
        #expect(scene.state("b2") == .off)
    }

    @Test("rows of versions that knew one host get its name")
    func oldRows() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        #expect(scene.fleet.instances["vm1"]?.host == nil)
        scene.hosts = [HostFacts(name: "here")]
        scene.domains?[0].host = "here"
        let step = scene.step()
        #expect(step.changed.map(\.host) == ["here"])
    }
}
