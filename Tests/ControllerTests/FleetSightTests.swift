import Autoscaling
import Foundation
import Testing
import Wire

@testable import Lifecycle

/// What a fleet makes of a controller that is cut off.
@Suite struct FleetSightTests {
    private func serving() -> Scene {
        var scene = Scene(["vm1", "vm2"])
        _ = scene.step()
        scene.bringUp("vm1")
        scene.bringUp("vm2")
        return scene
    }

    /// No host answers, and of these nothing is heard.
    private func cut(_ scene: inout Scene, _ names: [String]) {
        scene.domains = nil
        for name in names {
            scene.agents[name] = nil
            scene.probes[name] = FleetObservation.Probe(failures: 9, lastFailure: "timed out")
        }
    }

    @Test("when nothing is heard of any host, nor of any instance, nobody is withdrawn")
    func cutOff() {
        var scene = serving()
        let domains = scene.domains
        cut(&scene, ["vm1", "vm2"])
        for _ in 0..<60 { _ = scene.step() }
        #expect(scene.names == ["vm1", "vm2"])
        #expect(scene.fleet.blindness(at: .seconds(scene.second)) >= .seconds(55))
        // Hosts and instances come back one after the other.
        scene.domains = domains
        _ = scene.step()
        scene.connect("vm1", session: 5)
        scene.probes["vm1"] = FleetObservation.Probe(passedSession: 5)
        for _ in 0..<3 { _ = scene.step() }
        #expect(scene.names == ["vm1", "vm2"])
        // One that does not come back was no victim of the wire.
        for _ in 0..<20 { _ = scene.step() }
        #expect(scene.names == ["vm1"])
        #expect(scene.fleet.blindness(at: .seconds(scene.second)) == .zero)
    }

    @Test(
        "one that fails while another is heard of is withdrawn as ever, with or without hosts",
        arguments: [true, false]
    )
    func oneFails(answers: Bool) {
        var scene = serving()
        let domains = scene.domains
        cut(&scene, ["vm1"])
        if answers { scene.domains = domains }
        scene.probes["vm2"] = FleetObservation.Probe(passedSession: 1)
        for _ in 0..<3 { _ = scene.step() }
        #expect(scene.names == ["vm2"])
    }

    @Test("after the controller was stopped itself, those who left it meanwhile have a moment to come back")
    func absence() {
        var scene = serving()
        scene.second += 20
        scene.agents = [:]
        scene.fleet.noteAbsence(.seconds(scene.second))
        for _ in 0..<3 { _ = scene.step() }
        #expect(scene.names == ["vm1", "vm2"])
        scene.connect("vm1", session: 9)
        for _ in 0..<25 { _ = scene.step() }
        #expect(scene.names == ["vm1"])
    }

    @Test("while a host answers, all may fail at once")
    func allFail() {
        var scene = serving()
        let domains = scene.domains
        cut(&scene, ["vm1", "vm2"])
        scene.domains = domains
        for _ in 0..<3 { _ = scene.step() }
        #expect(scene.names.isEmpty)
    }
}
