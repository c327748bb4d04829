import ArgumentParser
import ConfigurationReading
import ConfigurationValues
import EmbeddedStore
import Foundation
import Operator
import Reports
import UnixSignals
import Wire

/// The options that say which running controller is meant.
struct OperatorOptions: ParsableArguments {
    @Option(
        name: [.customLong("controller"), .customLong("controllers")],
        help: ArgumentHelp(
            "The controller's address, or several with commas between them, of which the first is asked that answers "
                + "(default: where the one of the state directory listens, else 127.0.0.1:7000).",
            valueName: "host:port,…"
        )
    )
    var controller: [String] = []

    private static let usualController = "127.0.0.1:7000"

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The controller's state directory, on its own host (default: /var/lib/cms-controller for root).",
            valueName: "dir"
        ),
        completion: .directory
    )
    var stateDir: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "A directory of 'client add NAME --role operator', for a controller on another host.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var identity: String?

    func validate() throws {
        _ = try given()
    }

    /// The controllers that are given; empty without any.
    private func given() throws -> [HostPort] {
        let parts = ControllerList.parts(of: controller)
        guard parts.count <= WireLimits.controllers, controller.isEmpty || !parts.isEmpty else {
            throw ValidationError("--controller names \(parts.count) controllers; give 1 to \(WireLimits.controllers)")
        }
        return try parts.map { part in
            guard let address = HostPort(part, defaultPort: 7000) else {
                throw ValidationError("--controller '\(part)' is not HOST:PORT, for example 127.0.0.1:7000")
            }
            if let problem = address.requestProblem { throw ValidationError("--controller: \(problem)") }
            return address
        }
    }

    /// Asks the controller; what fails ends the program with exit code 1.
    func ask<Result>(_ question: (OperatorClient) async throws -> Result) async throws -> Result {
        let client = try client()
        do {
            return try await question(client)
        } catch {
            throw runFailure(error)
        }
    }

    /// Where a report is made from: the files of the state directory when no controller runs on it.
    func reportSource() throws -> ReportSource {
        guard identity == nil, controller.isEmpty || controller == [Self.usualController] else {
            return .controller(try makeClient())
        }
        do {
            _ = try RunningController(stateDirectory: stateDirectory)
        } catch RunningController.Failure.notRunning {
            return .directory(stateDirectory)
        }
        return .controller(try makeClient())
    }

    /// Prints; it is no failure that nobody reads any more.
    func print(_ output: TextOutput, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch is TextOutput.Closed {
            return
        } catch {
            throw runFailure(error)
        }
    }

    /// Goes on until Ctrl-C or SIGTERM, which are an orderly end, or until nobody reads any more.
    func untilInterrupted(_ body: @escaping @Sendable () async throws -> Void) async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
                group.addTask { for await _ in signals { return } }
                group.addTask { try await body() }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch is TextOutput.Closed {
            return
        } catch {
            throw runFailure(error)
        }
    }

    /// Says something beside the output.
    static func say(_ text: String) {
        FileHandle.standardError.write(Data("cms-controller: \(text)\n".utf8))
    }

    /// How text is set off on that output.
    static func style(_ output: TextOutput) -> TextStyle {
        TextStyle(isTerminal: output.isTerminal, environment: ProcessInfo.processInfo.environment)
    }

    /// Where the controller's state is, on its own host.
    var stateDirectory: String {
        stateDir
            ?? ControllerConfiguration.defaultStateDirectory(
                environment: ProcessInfo.processInfo.environment,
                isRoot: geteuid() == 0
            )
    }

    /// The controller that is meant; what stands against it ends the program with exit code 1.
    func client() throws -> OperatorClient {
        do {
            return try makeClient()
        } catch {
            throw runFailure(error)
        }
    }

    /// Where the controllers are: as they were given, as the one on this host noted it, or as usual.
    private func controllers() throws -> ControllerList {
        let usual = HostPort(host: "127.0.0.1", port: 7000)
        if let list = ControllerList(try given()) { return list }
        guard identity == nil, let running = try? RunningController(stateDirectory: stateDirectory) else {
            return ControllerList(usual)
        }
        return ControllerList(running.localAddress ?? usual)
    }

    private func makeClient() throws -> OperatorClient {
        let controllers = try controllers()
        if let identity { return try OperatorClient(controllers: controllers, identityDirectory: identity) }
        let environment = ProcessInfo.processInfo.environment
        let name = (environment["SUDO_USER"] ?? environment["USER"]).flatMap { SPIFFEID.isName($0) ? $0 : nil }
        return try OperatorClient(
            controllers: controllers,
            stateDirectory: stateDirectory,
            name: name ?? "local"
        )
    }
}
