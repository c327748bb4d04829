import Autoscaling
import Foundation
import Testing
import Wire

@testable import Lifecycle

@Suite("How instances move")
struct FleetTests {
    @Test("the reserve is started in the order people count in")
    func order() {
        var scene = Scene(["vm10", "vm2", "vm1"])
        _ = scene.step()
        #expect(scene.fleet.reserve.map(\.name) == ["vm1", "vm2", "vm10"])
    }

    @Test("from order to service: start, register, probe, tell, in that order")
    func wholeWay() {
        var scene = Scene(["vm1", "vm2"])
        _ = scene.step()
        let order = scene.order()
        #expect(order.actions.contains(.announceScaling(name: "vm1", reason: "test")))
        #expect(scene.step().actions == [.start(uuid: "vm1")])
        scene.starts["vm1"] = .underWay
        #expect(scene.step().actions.isEmpty)
        scene.starts["vm1"] = .succeeded
        #expect(scene.step().events.map(\.kind) == [.instanceStarted])
        #expect(scene.names.isEmpty)
        scene.connect("vm1")
        let registered = scene.step()
        #expect(registered.events.map(\.kind) == [.agentRegistered])
        #expect(scene.state("vm1") == .probing)
        #expect(scene.names.isEmpty)
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 1)
        let probed = scene.step()
        #expect(probed.events.map(\.kind) == [.instanceProbed])
        #expect(probed.actions.contains(.announceScaled(name: "vm1")))
        #expect(scene.names == ["vm1"])
    }

    @Test("a probe that passed for an earlier session does not count")
    func staleProbe() {
        var scene = Scene(["vm1"], running: ["vm1"])
        scene.connect("vm1", session: 2)
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 1)
        _ = scene.step()
        // Adoption forgets what was known before; what arrives late must not count either.
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 1)
        _ = scene.step()
        #expect(scene.state("vm1") == .probing)
        #expect(scene.names.isEmpty)
    }

    @Test("an agent that never registers: destroy, one retry, then quarantine; clients never hear of it")
    func neverRegisters() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        _ = scene.order()
        for attempt in 1...2 {
            #expect(scene.step().actions == [.start(uuid: "vm1")])
            scene.starts["vm1"] = .succeeded
            scene.set("vm1", running: true)
            _ = scene.step()
            let overdue = scene.step(after: 61)
            #expect(overdue.actions.contains(.destroy(uuid: "vm1")), "attempt \(attempt)")
            scene.set("vm1", running: false)
            _ = scene.step()
        }
        #expect(scene.state("vm1") == .quarantined)
        #expect(scene.events.last?.kind == .instanceQuarantined)
        #expect(scene.events.last?.detail.contains("did not register") == true)
        #expect(scene.fleet.reserve.isEmpty)
        #expect(!scene.events.contains { $0.kind == .instanceProbed })
        // After the quarantine it may be tried again.
        _ = scene.step(after: 1801)
        #expect(scene.fleet.reserve.map(\.name) == ["vm1"])
    }

    @Test("a start that the hypervisor refuses is tried once more")
    func refusedStart() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        _ = scene.order()
        _ = scene.step()
        scene.starts["vm1"] = .failed("no such disk")
        _ = scene.step()
        #expect(scene.state("vm1") == .failed)
        _ = scene.step()
        #expect(scene.state("vm1") == .starting)
        _ = scene.step()
        scene.starts["vm1"] = .failed("no such disk")
        _ = scene.step()
        _ = scene.step()
        #expect(scene.state("vm1") == .quarantined)
        #expect(scene.fleet.instances["vm1"]?.reason.contains("no such disk") == true)
    }

    @Test("a domain that somebody else started is adopted, and never destroyed")
    func adopted() {
        var scene = Scene(["vm1"], running: ["vm1"])
        let first = scene.step()
        #expect(first.events.map(\.kind) == [.instanceAdopted])
        let later = scene.step(after: 100_000)
        #expect(!later.actions.contains(.destroy(uuid: "vm1")))
        #expect(scene.state("vm1") == .booting)
    }

    @Test("a broken command stream withdraws at once; the agent comes back by itself after a new probe")
    func streamBreaks() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        scene.bringUp("vm1")
        #expect(scene.names == ["vm1"])
        scene.agents["vm1"]?.isConnected = false
        #expect(scene.step().events.map(\.kind) == [.instanceUnhealthy])
        #expect(scene.names.isEmpty)
        scene.connect("vm1", session: 2)
        #expect(scene.step().actions.contains { if case .probe(_, _, 2) = $0 { true } else { false } })
        #expect(scene.names.isEmpty)
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 2)
        _ = scene.step()
        #expect(scene.names == ["vm1"])
    }

    @Test("three failed probes withdraw, two do not")
    func failedProbes() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        scene.bringUp("vm1")
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 1, failures: 2, lastFailure: "timed out")
        _ = scene.step()
        #expect(scene.names == ["vm1"])
        scene.probes["vm1"]?.failures = 3
        _ = scene.step()
        #expect(scene.state("vm1") == .unhealthy)
        #expect(scene.events.last?.detail.contains("timed out") == true)
    }

    @Test("a silent hypervisor withdraws nobody and starts nobody")
    func hypervisorGone() {
        var scene = Scene(["vm1", "vm2"])
        _ = scene.step()
        scene.bringUp("vm1")
        _ = scene.order()
        scene.domains = nil
        for _ in 0..<30 {
            #expect(scene.step().actions.isEmpty)
        }
        #expect(scene.names == ["vm1"])
        #expect(scene.state("vm2") == .starting)
    }

    @Test("a domain that stops leaves the set and joins the reserve")
    func domainStops() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        scene.bringUp("vm1")
        scene.set("vm1", running: false)
        _ = scene.step()
        #expect(scene.names.isEmpty)
        #expect(scene.fleet.reserve.map(\.name) == ["vm1"])
    }

    @Test("a domain that somebody pauses leaves the set and returns when it runs again")
    func domainPaused() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        scene.bringUp("vm1")
        scene.set("vm1", running: false, active: true)
        _ = scene.step()
        #expect(scene.names.isEmpty)
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 1)
        _ = scene.step()
        #expect(scene.names.isEmpty, "a paused domain does not serve, whatever a probe said")
        scene.set("vm1", running: true)
        _ = scene.step()
        #expect(scene.names == ["vm1"])
    }

    @Test("an undefined domain is forgotten")
    func undefined() {
        var scene = Scene(["vm1", "vm2"])
        _ = scene.step()
        scene.domains = scene.domains?.filter { $0.name == "vm1" }
        let step = scene.step()
        #expect(step.removed == ["vm2"])
        #expect(step.events.map(\.kind) == [.instanceGone])
    }

    @Test("a renamed domain keeps its place and gets its new name")
    func renamed() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        scene.bringUp("vm1")
        scene.domains = [FleetObservation.Domain(uuid: "vm1", name: "web1", isRunning: true, isActive: true)]
        scene.agents["vm1"]?.endpoint.name = "web1"
        _ = scene.step()
        #expect(scene.names == ["web1"])
    }
}

