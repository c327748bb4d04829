import ArgumentParser
import ConfigurationReading
import ConfigurationValues
import Foundation
import Logging
import Shared

/// The options that say which configuration is meant.
struct ControllerOptions: ParsableArguments {
    @Option(help: .setting(.hosts, "cidr"))
    var hosts: String?

    @Option(
        help: ArgumentHelp(
            "\(ConfigurationKey.connect.help.dropLast()); may be given several times, for several hosts.",
            valueName: "uri"
        )
    )
    var connect: [String] = []

    @Option(help: .setting(.listen, "address:port"))
    var listen: String?

    @Option(help: .setting(.webListen, "address:port"))
    var webListen: String?

    @Option(parsing: .unconditional, help: .setting(.webTokenFile, "file"), completion: .file())
    var webTokenFile: String?

    @Option(parsing: .unconditional, help: .setting(.stateDir, "dir"))
    var stateDir: String?

    @Option(help: .setting(.historySize, "size"))
    var historySize: String?

    @Option(help: .setting(.min, "count"))
    var min: String?

    @Option(help: .setting(.max, "count"))
    var max: String?

    @Option(help: .setting(.standby, "count"))
    var standby: String?

    @Option(help: .setting(.threshold, "percent"))
    var threshold: String?

    @Option(help: .setting(.samples, "count"))
    var samples: String?

    @Option(help: .setting(.interval, "time"))
    var interval: String?

    @Option(help: .setting(.startDeadline, "time"))
    var startDeadline: String?

    @Option(help: .setting(.attempts, "count"))
    var attempts: String?

    @Option(help: .setting(.quarantine, "time"))
    var quarantine: String?

    @Option(help: .setting(.drainTimeout, "time"))
    var drainTimeout: String?

    @Option(help: .setting(.agentCertificateLifetime, "time"))
    var agentCertificateLifetime: String?

    @Option(help: .setting(.clientCertificateLifetime, "time"))
    var clientCertificateLifetime: String?

    @Option(
        help: ArgumentHelp(
            "\(ConfigurationKey.advertise.help.dropLast()); may be given several times.",
            valueName: "host:port"
        )
    )
    var advertise: [String] = []

    @Option(help: .setting(.name, "name"))
    var name: String?

    @Option(parsing: .unconditional, help: .setting(.logFile, "file"))
    var logFile: String?

    @Option(parsing: .unconditional, help: .setting(.spansFile, "file"), completion: .file())
    var spansFile: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "A YAML file with the same settings and more; 'cms-controller schema --reference' explains its keys. Flags win over CMS_… variables, those over the file.",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var config: String?

    /// What the command line gave.
    var flags: [ConfigurationKey: String] {
        let all: [(ConfigurationKey, String?)] = [
            (.hosts, hosts), (.connect, connect.count == 1 ? connect[0] : nil), (.listen, listen),
            (.webListen, webListen), (.webTokenFile, webTokenFile), (.stateDir, stateDir), (.historySize, historySize),
            (.min, min), (.max, max),
            (.standby, standby), (.threshold, threshold), (.samples, samples), (.interval, interval),
            (.logFile, logFile), (.spansFile, spansFile),
            (.advertise, advertise.isEmpty ? nil : advertise.joined(separator: ",")), (.name, name),
            (.startDeadline, startDeadline), (.attempts, attempts),
            (.quarantine, quarantine), (.drainTimeout, drainTimeout),
            (.agentCertificateLifetime, agentCertificateLifetime),
            (.clientCertificateLifetime, clientCertificateLifetime),
        ]
        return Dictionary(uniqueKeysWithValues: all.compactMap { key, value in value.map { (key, $0) } })
    }

    /// The merged configuration; a wrong one ends the program with exit code 64.
    func load() throws -> ControllerConfiguration {
        do {
            return try read()
        } catch {
            throw usageFailure(error)
        }
    }

    /// The merged configuration as it stands now.
    func read() throws -> ControllerConfiguration {
        try ControllerConfiguration.load(
            flags: flags,
            file: config,
            environment: ProcessInfo.processInfo.environment,
            isRoot: geteuid() == 0,
            connections: connect
        )
    }
}

extension ArgumentHelp {
    /// The help text of a setting, as the configuration's description has it.
    fileprivate static func setting(_ key: ConfigurationKey, _ valueName: String) -> ArgumentHelp {
        ArgumentHelp(key.help, valueName: valueName)
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
    FileHandle.standardError.write(Data("cms-controller: \(ErrorText.of(error))\n".utf8))
    return ExitCode(ExitStatus.usage)
}

/// Prints what failed to standard error and ends the program with exit code 1.
func runFailure(_ error: any Error) -> ExitCode {
    FileHandle.standardError.write(Data("cms-controller: \(ErrorText.of(error))\n".utf8))
    return ExitCode(ExitStatus.failure)
}
