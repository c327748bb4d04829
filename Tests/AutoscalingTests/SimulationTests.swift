import Autoscaling
import Foundation
import Testing

@Suite("The simulator, and the engine beside others")
struct SimulationTests {
    static let comparison = Comparison.builtIn()

    func result(_ workload: Workload.Name, _ autoscaler: String) throws -> SimulationResult {
        try #require(Self.comparison.result(workload.rawValue, autoscaler))
    }

    @Test(
        "fewer seconds over target than the HPA at no more instance-hours",
        arguments: [Workload.Name.step, .ramp, .diurnal, .flashCrowd]
    )
    func better(workload: Workload.Name) throws {
        let (engine, other) = (try result(workload, "engine"), try result(workload, "HPA"))
        #expect(engine.secondsOverTarget < other.secondsOverTarget)
        #expect(engine.instanceHours <= other.instanceHours)
        #expect(engine.late <= other.late)
        #expect(engine.refused <= other.refused)
    }

    @Test(
        "where loads end before instances of the HPA have come, it needs less because it serves less",
        arguments: [Workload.Name.spike, .flapping]
    )
    func dearer(workload: Workload.Name) throws {
        let (engine, other) = (try result(workload, "engine"), try result(workload, "HPA"))
        #expect(engine.secondsOverTarget < other.secondsOverTarget)
        #expect(engine.late < other.late)
        #expect(engine.refused < other.refused)
        #expect(engine.instanceHours > other.instanceHours)
        #expect(engine.instanceHours < other.instanceHours * 1.3)
    }

    @Test("standby serves sooner on every workload", arguments: Workload.Name.allCases)
    func standby(workload: Workload.Name) throws {
        let (cold, warm) = (try result(workload, "engine"), try result(workload, "engine, 4 in standby"))
        #expect(warm.late + warm.refused <= cold.late + cold.refused)
        #expect(warm.standbyHours > 0 && cold.standbyHours == 0)
    }

    @Test("the engine flaps on no workload but where the load does", arguments: Workload.Name.allCases)
    func flaps(workload: Workload.Name) throws {
        #expect(try result(workload, "engine").flaps == 0)
    }

    @Test("other scatter of the same shapes gives the same claims", arguments: [2, 3] as [UInt64])
    func otherSeeds(seed: UInt64) throws {
        for name in [Workload.Name.step, .ramp, .flashCrowd] {
            let simulation = Simulation(workload: Workload(name, seed: seed))
            let engine = simulation.run(EngineAutoscaler(policy: bounded(.recommended)))
            let other = simulation.run(PodAutoscaler(bounds: 1...30))
            #expect(engine.secondsOverTarget < other.secondsOverTarget)
            #expect(engine.instanceHours <= other.instanceHours)
        }
    }

    func bounded(_ policy: GroupPolicy) -> GroupPolicy {
        var policy = policy
        policy.max = 30
        return policy
    }

    @Test("the same input gives the same bytes")
    func deterministic() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let runs = try (0..<2).map { _ in
            let simulation = Simulation(workload: Workload(.spike, seed: 7))
            return try encoder.encode(simulation.run(EngineAutoscaler(policy: bounded(.recommended))))
        }
        #expect(runs[0] == runs[1])
        #expect(Workload(.spike, seed: 7) != Workload(.spike, seed: 8))
    }

    @Test("the original starts one at a time and never scales in")
    func original() throws {
        for workload in Workload.Name.allCases {
            let events = try result(workload, "original").events
            #expect(events.allSatisfy { $0.order == .scaleOut(by: 1) })
            for (before, after) in zip(events, events.dropFirst()) { #expect(after.second - before.second >= 30) }
        }
    }

    @Test("the HPA's model waits its window, and at most doubles or adds four in a quarter of a minute")
    func podAutoscaler() throws {
        let events = try result(.step, "HPA").events
        var last = -300
        for event in events {
            switch event.order {
            case .hold: break
            case .scaleOut(let count):
                #expect(count <= max(4, event.size))
                last = event.second
            case .scaleIn: #expect(event.second - last >= 285)
            }
        }
        #expect(events.contains { if case .scaleIn = $0.order { true } else { false } })
    }

    @Test("AWS target tracking needs three minutes over and fifteen under")
    func cloud() throws {
        let events = try result(.step, "AWS").events
        let first = try #require(events.first)
        #expect(600 + 120..<600 + 240 ~= first.second)
        let into = try #require(events.first { if case .scaleIn = $0.order { true } else { false } })
        #expect(into.second - first.second >= 900)
    }

    @Test("work is neither lost nor made: what arrives is served, waits or is refused")
    func conservation() {
        let model = ServiceModel(queueLimit: 100, max: 1)
        let simulation = Simulation(
            workload: Workload(name: "flood", arrivals: [Double](repeating: 250, count: 20)),
            model: model
        )
        let result = simulation.run(OriginalAutoscaler())
        // 100 a second are done, 100 wait at the end.
        #expect(abs(result.refused - (250 * 20 - 100 * 20 - 100)) < 1e-6)
        #expect(result.secondsOverTarget == 20)
        #expect(abs(result.instanceHours - 20 / 3600) < 1e-9)
    }

    @Test("the table has a row for each result")
    func table() {
        let lines = Self.comparison.table.split(separator: "\n")
        #expect(lines.count == 2 + 6 * 5)
        #expect(Set(lines.map(\.count)).count == 1)
    }
}
