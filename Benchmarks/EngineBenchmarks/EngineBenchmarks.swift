import Autoscaling
import Benchmark
import Scenario

let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, cpuTime],
        timeUnits: .microseconds,
        warmupIterations: 50,
        maxDuration: .seconds(3),
        maxIterations: 2_000
    )
    for (name, policy) in [("recommended", GroupPolicy.recommended), ("standard", .standard)] {
        for size in [10, 100, 1_000] {
            var run: EngineRun?
            Benchmark("decide, \(name), \(size) instances") { benchmark in
                measure(benchmark) { blackHole(run?.step()) }
            } setup: {
                run = EngineRun(policy, size: size, length: 60)
            }
        }
    }

    var measurements: [Measurement] = []
    Benchmark("LoadEstimate of 1000 instances") { benchmark in
        measure(benchmark) {
            for measurement in measurements { blackHole(measurement.estimate) }
        }
    } setup: {
        measurements = Fleet(size: 1_000).measurements(0)
    }

    var candidates: [VictimSelection.Candidate] = []
    Benchmark("VictimSelection of 1000 instances") { benchmark in
        measure(benchmark) { blackHole(VictimSelection.order(candidates)) }
    } setup: {
        candidates = Fleet(size: 1_000).candidates(0)
    }

    var configuration = Benchmark.defaultConfiguration
    configuration.warmupIterations = 1
    configuration.maxIterations = 50
    Benchmark("simulate an hour, workload step", configuration: configuration) { benchmark in
        measure(benchmark) {
            blackHole(Simulation(workload: Workload(.step)).run(EngineAutoscaler(policy: .recommended)))
        }
    }
}
