import ArgumentParser
import Controller
import Foundation
import Logging
import Shared

/// The options that say which configuration is meant.
struct ControllerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The range in which the guests' addresses lie, for example 192.168.122.0/24.",
            valueName: "cidr"
        )
    )
    var hosts: String?

    @Option(help: ArgumentHelp("The libvirt connection (default: qemu:///system).", valueName: "uri"))
    var connect: String?

    @Option(help: ArgumentHelp("Where the API listens (default: 0.0.0.0:7000).", valueName: "address:port"))
    var listen: String?

    @Option(
        help: ArgumentHelp("Where the state is kept (default: /var/lib/cms-controller for root).", valueName: "dir")
    )
    var stateDir: String?

    @Option(
        help: ArgumentHelp("Percent of CPU over which an instance is overloaded (default: 75).", valueName: "percent")
    )
    var threshold: String?

    @Option(
        help: ArgumentHelp("Samples in a row over the threshold before scaling out (default: 3).", valueName: "count")
    )
    var samples: String?

    @Option(help: ArgumentHelp("The time between two samples (default: 1s).", valueName: "time"))
    var interval: String?

    @Option(
        help: ArgumentHelp("How long a started instance may take until it serves (default: 3m).", valueName: "time")
    )
    var startDeadline: String?

    @Option(help: ArgumentHelp("Failed starts before an instance is quarantined (default: 2).", valueName: "count"))
    var attempts: String?

    @Option(help: ArgumentHelp("How long a quarantine lasts (default: 30m).", valueName: "time"))
    var quarantine: String?

    @Option(help: ArgumentHelp("The lifetime of agents' certificates (default: 24h).", valueName: "time"))
    var agentCertificateLifetime: String?

    @Option(help: ArgumentHelp("The lifetime of clients' certificates (default: 30d).", valueName: "time"))
    var clientCertificateLifetime: String?

    @Option(
        help: ArgumentHelp(
            "Further names or addresses under which clients reach the controller, separated by commas.",
            valueName: "names"
        )
    )
    var advertise: String?

    @Option(
        help: ArgumentHelp("Append one line per VM and second with time, VM and CPU to this file.", valueName: "file")
    )
    var logFile: String?

    @Option(
        help: ArgumentHelp(
            "A YAML file with the same settings by the same names. Flags win over CMS_… variables, those over the file.",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var config: String?

    /// What the command line gave.
    var flags: [ConfigurationKey: String] {
        let all: [(ConfigurationKey, String?)] = [
            (.hosts, hosts), (.connect, connect), (.listen, listen), (.stateDir, stateDir), (.threshold, threshold),
            (.samples, samples), (.interval, interval), (.logFile, logFile), (.advertise, advertise),
            (.startDeadline, startDeadline), (.attempts, attempts), (.quarantine, quarantine),
            (.agentCertificateLifetime, agentCertificateLifetime),
            (.clientCertificateLifetime, clientCertificateLifetime),
        ]
        return Dictionary(uniqueKeysWithValues: all.compactMap { key, value in value.map { (key, $0) } })
    }

    /// The merged configuration; a wrong one ends the program with exit code 64.
    func load() throws -> ControllerConfiguration {
        do {
            return try ControllerConfiguration.load(
                flags: flags,
                file: config,
                environment: ProcessInfo.processInfo.environment,
                isRoot: geteuid() == 0
            )
        } catch {
            throw usageFailure(error)
        }
    }
}

/// The options of logging.
struct LogOptions: ParsableArguments {
    @Option(help: "How log lines on standard error are written: text or json.")
    var logFormat: LogFormat = .text

    @Option(help: "The lowest level that is logged: trace, debug, info, notice, warning, error or critical.")
    var logLevel: Logger.Level = .info

    func makeLogger() -> Logger {
        let (format, level) = (logFormat, logLevel)
        LoggingSystem.bootstrap { StructuredLogHandler(label: $0, format: format, level: level) }
        return Logger(label: "cms-controller")
    }
}

extension LogFormat: ExpressibleByArgument {}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// Prints what is wrong to standard error and ends the program with exit code 64.
func usageFailure(_ error: any Error) -> ExitCode {
    FileHandle.standardError.write(Data("cms-controller: \(error)\n".utf8))
    return ExitCode(ExitStatus.usage)
}

/// Prints what failed to standard error and ends the program with exit code 1.
func runFailure(_ error: any Error) -> ExitCode {
    FileHandle.standardError.write(Data("cms-controller: \(error)\n".utf8))
    return ExitCode(ExitStatus.failure)
}
