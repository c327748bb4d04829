import Foundation
import InMemoryTracing
import Testing
import Tracing

@testable import Lifecycle
@testable import Monitoring
@testable import Telemetry

@Suite("Traces of ways into service and out of it")
struct LifecycleSpansTests {
    /// A scene whose steps become spans of a tracer in memory.
    struct Stage {
        var scene: Scene
        var spans: LifecycleSpans
        let tracer = InMemoryTracer()

        init(_ scene: Scene, limit: Int = 1000) {
            self.scene = scene
            spans = LifecycleSpans(limit: limit)
        }

        mutating func take(_ step: FleetStep) {
            var step = step
            step.sign(group: "web")
            let seen = EventBus.Step(
                group: "web",
                at: scene.date,
                changed: step.changed,
                removed: step.removed,
                events: step.events
            )
            for ended in spans.take(seen) { ended.record(with: tracer) }
        }

        mutating func step(after seconds: Double = 1) { take(scene.step(after: seconds)) }

        func root(_ name: String) throws -> FinishedInMemorySpan {
            try #require(tracer.finishedSpans.last { $0.operationName == name && $0.parentSpanID == nil })
        }

        /// The states inside a root: name, begin and end in seconds of the scene.
        func states(of root: FinishedInMemorySpan) -> [String] {
            tracer.finishedSpans.filter { $0.traceID == root.traceID && $0.parentSpanID == root.spanID }
                .map { "\($0.operationName) \(seconds($0.startInstant))-\(seconds($0.endInstant))" }
        }

        func seconds(_ instant: any TracerInstant) -> Int {
            Int(instant.nanosecondsSinceEpoch / 1_000_000_000) - Int(Scene.begin.timeIntervalSince1970)
        }
    }

    /// Orders vm1 at second 1 and has its domain run at 2 and its agent there at 5.
    func booting(_ scene: Scene = Scene(["vm1"])) -> Stage {
        var stage = Stage(scene)
        stage.step()
        stage.take(stage.scene.order())
        stage.scene.starts["vm1"] = .succeeded
        stage.scene.set("vm1", running: true)
        stage.step()
        return stage
    }

