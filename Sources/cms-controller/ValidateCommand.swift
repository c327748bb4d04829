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
        abstract: "Check the configuration, the range, libvirt, the state directory and the port, and change nothing."
    )

    @OptionGroup var options: ControllerOptions

    mutating func run() async throws {
        let configuration = try options.load()
        print("ok    configuration: \(configuration.uri), state in \(configuration.stateDirectory)")
        for group in configuration.groups { print("ok    group \(group.name): \(group.summary)") }
        let logger = Logger(label: "cms-controller") { _ in SwiftLogNoOpLogHandler() }
        let hypervisor = LibvirtHypervisor(uri: configuration.uri, logger: logger)
        var failed = false
        for finding in await Validation(configuration: configuration, hypervisor: hypervisor).findings() {
            print("\(finding.isFine ? "ok   " : "FAIL ") \(finding.text)")
            failed = failed || !finding.isFine
        }
        if failed { throw ExitCode(ExitStatus.failure) }
    }
}
