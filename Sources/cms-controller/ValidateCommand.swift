import ArgumentParser
import ConfigurationValues
import Controller
import Foundation
import Libvirt
import Lifecycle
import Logging
import Shared

/// `cms-controller validate`.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check the configuration, the range, libvirt, the state directory and the port, and change nothing.",
        discussion: """
            Each Prometheus query of the rules is asked once and its answer shown. A server that does not answer, or not \
            with one number, is a warning; an expression that the server refuses, and a file that cannot be read, fail.
            """
    )

    @OptionGroup var options: ControllerOptions

    @Flag(help: "Ask no Prometheus server.")
    var offline = false

    mutating func run() async throws {
        let configuration = try options.load()
        let connections = configuration.hypervisors.map { "\($0.uri)" }.joined(separator: ", ")
        print("ok    configuration: \(connections), state in \(configuration.stateDirectory)")
        for group in configuration.groups { print("ok    group \(group.name): \(group.summary)") }
        let logger = Logger(label: "cms-controller") { _ in SwiftLogNoOpLogHandler() }
        let validation = Validation(
            configuration: configuration,
            hypervisors: configuration.hypervisors.map { LibvirtHypervisor(uri: $0.uri, logger: logger) },
            isOffline: offline
        )
        var failed = false
        for finding in await validation.findings() {
            print("\(finding.isFine ? finding.isWarning ? "WARN " : "ok   " : "FAIL ") \(finding.text)")
            failed = failed || !finding.isFine
        }
        if failed { throw ExitCode(ExitStatus.failure) }
    }
}
