import Autoscaling
import Foundation
import Testing

@testable import Lifecycle

@Suite("Starts that wait for room on the host")
struct FleetRoomTests {
    /// What a domain of one GiB lacks on a host that has nothing left.
    static let shortage = HostShortage(
        need: HostRoom.Need(memory: 1 << 30, vCPUs: 1),
        room: HostRoom(memoryAvailable: 512 << 20, memoryKept: 512 << 20)
    )

    private func observation(_ scene: Scene, free: UInt64) -> FleetObservation {
        FleetObservation(
            domains: scene.domains,
            hostRoom: HostRoom(memoryAvailable: free),
            cloneNeed: HostRoom.Need(memory: 1, vCPUs: 1)
        )
    }

    @Test("what the host has no room for is known at the first look, with the domain's name, need and what is free")
    func firstLook() {
        var scene = Scene(["vm1", "vm2"])
        let full = observation(scene, free: 0)
        _ = scene.fleet.step(full, now: .seconds(1), date: scene.date)
        #expect(scene.fleet.startable(full).count == 0)
        #expect(scene.fleet.startable(full).shortage?.hasPrefix("vm1 needs 1 B of memory; the host has 0 B") == true)
        #expect(scene.fleet.startable(observation(scene, free: 1)).count == 1)
        #expect(scene.fleet.startable(observation(scene, free: 2)) == Fleet.Startable(count: 2, shortage: nil))
    }

    @Test("what is ordered and does not run yet has its share: nothing more is ordered on the same room")
    func ordered() {
        var scene = Scene(["vm1", "vm2"])
        _ = scene.step()
        _ = scene.order()
        #expect(scene.fleet.startable(observation(scene, free: 1)).count == 0)
        #expect(scene.fleet.startable(observation(scene, free: 2)).count == 1)
    }

    @Test("a start that waits is named at once and once, counts as capacity, and its time begins when it is told")
    func waits() {
        var scene = Scene(["vm1", "vm2"])
        _ = scene.step()
        _ = scene.order()
        _ = scene.step()
        scene.starts["vm1"] = .waiting(Self.shortage)
        scene.events = []
        let first = scene.step()
        #expect(first.actions == [.start(uuid: "vm1")], "it is tried again at each look")
        #expect(
            scene.fleet.instances["vm1"]?.reason
                == "waits for room on the host: it needs 1 GiB of memory; the host has 512 MiB available and keeps "
                + "512 MiB free (memory-reserve)"
        )
        for _ in 0..<20 { _ = scene.step(after: 60) }
        #expect(scene.events.map(\.kind) == [.scaleOutBlocked])
        #expect(scene.events.first?.instance == "vm1")
        #expect(scene.state("vm1") == .starting)
        #expect(scene.fleet.coming(at: .seconds(scene.second)) == 1, "one wanted, one ordered")
        #expect(scene.fleet.instances["vm1"]?.failures == 0)
        #expect(scene.fleet.waitingForRoom?.hasPrefix("vm1 waits for room on the host: it needs 1 GiB") == true)

