import ArgumentParser
import ConfigurationValues
import EmbeddedStore
import Foundation
import Lifecycle
import Operator

/// `cms-controller reload`.
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Have the running controller read its configuration anew.",
        discussion: """
            The controller reads the file, variables and flags that it was started with, and answers what changed at once \
            and what waits for a restart (\(restarting.joined(separator: ", ")), and hosts of a group). A configuration with an error changes nothing, and the error is printed.
            """
    )

    private static var restarting: [String] { ControllerConfiguration.changedByRestart.map(\.key) }

    @Flag(help: "Send SIGHUP to the controller of the state directory instead of asking over HTTPS.")
    var signal = false

    @OptionGroup var options: OperatorOptions

    mutating func run() async throws {
        if signal {
            do {
                let controller = try RunningController(stateDirectory: options.stateDirectory)
                try controller.reload()
                print("told the controller (process \(controller.pid)) to read its configuration anew; see its events")
            } catch {
                throw runFailure(error)
            }
        } else {
            let plan = try await options.ask { try await $0.reload() }
            print(plan.lines.joined(separator: "\n"))
        }
    }
}
