import Autoscaling
import Benchmark
import Scenario

let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock],
        timeUnits: .microseconds,
        warmupIterations: 50,
        maxDuration: .seconds(3),
        maxIterations: 2_000
    )
    for (name, policy) in [("recommended", GroupPolicy.recommended), ("standard", .standard)] {
        for size in [10, 100, 1_000] {
            var run: EngineRun?
            Benchmark("decide, \(name), \(size) instances") { _ in
                blackHole(run?.step())
            } setup: {
                run = EngineRun(policy, size: size, length: 60)
            }
        }
    }

    var measurements: [Measurement] = []
    Benchmark("LoadEstimate of 1000 instances") { _ in
        for measurement in measurements { blackHole(measurement.estimate) }
    } setup: {
        measurements = Fleet(size: 1_000).measurements(0)
    }

    var candidates: [VictimSelection.Candidate] = []
    Benchmark("VictimSelection of 1000 instances") { _ in
        blackHole(VictimSelection.order(candidates))
    } setup: {
        candidates = Fleet(size: 1_000).candidates(0)
    }

    Benchmark("simulate an hour, workload step", configuration: .init(maxIterations: 50)) { _ in
        blackHole(Simulation(workload: Workload(.step)).run(EngineAutoscaler(policy: .recommended)))
    }
}
