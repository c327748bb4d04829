import Controller
import Foundation
import Glibc
import Logging
import Shared

/// One of the controllers of `provisioning/dev/benchmark-scale`: a whole one, over hypervisors in memory and a real etcd, with
/// the agents and clients that talk to it in the same process. Commands come on its standard input, figures go to its
/// standard output, a line of JSON each.
@main
enum Scale {
    static func main() async throws {
        guard CommandLine.arguments.count == 2 else {
            FileHandle.standardError.write(
                Data("usage: cms-scale SETTINGS (JSON; see provisioning/dev/benchmark-scale)\n".utf8)
            )
            exit(64)
        }
        let settings = try JSONDecoder().decode(ScaleSettings.self, from: Data(CommandLine.arguments[1].utf8))
        var logger = Logger(label: "scale") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let world = try ScaleWorld(settings)
        let (ticks, assembled) = (TickLog(), Latch<InProcessUse.Parts>())
        let use = InProcessUse(
            prober: AnsweringProber(),
            onTick: { ticks.note($0) },
            onAssembled: { assembled.set($0) }
        )
        let service = ControllerService(
            configuration: world.configuration,
            hypervisors: world.hypervisors,
            logger: logger
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await service.run(onListening: { port in Output.say(["listening": port]) }, within: use)
            }
            tasks.addTask {
                let desk = CommandDesk(
                    settings: settings,
                    world: world,
                    parts: try await assembled.wait(),
                    ticks: ticks
                )
                try await desk.run()
            }
            try await tasks.next()
            tasks.cancelAll()
        }
    }
}

/// What the script reads.
enum Output {
    static func say(_ values: [String: any Sendable]) {
        guard let data = try? JSONSerialization.data(withJSONObject: values, options: [.sortedKeys]) else { return }
        FileHandle.standardOutput.write(data + Data("\n".utf8))
    }
}
