/// The results of several autoscalers over several workloads, side by side.
package struct Comparison: Sendable, Hashable, Codable {
    /// One result for each workload and autoscaler.
    package var results: [SimulationResult]

    /// A comparison of results.
    package init(results: [SimulationResult]) {
        self.results = results
    }

    /// Runs the engine with a policy, with and without standby, and the models of the original system, of the Kubernetes
    /// autoscaler and of AWS target tracking over the built-in workloads.
    ///
    /// All of them get the same boot times, bounds and beginnings. The others track 70 percent of the CPU, as is usual; the
    /// limit over which a second counts is 77 percent for all.
    ///
    /// On two workloads the engine runs more instance-hours than the Kubernetes autoscaler. `spike`: a minute is over
    /// before what that one orders has booted, so it buys little, and refuses twice as much. `flapping`: the engine holds
    /// the seven instances that the load needs each other minute, the other settles at six, which are over the target in
    /// every third of those seconds.
    package static func builtIn(
        policy: GroupPolicy = .recommended,
        model: ServiceModel = ServiceModel(),
        workloads: [Workload.Name] = Workload.Name.allCases,
        standby: Int = 4,
        seed: UInt64 = 1
    ) -> Comparison {
        var policy = policy
        policy.min = model.min
        policy.max = model.max
        var warm = model
        warm.standby = standby
        let bounds = model.min...max(model.min, model.max)
        var results: [SimulationResult] = []
        for name in workloads {
            let cold = Simulation(workload: Workload(name, seed: seed), model: model)
            results.append(cold.run(EngineAutoscaler(name: "engine", policy: policy)))
            results.append(
                Simulation(workload: cold.workload, model: warm)
                    .run(EngineAutoscaler(name: "engine, \(standby) in standby", policy: policy))
            )
            results.append(cold.run(PodAutoscaler(bounds: bounds)))
            results.append(cold.run(CloudTargetTracking(bounds: bounds)))
            results.append(cold.run(OriginalAutoscaler()))
        }
        return Comparison(results: results)
    }

    /// The result of an autoscaler over a workload.
    package func result(_ workload: String, _ autoscaler: String) -> SimulationResult? {
        results.first { $0.workload == workload && $0.autoscaler == autoscaler }
    }

    /// The table in Markdown, which is as readable as plain text.
    package var table: String {
        let head = [
            "workload", "autoscaler", "instance-hours", "standby-hours", "s over target", "late", "refused", "flaps",
            "orders",
        ]
        let rows = results.map { result in
            [
                result.workload, result.autoscaler, Self.decimal(result.instanceHours),
                Self.decimal(result.standbyHours), "\(result.secondsOverTarget)", "\(Int(result.late.rounded()))",
                "\(Int(result.refused.rounded()))", "\(result.flaps)", "\(result.events.count)",
            ]
        }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            var text = "|"
            for (column, cell) in cells.enumerated() {
                let space = String(repeating: " ", count: widths[column] - cell.count)
                text += column < 2 ? " \(cell)\(space) |" : " \(space)\(cell) |"
            }
            return text
        }
        var rule = "|"
        for (column, width) in widths.enumerated() {
            rule += String(repeating: "-", count: width + 1) + (column < 2 ? "-|" : ":|")
        }
        return ([line(head), rule] + rows.map(line)).joined(separator: "\n")
    }

    private static func decimal(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
