import ArgumentParser
import Controller
import Foundation
import Shared

/// The options that say which running controller is meant.
struct OperatorOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The controller's address.", valueName: "host:port"))
    var controller: String = Self.usualController

    private static let usualController = "127.0.0.1:7000"

    @Option(
        help: ArgumentHelp(
            "The controller's state directory, on its own host (default: /var/lib/cms-controller for root).",
            valueName: "dir"
        ),
        completion: .directory
    )
    var stateDir: String?

    @Option(
        help: ArgumentHelp(
            "A directory of 'client add NAME --role operator', for a controller on another host.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var identity: String?

    func validate() throws {
        guard HostPort(controller, defaultPort: 7000) != nil else {
            throw ValidationError("--controller '\(controller)' is not HOST:PORT, for example 127.0.0.1:7000")
        }
    }

    /// Asks the controller; what fails ends the program with exit code 1.
    func ask<Result>(_ question: (OperatorClient) async throws -> Result) async throws -> Result {
        do {
            return try await question(try client())
        } catch {
            throw runFailure(error)
        }
    }

    /// Where a report is made from: the files of the state directory when no controller runs on it.
    func reportSource() throws -> ReportSource {
        guard identity == nil, controller == Self.usualController else { return .controller(try client()) }
        do {
            _ = try RunningController(stateDirectory: directory)
        } catch RunningController.Failure.notRunning {
            return .directory(directory)
        }
        return .controller(try client())
    }

    private var directory: String {
        let environment = ProcessInfo.processInfo.environment
        return stateDir
            ?? ControllerConfiguration.defaultStateDirectory(environment: environment, isRoot: geteuid() == 0)
    }

    private func client() throws -> OperatorClient {
        let address = HostPort(controller, defaultPort: 7000) ?? HostPort(host: "127.0.0.1", port: 7000)
        if let identity { return try OperatorClient(address: address, identityDirectory: identity) }
        let environment = ProcessInfo.processInfo.environment
        let name = (environment["SUDO_USER"] ?? environment["USER"]).flatMap { SPIFFEID.isName($0) ? $0 : nil }
        return try OperatorClient(
            address: address,
            stateDirectory: directory,
            name: name ?? "local"
        )
    }
}
