import Autoscaling
import Foundation
import Testing
import Wire

@testable import Lifecycle

@Suite("How instances move when things go wrong")
struct FleetTroubleTests {
    /// A fleet whose vm1 was ordered and whose start is under way.
    private func started() -> Scene {
        var scene = Scene(["vm1"])
        _ = scene.step()
        _ = scene.order()
        _ = scene.step()
        scene.starts["vm1"] = .underWay
        return scene
    }

    /// The same, with the domain running.
    private func booting() -> Scene {
        var scene = started()
        scene.starts["vm1"] = .succeeded
        scene.set("vm1", running: true)
        _ = scene.step()
        scene.starts["vm1"] = nil
        return scene
    }

    @Test("a start that never ends is a failure after its deadline")
    func startHangs() {
        var scene = started()
        _ = scene.step(after: 30)
        _ = scene.step(after: 59)
        #expect(scene.state("vm1") == .starting)
        _ = scene.step(after: 31)
        #expect(scene.state("vm1") == .failed)
        #expect(scene.events.last?.detail.contains("not started in time") == true)
    }

    @Test("what is paused is never started: with an order standing it is ours, without one it is no reserve")
    func pausedIsNotStarted() {
        var scene = Scene(["vm1", "vm2"])
        _ = scene.step()
        _ = scene.order()
        // The order was carried out, nobody heard of it, and somebody paused the domain.
        scene.set("vm1", running: false, active: true)
        scene.set("vm2", running: false, active: true)
        _ = scene.step()
        #expect(scene.state("vm1") == .booting)
        #expect(scene.fleet.instances["vm1"]?.isOwned == true)
        #expect(scene.state("vm2") == .booting, "it is counted, and no order takes it")
        #expect(scene.fleet.instances["vm2"]?.isOwned == false)
        _ = scene.order()
        _ = scene.step(after: 61)
        _ = scene.step()
        #expect(scene.state("vm1") == .failed)
        #expect(!scene.allActions.contains { if case .start = $0 { true } else { false } })
        #expect(scene.allActions.contains(.destroy(uuid: "vm1")))
        #expect(!scene.allActions.contains(.destroy(uuid: "vm2")))
    }

