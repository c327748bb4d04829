import ArgumentParser
import Controller
import Foundation
import Shared

/// `cms-controller reload`.
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Check the configuration and have the running controller take it.",
        discussion: """
            Give the flags the controller was started with. A configuration with an error is not passed on, and the \
            controller checks it once more by itself: a bad one changes nothing. It says in its log what changed at \
            once and what waits for a restart (listen, connect, state-dir, history-size, interval, log-file, advertise, and hosts of a group).

            Exit codes: 0 the controller was told, 1 none runs or it cannot be told, 64 wrong configuration.
            """
    )

    @OptionGroup var options: ControllerOptions

    mutating func run() async throws {
        let configuration = try options.load()
        do {
            let controller = try RunningController(stateDirectory: configuration.stateDirectory)
            try controller.reload()
            let groups = configuration.groups.map(\.name).joined(separator: ", ")
            print(
                "the configuration is valid (groups: \(groups)); told the controller (process \(controller.pid)) to take it"
            )
        } catch {
            throw runFailure(error)
        }
    }
}
