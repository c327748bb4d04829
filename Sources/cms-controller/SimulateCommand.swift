import ArgumentParser
import Autoscaling
import ConfigurationReading
import ConfigurationValues
import Foundation
import Lifecycle
import Reports

/// `cms-controller simulate`.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run the engine over a recorded trace or a made-up load, faster than real time, and compare.",
        discussion: """
            The very engine that runs live decides; a model of the service answers. Deterministic: the same input gives \
            the same output. A running controller records its traces as trace-GROUP.jsonl in its state directory.

            EXAMPLES
              cms-controller simulate --workload all --compare hpa --compare aws --compare original
              cms-controller simulate --trace trace-web.jsonl --policy cms.yaml --compare new.yaml --chart out.png
            """
    )

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("A recorded trace.", valueName: "file"),
        completion: .file(extensions: ["jsonl"])
    )
    var trace: String?

    @Option(
        help: ArgumentHelp(
            "A built-in load: \(Workload.Name.allCases.map(\.rawValue).joined(separator: ", ")) or all.",
            valueName: "name"
        )
    )
    var workload: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "A configuration file whose policy is tried (default: the recommended policy).",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var policy: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Something to compare with: another configuration file, or hpa, aws, original. May be given repeatedly.",
            valueName: "file|name"
        )
    )
    var compare: [String] = []

    @Option(parsing: .unconditional, help: "The group of the configuration files (default: their first).")
    var group: String?

    @Option(help: "The model: vCPUs of an instance.")
    var vcpus = ServiceModel().vCPUs

    @Option(help: ArgumentHelp("The model: CPU time of a request.", valueName: "seconds"))
    var serviceTime = ServiceModel().serviceTime

    @Option(help: ArgumentHelp("The model: requests that may wait in an instance.", valueName: "count"))
    var queue = ServiceModel().queueLimit

    @Option(help: ArgumentHelp("The model: from the order to service by a boot.", valueName: "seconds"))
    var boot = ServiceModel().bootSeconds

    @Option(help: ArgumentHelp("The model: from the order to service out of standby.", valueName: "seconds"))
    var resume = ServiceModel().resumeSeconds

    @Option(help: "The model: instances in standby (default: what the configuration file says).")
    var standby: Int?

    @Option(help: "The model: the fewest instances.")
    var min = ServiceModel().min

    @Option(help: "The model: the most instances.")
    var max = ServiceModel().max

    @Option(help: "Seed of the load's scatter.")
    var seed: UInt64 = 1

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Draw a chart into this PNG file.", valueName: "file"),
        completion: .file()
    )
    var chart: String?

    @Flag(help: "Also print every order with its reason.")
    var decisions = false

    @Flag(help: "Print JSON, with the time series.")
    var json = false

    func validate() throws {
        guard (trace == nil) != (workload == nil) else {
            throw ValidationError("give either --trace FILE or --workload NAME")
        }
        if let workload, workload != "all", Workload.Name(rawValue: workload) == nil {
            throw ValidationError(
                "there is no workload '\(workload)'; there are: "
                    + Workload.Name.allCases.map(\.rawValue).joined(separator: ", ") + ", all"
            )
        }
        try checkNumbers()
    }

    private func checkNumbers() throws {
        let numbers = [
            ("--vcpus", vcpus, 1...1024), ("--queue", queue, 0...1_000_000), ("--boot", boot, ServiceModel.waits),
            ("--resume", resume, ServiceModel.waits), ("--min", min, 1...ServiceModel.most),
            ("--max", max, 1...ServiceModel.most), ("--standby", standby ?? 0, 0...ServiceModel.most),
        ]
        for (name, value, range) in numbers where !range.contains(value) {
            throw ValidationError("\(name) is \(value); it must be from \(range.lowerBound) to \(range.upperBound)")
        }
        guard ServiceModel.serviceTimes.contains(serviceTime) else {
            throw ValidationError("--service-time is \(serviceTime); it must be from 0.00001 to 3600 seconds")
        }
        guard min <= max else { throw ValidationError("--min \(min) is more than --max \(max)") }
        guard standby ?? 0 <= max - min else {
            throw ValidationError(
                "--standby \(standby ?? 0) and --min \(min) are more than --max \(max), which counts standby too; give a "
                    + "--standby of at most \(max - min), or a larger --max"
            )
        }
    }

    mutating func run() async throws {
        var model = ServiceModel(vCPUs: vcpus, serviceTime: serviceTime, queueLimit: queue, bootSeconds: boot)
        (model.resumeSeconds, model.min, model.max) = (resume, min, max)
        let contenders = try [engine(policy)] + compare.map(contender)
        do {
            let run: SimulationRun
            if let trace {
                run = try SimulationRun(trace: trace, contenders: contenders, model: model)
            } else {
                let names = workload.flatMap { Workload.Name(rawValue: $0) }.map { [$0] } ?? Workload.Name.allCases
                run = try SimulationRun(workloads: names, contenders: contenders, model: model, seed: seed)
            }
            if json {
                print(String(decoding: try run.json(), as: UTF8.self))
            } else {
                print(run.comparison.table)
                if trace != nil { print("\n" + run.replayed(limit: decisions ? .max : 10)) }
                if decisions { print("\n" + run.decisions(limit: .max)) }
            }
            if let chart { try await SimulationChart.write(run, to: chart) }
        } catch {
            throw runFailure(error)
        }
    }

    private func contender(_ text: String) throws -> SimulationRun.Contender {
        switch text {
        case "hpa": .hpa
        case "aws": .aws
        case "original": .original
        default: try engine(text)
        }
    }

    private func engine(_ file: String?) throws -> SimulationRun.Contender {
        guard let file else { return .engine(name: "engine", policy: .recommended, standby: standby ?? 0) }
        do {
            let configuration = try ControllerConfiguration.load(
                flags: [:],
                file: file,
                environment: [:],
                isRoot: false
            )
            guard
                let group = group.map({ name in configuration.groups.first { $0.name == name } })
                    ?? configuration.groups.first
            else {
                throw SimulationRun.Failure(description: "\(file) has no group '\(group ?? "")'")
            }
            let ready = standby ?? (group.standby.paused + group.standby.saved)
            return .engine(name: file, policy: group.policy, standby: ready)
        } catch {
            throw usageFailure(error)
        }
    }
}
