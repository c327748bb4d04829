import Autoscaling
import Configuration
import Foundation
import Libvirt
import Shared

extension ControllerConfiguration {
    /// Merges defaults, file, environment and flags, the later ones winning.
    ///
    /// - Parameters:
    ///   - flags: What the command line gave.
    ///   - file: The path of the configuration file, if any.
    ///   - environment: The process's environment.
    ///   - isRoot: Whether the process may use the system's directories.
    /// - Throws: ``ConfigurationError`` that names the key, where it was set, and the remedy.
    public static func load(
        flags: [ConfigurationKey: String],
        file: String?,
        environment: [String: String],
        isRoot: Bool
    ) throws -> ControllerConfiguration {
        let settings = try file.map { try (path: $0, values: ConfigurationFile.read($0)) }
        let reader = ConfigReader(providers: [
            InMemoryProvider(
                name: "flags",
                values: Dictionary(
                    uniqueKeysWithValues: flags.map { key, value in
                        (AbsoluteConfigKey(["cms", key.rawValue]), ConfigValue(.string(value), isSecret: false))
                    }
                )
            ),
            EnvironmentVariablesProvider(environmentVariables: environment),
            InMemoryProvider(
                name: "file",
                values: Dictionary(
                    uniqueKeysWithValues: (settings?.values ?? [:]).map { key, value in
                        (AbsoluteConfigKey(["cms", key.rawValue]), ConfigValue(.string(value.value), isSecret: false))
                    }
                )
            ),
        ])
        let values = Values(reader: reader) { key in
            if flags[key] != nil { return "--\(key.rawValue)" }
            if environment[key.environmentName] != nil { return key.environmentName }
            guard let settings, let value = settings.values[key] else { return "" }
            return "\(settings.path), line \(value.line)"
        }
        return try ControllerConfiguration(values, environment: environment, isRoot: isRoot)
    }

    private init(_ values: Values, environment: [String: String], isRoot: Bool) throws {
        guard let hosts = values.text(.hosts) else {
            throw ConfigurationError(
                key: "hosts",
                reason: "missing; give the guests' address range, for example --hosts 192.168.122.0/24"
            )
        }
        let threshold = try values.parse(.threshold, default: "75", "a percentage above 0 and below 100") {
            Double($0).flatMap { $0 > 0 && $0 < 100 ? $0 : nil }
        }
        let samples = try values.parse(.samples, default: "3", "a number from 1 to 1000") {
            Int($0).flatMap { (1...1000).contains($0) ? $0 : nil }
        }
        self.init(
            hosts: try values.wrap(.hosts) { try CIDR(parsing: hosts) },
            uri: try values.wrap(.connect) { try HypervisorURI(values.text(.connect) ?? "qemu:///system") },
            listen: try values.parse(
                .listen,
                default: "0.0.0.0:7000",
                "an address and a port, for example 0.0.0.0:7000"
            ) {
                HostPort($0, defaultPort: 7000)
            },
            stateDirectory: values.text(.stateDir)
                ?? Self.defaultStateDirectory(environment: environment, isRoot: isRoot),
            policy: ThresholdPolicy(threshold: threshold, samples: samples),
            interval: try values.duration(.interval, default: "1s", .milliseconds(100) ... .seconds(3600)),
            limits: LifecycleLimits(
                startDeadline: try values.duration(.startDeadline, default: "3m", .seconds(1) ... .seconds(86400)),
                attempts: try values.parse(.attempts, default: "2", "a number from 1 to 100") {
                    Int($0).flatMap { (1...100).contains($0) ? $0 : nil }
                },
                quarantine: try values.duration(.quarantine, default: "30m", .seconds(1) ... .seconds(30 * 86400))
            ),
            issuing: IssuingPolicy(
                agentLifetime: try values.duration(
                    .agentCertificateLifetime,
                    default: "24h",
                    .seconds(10) ... .seconds(365 * 86400)
                ),
                clientLifetime: try values.duration(
                    .clientCertificateLifetime,
                    default: "30d",
                    .seconds(10) ... .seconds(365 * 86400)
                )
            ),
            advertise: (values.text(.advertise) ?? "").split(separator: ",").map {
                $0.trimmingCharacters(in: .whitespaces)
            },
            logFile: values.text(.logFile)
        )
    }

    /// Where the state is when nobody says: systemd's directory, the system's, or the user's.
    public static func defaultStateDirectory(environment: [String: String], isRoot: Bool) -> String {
        if let directory = environment["STATE_DIRECTORY"], !directory.isEmpty { return directory }
        if isRoot { return "/var/lib/cms-controller" }
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return "\(state)/cms-controller" }
        return "\(environment["HOME"] ?? "/tmp")/.local/state/cms-controller"
    }
}

/// Settings as texts with the place each came from.
private struct Values {
    let reader: ConfigReader
    let source: (ConfigurationKey) -> String

    func text(_ key: ConfigurationKey) -> String? {
        reader.string(forKey: ConfigKey(["cms", key.rawValue])).flatMap { $0.isEmpty ? nil : $0 }
    }

    func wrap<Value>(_ key: ConfigurationKey, _ make: () throws -> Value) throws -> Value {
        do {
            return try make()
        } catch {
            throw ConfigurationError(key: key.rawValue, source: source(key), reason: "\(error)")
        }
    }

    func parse<Value>(
        _ key: ConfigurationKey,
        default standard: String,
        _ expected: String,
        _ make: (String) -> Value?
    ) throws -> Value {
        let text = text(key) ?? standard
        guard let value = make(text) else {
            throw ConfigurationError(
                key: key.rawValue,
                source: source(key),
                reason: "'\(text)' is not valid; expected \(expected)"
            )
        }
        return value
    }

    func duration(
        _ key: ConfigurationKey,
        default standard: String,
        _ range: ClosedRange<Duration>
    ) throws -> Duration {
        try parse(
            key,
            default: standard,
            "a time from \(range.lowerBound) to \(range.upperBound), for example \(standard)"
        ) {
            DurationText.parse($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}