    @Test("from the order to clients being told, with each state and what happened")
    func scaleOut() throws {
        var stage = booting()
        stage.scene.connect("vm1")
        stage.step(after: 3)
        stage.scene.probes["vm1"] = FleetObservation.Probe(passedSession: 1)
        #expect(stage.tracer.finishedSpans.isEmpty && stage.spans.count == 1)
        var last = stage.scene.step(after: 2)
        last.events.append(ControllerEvent(.endpointsChanged, at: stage.scene.date, revision: 7, detail: "told"))
        stage.take(last)

        let root = try stage.root("scale out")
        #expect(stage.states(of: root) == ["starting 1-2", "booting 2-5", "probing 5-7"])
        #expect(stage.seconds(root.startInstant) == 1 && stage.seconds(root.endInstant) == 7)
        #expect(root.status == SpanStatus(code: .ok))
        #expect(root.attributes.get("group") == .string("web"))
        #expect(root.attributes.get("instance") == .string("vm1") && root.attributes.get("from") == .string("cold"))
        #expect(root.attributes.get("reason") == .string("test") && root.attributes.get("attempt") == .int64(1))
        #expect(root.attributes.get("revision") == .int64(7))
        #expect(
            root.events.map(\.name) == [
                "instance.starting", "instance.started", "agent.registered", "instance.probed", "endpoints.changed",
            ]
        )
        #expect(stage.spans.count == 0)
    }

    @Test("a failure ends it as an error with the reason; the next attempt is a trace of its own")
    func failure() throws {
        var stage = booting()
        stage.step(after: 70)
        let root = try stage.root("scale out")
        #expect(root.status?.code == .error && root.status?.message?.contains("did not register") == true)
        #expect(stage.states(of: root) == ["starting 1-2", "booting 2-72"])
        let last = try #require(stage.tracer.finishedSpans.first { $0.operationName == "booting" })
        #expect(last.status?.code == .error)
        stage.scene.set("vm1", running: false)
        stage.step()
        stage.scene.boot("vm1")
        stage.take(FleetStep.row(try #require(stage.scene.fleet.instances["vm1"])))
        let second = try stage.root("scale out")
        #expect(second.traceID != root.traceID && second.attributes.get("attempt") == .int64(2))
        #expect(second.status?.code == .ok)
    }

    @Test("where it comes from")
    func origins() throws {
        for (state, change, from) in [
            (InstanceState.creating, { $0.isClone = true }, "clone"),
            (.resuming, { $0.standby = .paused }, "paused"), (.resuming, { $0.standby = .saved }, "saved"),
            (
                .starting,
                {
                    $0.isClone = true; $0.inServiceSince = Scene.begin
                }, "cold"
            ),
        ] as [(InstanceState, (inout Instance) -> Void, String)] {
            var stage = Stage(Scene([]))
            var row = Instance(uuid: "vm1", name: "vm1", since: Scene.begin)
            row.state = state
            change(&row)
            stage.take(FleetStep.row(row))
            row.state = .inService
            stage.take(FleetStep.row(row))
            #expect(try stage.root("scale out").attributes.get("from") == .string(from))
        }
        var stage = Stage(Scene(["vm1"], running: ["vm1"]))
        stage.step()
        stage.step()
        stage.scene.bringUp("vm1")
        stage.take(FleetStep.row(try #require(stage.scene.fleet.instances["vm1"])))
        #expect(try stage.root("join").attributes.get("from") == .string("running"))
    }

    @Test("from the withdrawal until the domain is off")
    func scaleIn() throws {
        var scene = Scene(["vm1", "vm2"])
        _ = scene.step()
        for name in ["vm1", "vm2"] { scene.serveOwned(name) }
        var stage = Stage(scene)
        let begin = Int(scene.second)
        stage.take(stage.scene.scaleIn(work: ["vm1": 3, "vm2": 0]))
        stage.scene.acknowledged = ["vm2"]
        stage.scene.work("vm2", pending: 0, accepting: false)
        stage.step()
        stage.step(after: 2)
        #expect(stage.scene.state("vm2") == .stopping && stage.tracer.finishedSpans.isEmpty)
        stage.scene.set("vm2", running: false)
        stage.step(after: 4)
        let root = try stage.root("scale in")
        #expect(
            stage.states(of: root) == ["draining \(begin)-\(begin + 3)", "stopping \(begin + 3)-\(begin + 7)"]
        )
        #expect(root.attributes.get("to") == .string("off") && root.status?.code == .ok)
        guard case .string(let reason) = root.attributes.get("reason") else {
            Issue.record("there is no reason")
            return
        }
        #expect(reason.hasPrefix("test; vm2 was chosen"))
        #expect(root.events.map(\.name) == ["instance.draining", "instance.drained", "instance.stopped"])
    }

    @Test("a new life of the controller goes on with what is under way, from when it began")
    func restart() throws {
        var rows: [Instance] = []
        for (name, state) in [("a", InstanceState.booting), ("b", .inService), ("c", .stopping), ("d", .failed)] {
            var row = Instance(uuid: name, name: name, since: Scene.begin.addingTimeInterval(-60))
            row.state = state
            row.isOwned = true
            rows.append(row)
        }
        var stage = Stage(Scene([]))
        stage.spans.begin(rows)
        #expect(stage.spans.count == 2)
        stage.scene.second = 3
        rows[0].state = .inService
        stage.take(FleetStep.row(rows[0]))
        stage.take(FleetStep(removed: ["c"]))
        let root = try stage.root("scale out")
        #expect(stage.seconds(root.startInstant) == -60 && root.attributes.get("resumed") == .bool(true))
        #expect(stage.states(of: root) == ["booting -60-3"])
        #expect(try stage.root("scale in").attributes.get("to") == .string("removed"))
    }

    @Test("however many begin and never end, only some are followed, and of each only so much is kept")
    func bounded() throws {
        var stage = Stage(Scene([]), limit: 3)
        for number in 0..<10 {
            var row = Instance(uuid: "vm\(number)", name: "vm\(number)", since: Scene.begin)
            row.state = .starting
            stage.scene.second = Double(number)
            stage.take(FleetStep.row(row))
        }
        #expect(stage.spans.count == 3)
        var row = Instance(uuid: "vm9", name: "vm9", since: .distantFuture)
        row.isOwned = true
        for number in 0..<200 {
            row.state = number.isMultiple(of: 2) ? .booting : .probing
            var step = FleetStep.row(row)
            step.events = [ControllerEvent(.agentRegistered, at: .distantPast, instance: "vm9", detail: "again")]
            stage.take(step)
        }
        row.state = .inService
        stage.take(FleetStep.row(row))
        let root = try stage.root("scale out")
        #expect(root.events.count == 32 && stage.states(of: root).count == 32)
        #expect(
            LifecycleTransition.instant(.distantFuture).nanosecondsSinceEpoch
                > LifecycleTransition.instant(.distantPast).nanosecondsSinceEpoch
        )
        #expect(
            LifecycleTransition.instant(Date(timeIntervalSince1970: 1e300)).nanosecondsSinceEpoch
                == 18_000_000_000_000_000_000
        )
    }
}

extension FleetStep {
    /// A step that changes one row.
    static func row(_ instance: Instance) -> FleetStep {
        var step = FleetStep()
        step.changed = [instance]
        return step
    }

    init(removed: [String]) {
        self.init()
        self.removed = removed
    }
}
