import ArgumentParser
import ConfigurationReading
import ConfigurationValues
import EmbeddedStore
import Foundation
import Operator
import Shared
import Wire

/// `cms-controller join CONTROLLER`.
struct JoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Get the certificate authority of a running controller, to be a controller of the same authority.",
        discussion: """
            On the running controller's machine 'cms-controller token create --for-controller NAME' prints the whole command. \
            The controller is recognized by the hash before anything is sent to it. What comes is written as authority.pem \
            into the state directory, readable by its owner alone; then 'run' can be started with the same store.etcd. Token \
            and hash can be given as CMS_JOIN_TOKEN and CMS_CA_HASH, too.

            Exit codes: 0 joined, or joined already, 1 not joined, 64 wrong command line.
            """
    )

    @Argument(help: ArgumentHelp("The running controller's address.", valueName: "host:port"))
    var controller: String

    @Option(parsing: .unconditional, help: ArgumentHelp("The single-use join token.", valueName: "token"))
    var token: String?

    @Option(help: ArgumentHelp("The hash of the authority's certificate: sha256:…", valueName: "hash"))
    var caHash: String?

    @Option(help: ArgumentHelp("How this controller is called (default: the host's name).", valueName: "name"))
    var name: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Where this controller's state is (default: as of 'run').", valueName: "dir"),
        completion: .directory
    )
    var stateDir: String?

    @Flag(help: "Replace another authority that is there; it is kept under another name.")
    var force = false

    @Flag(help: "Print one JSON object.")
    var json = false

    /// What `--json` prints.
    private struct Report: Encodable {
        var result: String
        var name: String
        var stateDirectory: String
        var authorityHash: String
        var kept: String?
    }

    mutating func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let address = HostPort(controller, defaultPort: 7000), address.port > 0 else {
            throw ValidationError("'\(controller)' is not an address; write it as host:port")
        }
        if let problem = address.requestProblem { throw ValidationError(problem) }
        guard let token = token ?? environment["CMS_JOIN_TOKEN"], !token.isEmpty else {
            throw ValidationError("no join token; give --token or $CMS_JOIN_TOKEN")
        }
        guard let hash = caHash ?? environment["CMS_CA_HASH"], Fingerprint.isWellFormed(hash) else {
            throw ValidationError(
                "no hash of the authority, which is 'sha256:' and 64 hexadecimal digits; give --ca-hash or $CMS_CA_HASH"
            )
        }
        let name = name ?? ControllerConfiguration.ownName
        guard SPIFFEID.isName(name) else {
            throw ValidationError("'\(name)' is not a controller's name: use 1 to 64 letters, digits, '.', '_' or '-'")
        }
        let path =
            stateDir
            ?? ControllerConfiguration.defaultStateDirectory(environment: environment, isRoot: geteuid() == 0)
        do {
            let join = ControllerJoin(controller: address, name: name, directory: try StateDirectory(path: path))
            let outcome = try await join.run(token: token, authorityHash: hash, replaces: force)
            try say(outcome, Report(result: "", name: name, stateDirectory: path, authorityHash: hash.lowercased()))
        } catch {
            throw runFailure(
                NetworkFailure(error).map { failure -> any Error in
                    OperatorClient.Failure(description: "the controller at \(address) cannot be asked: \(failure)")
                } ?? error
            )
        }
    }

    private func say(_ outcome: ControllerJoin.Outcome, _ report: Report) throws {
        var report = report
        let text: String
        switch outcome {
        case .alreadyJoined:
            report.result = "already-joined"
            text = "already joined: \(report.stateDirectory) has this authority"
        case .joined(let kept):
            report.result = "joined"
            report.kept = kept
            text =
                "joined as \(report.name): the authority is in \(report.stateDirectory)/authority.pem"
                + (kept.map { "; the one before is kept in \($0)" } ?? "")
        }
        print(json ? String(decoding: try WireCoding.encoder().encode(report), as: UTF8.self) : text)
    }
}