@Suite("After a restart of the controller")
struct FleetRestartTests {
    /// A fleet from the ledger of another, `gap` seconds later, as after kill -9.
    private func restarted(_ scene: Scene, gap: Double = 1) -> Scene {
        var next = scene
        next.second = scene.second + gap
        next.fleet = Fleet(
            settings: scene.fleet.settings,
            ledger: Array(scene.fleet.instances.values),
            now: .seconds(next.second),
            date: next.date
        )
        next.agents = [:]
        next.starts = [:]
        next.probes = [:]
        next.events = []
        return next
    }

    @Test("an endpoint is kept while its agent reconnects, and withdrawn when it does not")
    func grace() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        scene.bringUp("vm1")
        var after = restarted(scene)
        #expect(after.names == ["vm1"])
        _ = after.step()
        #expect(after.names == ["vm1"])
        var returned = after
        returned.connect("vm1", session: 9)
        _ = returned.step(after: 5)
        _ = returned.step(after: 60)
        #expect(returned.names == ["vm1"])
        #expect(returned.events.isEmpty, "an agent that returns in time is no event")
        _ = after.step(after: 16)
        #expect(after.names.isEmpty)
    }

    @Test("killed between order and start: the order is carried out, once")
    func orderedNotStarted() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        _ = scene.order()
        var after = restarted(scene)
        #expect(after.step().actions == [.start(uuid: "vm1")])
    }

    @Test("killed between start and registration: no second start, and the instance comes into service")
    func startedNotRegistered() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        _ = scene.order()
        _ = scene.step()
        var after = restarted(scene)
        after.set("vm1", running: true)
        let first = after.step()
        #expect(!first.actions.contains(.start(uuid: "vm1")))
        #expect(after.state("vm1") == .booting)
        after.connect("vm1")
        _ = after.step()
        after.probes["vm1"] = FleetObservation.Probe(passedSession: 1)
        _ = after.step()
        #expect(after.names == ["vm1"])
    }

    @Test("what comes up has its whole time anew after the restart, whatever the wall clock does")
    func wholeTimeAfterRestart() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        _ = scene.order()
        _ = scene.step()
        scene.starts["vm1"] = .succeeded
        scene.set("vm1", running: true)
        _ = scene.step()
        var after = restarted(scene, gap: 40)
        after.set("vm1", running: true)
        _ = after.step()
        #expect(after.state("vm1") == .booting)
        _ = after.step(after: 58)
        #expect(after.state("vm1") == .booting)
        _ = after.step(after: 2)
        #expect(after.state("vm1") == .failed)

        let ledger = Array(scene.fleet.instances.values)
        let setBack = Fleet(
            settings: scene.fleet.settings,
            ledger: ledger,
            now: .seconds(0),
            date: Scene.begin.addingTimeInterval(-1e6)
        )
        #expect(setBack.memory["vm1"].deadline == .seconds(60))
        let setForward = Fleet(
            settings: scene.fleet.settings,
            ledger: ledger,
            now: .seconds(0),
            date: Scene.begin.addingTimeInterval(1e6)
        )
        #expect(setForward.memory["vm1"].deadline == .seconds(60))
    }

    @Test("what leaves goes on with its time over the restart, with five seconds at least")
    func drainContinues() {
        var instance = Instance(uuid: "vm1", name: "vm1", since: Scene.begin)
        instance.state = .draining
        func deadline(after seconds: Double) -> MonotonicInstant? {
            Fleet(
                settings: FleetSettings(drain: DrainPolicy(timeout: .seconds(60))),
                ledger: [instance],
                now: .seconds(0),
                date: Scene.begin.addingTimeInterval(seconds)
            ).memory["vm1"].deadline
        }
        #expect(deadline(after: 40) == .seconds(20))
        #expect(deadline(after: -1e6) == .seconds(60))
        #expect(deadline(after: 1e6) == .seconds(5))
    }

    @Test("an instance that stopped meanwhile is not told any more")
    func stoppedMeanwhile() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        scene.bringUp("vm1")
        scene.set("vm1", running: false)
        var after = restarted(scene)
        _ = after.step()
        #expect(after.names.isEmpty)
    }
}