    @Test("a domain that is paused while it is probed is not told before it runs")
    func pausedWhileProbed() {
        var scene = booting()
        scene.connect("vm1")
        _ = scene.step()
        scene.set("vm1", running: false, active: true)
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 1)
        _ = scene.step()
        #expect(scene.state("vm1") == .probing)
        scene.set("vm1", running: true)
        _ = scene.step()
        #expect(scene.names == ["vm1"])
    }

    @Test("one that somebody pauses and lets run again is told when its clock is right, not before")
    func pausedInService() {
        var scene = booting()
        scene.connect("vm1")
        _ = scene.step()
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 1)
        _ = scene.step()
        #expect(scene.names == ["vm1"])
        scene.set("vm1", running: false, active: true)
        _ = scene.step()
        #expect(scene.state("vm1") == .unhealthy)
        scene.set("vm1", running: true)
        scene.agents["vm1"]?.isAwake = false
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 1)
        #expect(scene.step().actions == [.wake(uuid: "vm1")], "the agent is told the time")
        #expect(scene.names.isEmpty)
        scene.agents["vm1"]?.isAwake = true
        _ = scene.step()
        #expect(scene.names == ["vm1"])
        #expect(scene.fleet.instances["vm1"]?.standby == nil)
    }

    @Test("one whose destroy hangs counts as on its way no longer than its start and a moment")
    func destroyHangs() {
        var scene = booting()
        _ = scene.step(after: 61)
        #expect(scene.state("vm1") == .failed)
        #expect(scene.fleet.coming(at: .seconds(scene.second)) == 1, "the next attempt comes at once, as a rule")
        _ = scene.step(after: 14)
        #expect(scene.fleet.coming(at: .seconds(scene.second)) == 1)
        _ = scene.step(after: 2)
        #expect(scene.fleet.coming(at: .seconds(scene.second)) == 0, "another one is needed")
        scene.set("vm1", running: false)
        _ = scene.step()
        #expect(scene.state("vm1") == .starting)
        #expect(scene.fleet.coming(at: .seconds(scene.second)) == 1)
    }

    @Test("a destroy names the run that is meant, and what somebody starts afterwards is his")
    func anotherRun() {
        var scene = booting()
        scene.domains?[0].run = 7
        let failed = scene.step(after: 61)
        #expect(failed.actions.contains(.destroy(uuid: "vm1", run: 7)))
        #expect(scene.step().actions == [.destroy(uuid: "vm1", run: 7)])
        // It was destroyed, and started by hand before anybody looked.
        scene.domains?[0].run = 8
        scene.agents = [:]
        let taken = scene.step()
        #expect(scene.state("vm1") == .booting)
        #expect(scene.fleet.instances["vm1"]?.isOwned == false)
        #expect(!taken.actions.contains { if case .destroy = $0 { true } else { false } })
    }

    @Test("a start that comes late, after it was given up, is ours; one long after is not", arguments: [30.0, 90.0])
    func startComesLate(after seconds: Double) {
        var scene = started()
        scene.fleet.settings.limits.attempts = 1
        _ = scene.step()
        _ = scene.step(after: 61)
        _ = scene.step()
        #expect(scene.state("vm1") == .quarantined)
        // The controller may have been restarted meanwhile.
        scene.fleet = Fleet(
            settings: scene.fleet.settings,
            ledger: scene.fleet.ordered,
            now: .seconds(scene.second),
            date: scene.date
        )
        _ = scene.step(after: seconds)
        scene.set("vm1", running: true)
        _ = scene.step()
        _ = scene.step()
        #expect(scene.state("vm1") == .booting)
        #expect(scene.fleet.instances["vm1"]?.isOwned == (seconds < 60))
    }

    @Test("one that stopped while it booted, and that somebody starts before the next attempt, is his")
    func startedBetweenAttempts() {
        var scene = booting()
        scene.set("vm1", running: false)
        _ = scene.step()
        #expect(scene.state("vm1") == .failed)
        scene.set("vm1", running: true)
        _ = scene.step()
        _ = scene.step()
        #expect(scene.state("vm1") == .booting)
        #expect(scene.fleet.instances["vm1"]?.isOwned == false)
        #expect(!scene.allActions.contains(.destroy(uuid: "vm1")))
    }

    @Test("a quarantined domain that somebody starts is no reserve for the order of the same moment")
    func startedInQuarantine() {
        var scene = started()
        scene.fleet.settings.limits.attempts = 1
        scene.starts["vm1"] = .failed("no")
        _ = scene.step()
        _ = scene.step()
        #expect(scene.state("vm1") == .quarantined)
        scene.set("vm1", running: true)
        scene.fleet.settings.standby = StandbyPolicy(paused: 1)
        _ = scene.step()
        _ = scene.order()
        #expect(scene.state("vm1") == .booting)
        #expect(scene.fleet.instances["vm1"]?.isOwned == false)
    }

    @Test("a replacement that ends in quarantine holds up no other")
    func replacementFails() {
        var scene = Scene(["vm1", "vm2"])
        _ = scene.step()
        scene.serveOwned("vm1")
        scene.serveOwned("vm2")
        scene.fleet.settings.limits.attempts = 1
        for name in ["vm1", "vm2"] {
            scene.agents[name]?.isConnected = false
            _ = scene.step()
            _ = scene.step(after: 61)
            #expect(scene.state(name) == .failed, "it is replaced")
            scene.set(name, running: false)
            _ = scene.step()
            #expect(scene.state(name) == .starting)
            scene.starts[name] = .failed("no")
            _ = scene.step()
            _ = scene.step()
            #expect(scene.state(name) == .quarantined)
        }
    }

    @Test("an order that was kept back is no failure, and its time counts from when it goes out")
    func keptBack() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        _ = scene.order()
        scene.domains = nil
        _ = scene.step(after: 600)
        #expect(scene.state("vm1") == .starting)
        scene.domains = Scene(["vm1"]).domains
        #expect(scene.step().actions == [.start(uuid: "vm1")])
        scene.starts["vm1"] = .succeeded
        scene.set("vm1", running: true)
        _ = scene.step()
        _ = scene.step(after: 50)
        #expect(scene.state("vm1") == .booting)
        _ = scene.step(after: 20)
        #expect(scene.state("vm1") == .failed)
    }

    @Test("an order to start says nothing while the start is under way")
    func underWay() {
        var scene = started()
        scene.set("vm1", running: true)
        #expect(scene.step().isEmpty)
        #expect(scene.state("vm1") == .starting)
    }

    @Test("a start that was reported as failed and succeeded after all is taken in, not destroyed, not stuck")
    func failedButRuns() {
        var scene = started()
        scene.starts["vm1"] = .failed("timed out")
        _ = scene.step()
        #expect(scene.state("vm1") == .failed)
        scene.set("vm1", running: true)
        #expect(scene.step().actions == [.forget(uuid: "vm1")])
        #expect(scene.state("vm1") == .booting)
        scene.connect("vm1")
        _ = scene.step()
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 1)
        _ = scene.step()
        #expect(scene.names == ["vm1"])
    }

    @Test("a domain of ours that stops while it boots is a failure, somebody else's belongs to the reserve")
    func stopsWhileBooting() {
        var ours = booting()
        ours.set("vm1", running: false)
        _ = ours.step()
        #expect(ours.state("vm1") == .failed)
        #expect(ours.fleet.instances["vm1"]?.failures == 1)

        var theirs = Scene(["vm1"], running: ["vm1"])
        _ = theirs.step()
        theirs.set("vm1", running: false)
        _ = theirs.step()
        #expect(theirs.state("vm1") == .off)
        #expect(theirs.events.last?.kind == .instanceStopped)
    }

    @Test("a probe that never passes is a failure at the deadline, with the last reason")
    func probeNeverPasses() {
        var scene = booting()
        scene.connect("vm1")
        _ = scene.step()
        scene.probes["vm1"] = FleetObservation.Probe(failures: 9, lastFailure: "status 500")
        let retry = scene.step()
        #expect(retry.actions.contains { if case .probe = $0 { true } else { false } })
        let overdue = scene.step(after: 61)
        #expect(overdue.actions.contains(.destroy(uuid: "vm1")))
        #expect(scene.events.last?.detail.contains("status 500") == true)
        #expect(scene.names.isEmpty)
    }

    @Test("an agent that leaves while it is probed is awaited again, with the deadline of the start")
    func leavesWhileProbed() {
        var scene = booting()
        scene.connect("vm1")
        _ = scene.step(after: 20)
        scene.agents["vm1"]?.isConnected = false
        _ = scene.step(after: 20)
        #expect(scene.state("vm1") == .booting)
        _ = scene.step(after: 25)
        #expect(scene.state("vm1") == .failed)
    }

    @Test("an agent that registers anew while it is probed is probed at its new address")
    func movesWhileProbed() {
        var scene = booting()
        scene.connect("vm1", session: 1)
        _ = scene.step()
        scene.connect("vm1", session: 2, address: "192.168.122.99")
        let step = scene.step()
        #expect(step.changed.map(\.endpoint?.url) == ["https://192.168.122.99:8000"])
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 2)
        _ = scene.step()
        #expect(scene.fleet.endpoints.map(\.url) == ["https://192.168.122.99:8000"])
    }

    @Test("an address that changes in service is withdrawn and told anew after a probe there")
    func addressChanges() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        scene.bringUp("vm1")
        scene.connect("vm1", session: 2, address: "192.168.122.99")
        _ = scene.step()
        #expect(scene.names.isEmpty)
        _ = scene.step()
        #expect(scene.names.isEmpty, "the old probe's result does not hold for the new address")
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 2)
        _ = scene.step()
        #expect(scene.fleet.endpoints.map(\.url) == ["https://192.168.122.99:8000"])
    }

    @Test("an unhealthy instance does not return while its last probe failed")
    func staysUnhealthy() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        scene.bringUp("vm1")
        scene.agents["vm1"]?.isConnected = false
        _ = scene.step()
        scene.connect("vm1", session: 2)
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 2, failures: 1, lastFailure: "x")
        _ = scene.step()
        #expect(scene.state("vm1") == .unhealthy)
    }

    @Test("an unhealthy instance returns although the hypervisor is silent, for its own probe passed")
    func returnsWithoutHypervisor() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        scene.bringUp("vm1")
        scene.agents["vm1"]?.isConnected = false
        _ = scene.step()
        scene.domains = nil
        scene.connect("vm1", session: 2)
        _ = scene.step()
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 2)
        _ = scene.step()
        #expect(scene.names == ["vm1"])
    }

    @Test("an unhealthy instance whose domain stops joins the reserve")
    func unhealthyStops() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        scene.bringUp("vm1")
        scene.agents["vm1"]?.isConnected = false
        _ = scene.step()
        scene.set("vm1", running: false)
        _ = scene.step()
        #expect(scene.fleet.reserve.map(\.name) == ["vm1"])
    }

    @Test("a failed instance waits for the hypervisor, and is destroyed again until it has stopped")
    func failedWaits() {
        var scene = booting()
        _ = scene.step(after: 61)
        #expect(scene.state("vm1") == .failed)
        #expect(scene.step().actions == [.destroy(uuid: "vm1")])
        scene.domains = nil
        #expect(scene.step().isEmpty)
        scene.domains = Scene(["vm1"]).domains
        _ = scene.step()
        #expect(scene.state("vm1") == .starting)
    }

    @Test("a quarantined domain that somebody starts is taken in, and is not ours to stop")
    func quarantinedByHand() {
        var scene = Scene(["vm1"], limits: LifecycleLimits(startDeadline: .seconds(60), attempts: 1))
        _ = scene.step()
        _ = scene.order()
        _ = scene.step()
        scene.starts["vm1"] = .failed("no disk")
        _ = scene.step()
        _ = scene.step()
        #expect(scene.state("vm1") == .quarantined)
        scene.set("vm1", running: true)
        _ = scene.step()
        _ = scene.step()
        #expect(scene.state("vm1") == .booting)
        let later = scene.step(after: 100_000)
        #expect(later.actions.isEmpty)
    }

    @Test("a domain without an agent is capacity for as long as a start may take, and no longer")
    func hope() {
        var scene = Scene(["vm1", "db"], running: ["db"])
        _ = scene.step()
        #expect(scene.fleet.coming(at: .seconds(scene.second)) == 1)
        _ = scene.step(after: 61)
        #expect(scene.state("db") == .booting)
        #expect(scene.fleet.coming(at: .seconds(scene.second)) == 0)
        // An order counts anew, and so does each further attempt.
        _ = scene.order()
        #expect(scene.fleet.coming(at: .seconds(scene.second)) == 1)
    }

    @Test("an instance that is lost counts as capacity for as long as a start may take, and no longer")
    func lostCapacity() {
        var scene = Scene(["vm1"])
        _ = scene.step()
        scene.bringUp("vm1")
        #expect(scene.fleet.coming(at: .seconds(scene.second)) == 0)
        scene.agents["vm1"]?.isConnected = false
        _ = scene.step()
        #expect(scene.fleet.coming(at: .seconds(scene.second)) == 1)
        _ = scene.step(after: 61)
        #expect(scene.state("vm1") == .unhealthy)
        #expect(scene.fleet.coming(at: .seconds(scene.second)) == 0)
    }
}
