import Autoscaling
import Foundation
import Shared
import Wire

/// What `cms-controller simulate` does: one or more autoscalers over recorded or made-up load, and what came of it.
package struct SimulationRun: Sendable {
    /// What can be wrong with a simulation.
    package struct Failure: Error, CustomStringConvertible {
        /// What is wrong and the remedy.
        package let description: String

        /// A failure.
        package init(description: String) {
            self.description = description
        }
    }

    /// An autoscaler that is compared.
    package enum Contender: Sendable {
        /// The engine with a policy, under a name.
        case engine(name: String, policy: GroupPolicy, standby: Int)
        /// The Kubernetes horizontal pod autoscaler with its defaults.
        case hpa
        /// AWS target tracking.
        case aws
        /// The original system: 75 percent, three samples, no scale in.
        case original
    }

    /// The most bytes of a trace that are read.
    private static let traceLimit = 1 << 30
    /// The results, in the order of workloads and contenders.
    package private(set) var comparison = Comparison(results: [])
    /// What a policy would have ordered otherwise at the recorded ticks, for traces.
    package private(set) var differences: [(name: String, result: Replay.Result)] = []
    private let model: ServiceModel

    /// Runs contenders over built-in workloads.
    package init(workloads: [Workload.Name], contenders: [Contender], model: ServiceModel, seed: UInt64) throws {
        self.model = model
        try check(contenders)
        for name in workloads {
            run(contenders, Simulation(workload: Workload(name, seed: seed), model: model))
        }
    }

    /// Runs contenders over a recorded trace.
    package init(trace path: String, contenders: [Contender], model: ServiceModel) throws {
        self.model = model
        try check(contenders)
        let replay = try Self.replay(path)
        for case .engine(let name, let policy, _) in contenders {
            differences.append((name, replay.run(policy: policy)))
        }
        run(contenders, replay.simulation(model: model))
    }

    private func check(_ contenders: [Contender]) throws {
        if let problem = model.problem { throw Failure(description: "the model cannot be simulated: \(problem)") }
        for case .engine(let name, _, let standby) in contenders {
            var model = model
            model.standby = standby
            guard let problem = model.problem else { continue }
            throw Failure(
                description: "\(name) cannot be simulated: \(problem); give another --standby, --min or --max"
            )
        }
    }

    private mutating func run(_ contenders: [Contender], _ simulation: Simulation) {
        let bounds = model.min...max(model.min, model.max)
        for contender in contenders {
            switch contender {
            case .engine(let name, var policy, let standby):
                policy.narrow(to: bounds)
                var simulation = simulation
                simulation.model.standby = standby
                comparison.results.append(simulation.run(EngineAutoscaler(name: name, policy: policy)))
            case .hpa: comparison.results.append(simulation.run(PodAutoscaler(bounds: bounds)))
            case .aws: comparison.results.append(simulation.run(CloudTargetTracking(bounds: bounds)))
            case .original: comparison.results.append(simulation.run(OriginalAutoscaler()))
            }
        }
    }

    /// Reads a trace; a last line that was cut off by a crash is left out, any other that makes no sense is an error.
    static func replay(_ path: String) throws -> Replay {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(description: "the trace \(path) cannot be read")
        }
        guard data.count <= traceLimit else {
            throw Failure(description: "the trace \(path) has more than \(traceLimit) bytes")
        }
        let texts = data.split(separator: 0x0A, omittingEmptySubsequences: false)
        var lines: [TraceLine] = []
        for (index, text) in texts.enumerated() where !text.isEmpty {
            do {
                lines.append(try WireCoding.decode(TraceLine.self, from: Data(text)))
            } catch let error as UnreadableMessage where !error.isJSON && index == texts.count - 1 {
                break
            } catch {
                throw Failure(
                    description:
                        "\(path), line \(index + 1) is no line of a trace: \(ErrorText.of(error)); give a file "
                        + "trace-GROUP.jsonl of a controller's state directory"
                )
            }
        }
        guard let replay = Replay(lines: lines), !replay.ticks.isEmpty else {
            throw Failure(description: "\(path) holds no decisions; a controller writes them to its state directory")
        }
        return replay
    }

    /// Everything as JSON.
    package func json() throws -> Data {
        struct Report: Encodable {
            var model: ServiceModel
            var rate: Double
            var target: Double
            var results: [SimulationResult]
        }
        return try WireCoding.encoder().encode(
            Report(model: model, rate: model.rate, target: model.targetLimit, results: comparison.results)
        )
    }

    /// The orders of each run in words, at most `limit` a run.
    package func decisions(limit: Int) -> String {
        var lines: [String] = []
        for result in comparison.results {
            lines.append("\(result.workload), \(result.autoscaler):")
            for event in result.events.prefix(limit) {
                lines.append(
                    "  \(Self.clock(event.second))  \(Self.words(event.order)) from \(event.size): \(event.reason)"
                )
            }
            if result.events.count > limit { lines.append("  … and \(result.events.count - limit) more") }
            if result.events.isEmpty { lines.append("  no orders") }
        }
        return lines.joined(separator: "\n")
    }

    /// Where a policy would have decided otherwise than the recorded one, at most `limit` a policy.
    package func replayed(limit: Int) -> String {
        differences.map { name, result in
            let shown = result.differences.prefix(limit).map { difference in
                "  recorded: \(Self.words(difference.recorded.order)); \(name): \(Self.words(difference.other.order)), "
                    + difference.other.reason
            }
            let more = result.differences.count - shown.count
            return
                (["\(name): \(result.decisions.count) recorded decisions, \(result.differences.count) otherwise"]
                + shown
                + (more > 0 ? ["  … and \(more) more"] : [])).joined(separator: "\n")
        }.joined(separator: "\n")
    }

    private static func clock(_ second: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    }

    private static func words(_ order: Decision.Order) -> String {
        switch order {
        case .hold: "hold"
        case .scaleOut(let count): "scale out by \(count)"
        case .scaleIn(let count): "scale in by \(count)"
        }
    }
}