        scene.starts["vm1"] = .underWay
        _ = scene.step()
        #expect(scene.fleet.instances["vm1"]?.reason == "the host has room for it now")
        #expect(scene.fleet.waitingForRoom == nil)
        let told = scene.date
        _ = scene.step(after: 30)
        scene.starts["vm1"] = .succeeded
        scene.set("vm1", running: true)
        _ = scene.step()
        #expect(scene.state("vm1") == .booting)
        #expect(scene.fleet.instances["vm1"]?.since == told, "the ledger counts from when libvirt was told as well")
        _ = scene.step(after: 28)
        #expect(scene.state("vm1") == .booting)
        _ = scene.step(after: 2)
        #expect(scene.state("vm1") == .failed)
    }

    @Test("the same for one that is resumed from disk, for a clone that is made, and for one behind other orders")
    func otherOrders() {
        var saved = Scene(["vm1"])
        _ = saved.step()
        var row = Instance(uuid: "vm1", name: "vm1", since: Scene.begin)
        (row.state, row.standby, row.goal, row.isOwned) = (.resuming, .saved, .service, true)
        saved.fleet = Fleet(settings: saved.fleet.settings, ledger: [row], now: .seconds(0), date: Scene.begin)
        saved.set("vm1", running: false, saved: true)
        saved.starts["vm1"] = .waiting(Self.shortage)
        for _ in 0..<5 { _ = saved.step(after: 60) }
        #expect(saved.state("vm1") == .resuming && saved.fleet.instances["vm1"]?.failures == 0)
        #expect(saved.events.map(\.kind) == [.scaleOutBlocked])

        for start in [FleetObservation.StartResult.waiting(Self.shortage), .queued] {
            var clones = Scene.clones()
            _ = clones.step()
            _ = clones.order()
            _ = clones.step()
            clones.starts["fib-1"] = start
            for _ in 0..<5 { _ = clones.step(after: 60) }
            #expect(clones.state("fib-1") == .creating && clones.fleet.instances["fib-1"]?.failures == 0)
            #expect(clones.fleet.coming(at: .seconds(clones.second)) == 1)
        }
    }

    @Test("an instance that is parked has its time from when the hypervisor is told, not from the decision")
    func parks() {
        var row = Instance(uuid: "vm1", name: "vm1", since: Scene.begin)
        (row.state, row.standby, row.goal, row.isOwned) = (.parking, .saved, .standby, true)
        var scene = Scene(["vm1"], running: ["vm1"])
        scene.fleet = Fleet(settings: scene.fleet.settings, ledger: [row], now: .seconds(0), date: Scene.begin)
        let domains = scene.domains
        scene.domains = nil
        _ = scene.step(after: 300)
        scene.domains = domains
        let asked = scene.step()
        #expect(asked.actions == [.park(uuid: "vm1", kind: .saved)])
        scene.starts["vm1"] = .queued
        _ = scene.step(after: 300)
        scene.starts["vm1"] = .underWay
        _ = scene.step()
        _ = scene.step(after: 59)
        #expect(scene.state("vm1") == .parking)
        _ = scene.step(after: 2)
        #expect(scene.state("vm1") == .failed)
    }

    @Test("a domain that was stopped and started again before anybody looked has its whole time from then")
    func anotherRun() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        _ = scene.order()
        _ = scene.step()
        scene.starts["vm1"] = .succeeded
        scene.set("vm1", running: true)
        scene.domains?[0].run = 1
        _ = scene.step()
        scene.starts["vm1"] = nil
        _ = scene.step(after: 50)
        scene.domains?[0].run = 2
        _ = scene.step()
        _ = scene.step(after: 59)
        #expect(scene.state("vm1") == .booting)
        _ = scene.step(after: 2)
        #expect(scene.state("vm1") == .failed)
    }

    @Test("a warm pool that cannot be filled for lack of room says so once, and while it lasts")
    func pool() {
        var scene = Scene(["vm1", "vm2"]) { $0.standby = StandbyPolicy(paused: 1) }
        _ = scene.step()
        scene.hostRoom = 0
        scene.serveOwned("vm1")
        for _ in 0..<3 { _ = scene.step() }
        let blocked = scene.events.filter { $0.kind == .scaleOutBlocked }
        #expect(blocked.count == 1)
        #expect(
            blocked.first?.detail.hasPrefix(
                "the standby pool holds 0 of 1 and waits for room on the host: vm2 needs 1 B of memory"
            ) == true
        )
        #expect(scene.fleet.waitingForRoom?.contains("the standby pool waits for room") == true)
        scene.hostRoom = 1
        _ = scene.step()
        #expect(scene.state("vm2") == .starting)
        _ = scene.step()
        #expect(scene.fleet.waitingForRoom == nil)
    }

    @Test("one that stopped after its start was seen is off, though the hypervisor was silent since the start")
    func stoppedUnseen() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        _ = scene.order()
        _ = scene.step()
        let domains = scene.domains
        scene.domains = nil
        scene.starts["vm1"] = .succeeded
        scene.connect("vm1")
        _ = scene.step()
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 1)
        _ = scene.step()
        #expect(scene.names == ["vm1"])
        // Read before the start was done: says nothing.
        scene.domains = domains
        _ = scene.step()
        #expect(scene.names == ["vm1"])
        scene.done = ["vm1"]
        _ = scene.step()
        #expect(scene.names.isEmpty && scene.state("vm1") == .off)
    }
}
