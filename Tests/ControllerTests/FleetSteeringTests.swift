import Autoscaling
import Foundation
import Testing
import Wire

@testable import Lifecycle

@Suite("What a pause and a held size do to a fleet")
struct FleetSteeringTests {
    @Test("while it is paused nothing that failed is tried again and nothing unhealthy is replaced; later all is")
    func replacement() {
        let limits = LifecycleLimits(startDeadline: .seconds(60), replaceAfter: .seconds(10))
        var scene = Scene(["vm1"], limits: limits)
        _ = scene.step()
        scene.serveOwned("vm1")
        #expect(scene.state("vm1") == .inService)
        let pause = scene.fleet.steer(.pause, by: "boss", date: scene.date)
        #expect(pause.steering?.pausedBy == "boss" && pause.events.map(\.kind) == [.groupPaused])
        #expect(scene.fleet.steer(.pause, by: "bert", date: scene.date).isEmpty, "once is enough")
        scene.agents["vm1"]?.isConnected = false
        _ = scene.step()
        #expect(scene.state("vm1") == .unhealthy && scene.names.isEmpty, "clients are told all the same")
        _ = scene.step(after: 60)
        #expect(scene.state("vm1") == .unhealthy, "it is not replaced")
        let resume = scene.fleet.steer(.resume, by: "bert", date: scene.date)
        #expect(resume.events.first?.by == "bert" && resume.events.first?.detail.contains("boss") == true)
        _ = scene.step()
        #expect(scene.state("vm1") == .failed)
    }

    @Test("a pool is neither filled nor emptied while it is paused")
    func pool() {
        var scene = Scene(["vm1", "vm2"]) { $0.standby = StandbyPolicy(paused: 1) }
        _ = scene.fleet.steer(.pause, by: "boss", date: scene.date)
        scene.bringUp("vm1")
        for _ in 0..<5 { _ = scene.step() }
        #expect(scene.state("vm1") == .inService && scene.state("vm2") == .off)
        _ = scene.fleet.steer(.resume, by: "boss", date: scene.date)
        _ = scene.step()
        #expect(scene.state("vm2") == .starting)
    }

    @Test("a size ends at its time, once, and what is on disk says so")
    func ending() {
        var scene = Scene(["vm1"])
        let until = scene.date.addingTimeInterval(10)
        let hold = scene.fleet.steer(.hold(3, until: until), by: "boss", date: scene.date)
        #expect(hold.events.first?.detail == "boss holds the size at 3 until \(until.rfc3339)")
        #expect(scene.step(after: 9).steering == nil)
        #expect(scene.fleet.steering.forEngine?.size?.count == 3)
        let end = scene.step()
        #expect(end.steering == GroupSteering() && end.events.first?.kind == .groupReleased)
        #expect(end.events.first?.by == nil, "nobody asked for it now")
        #expect(scene.step().steering == nil)
        #expect(scene.fleet.steering.forEngine == nil)
    }

    @Test("what stood at the end of a former life stands, and a time that passed meanwhile is over")
    func restart() {
        var steering = GroupSteering()
        steering.pausedBy = "boss"
        steering.size = 2
        steering.by = "anna"
        steering.until = Scene.begin.addingTimeInterval(5)
        var fleet = Fleet(
            settings: FleetSettings(limits: LifecycleLimits()),
            steering: steering,
            now: .seconds(0),
            date: Scene.begin
        )
        #expect(fleet.isPaused)
        let step = fleet.step(FleetObservation(domains: []), now: .seconds(9), date: Scene.begin.addingTimeInterval(9))
        #expect(step.steering?.size == nil && step.steering?.pausedBy == "boss")
    }
}
