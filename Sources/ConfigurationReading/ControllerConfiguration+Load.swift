import ConfigurationValues
import Foundation
import Lifecycle
import Wire
import Yams

extension ControllerConfiguration {
    /// Merges defaults, file, environment and flags, the later ones winning.
    ///
    /// - Parameters:
    ///   - flags: What the command line gave.
    ///   - file: The path of the configuration file, if any.
    ///   - environment: The process's environment.
    ///   - isRoot: Whether the process may use the system's directories.
    ///   - connections: The connections that the command line gave, if it gave several.
    /// - Throws: ``ConfigurationError`` that names all that is wrong, where it was set, and the remedy.
    package static func load(
        flags: [ConfigurationKey: String],
        file: String?,
        environment: [String: String],
        isRoot: Bool,
        connections: [String] = []
    ) throws -> ControllerConfiguration {
        let file = try file.map { try ConfigurationFile(path: $0) }
        let hasGroups = file?.root.contains { $0.key.string == ConfigurationSchema.groupsKey } ?? false
        var parser = SettingsParser(path: file?.path ?? "")
        let given = file.map {
            parser.settings(
                $0.root,
                hasGroups ? ConfigurationSchema.severalGroups : ConfigurationSchema.oneGroup,
                at: ""
            )
        }
        var merger = SettingsMerger(flags: flags, environment: environment, problems: parser.problems)
        let settings = merger.merge(given ?? Settings(), hasGroups: hasGroups)
        var problems = merger.problems

        let process = SettingsReader(settings, ConfigurationSchema.process)
        let interval = try process.required("interval", process.duration)
        let groups =
            hasGroups
            ? try namedGroups(settings, interval: interval, problems: &problems)
            : [try onlyGroup(settings, interval: interval, problems: &problems)]
        let webListen = try webListen(process, settings, problems: &problems)
        let listen = try listen(process, settings["listen"]?.source, groups: groups, problems: &problems)
        let store = try StoreConfiguration(process, settings.mapping("store"), problems: &problems)
        let (hosts, areNamed) = try hosts(process, settings, connections: connections, problems: &problems)
        checkAdvertised(process, settings["advertise"]?.source, store: store, problems: &problems)
        try problems.check()
        guard let first = groups.first, let firstHost = hosts.first else {
            throw ConfigurationError(key: ConfigurationSchema.groupsKey, reason: "there is no group; give at least one")
        }
        var configuration = ControllerConfiguration(
            group: first,
            others: Array(groups.dropFirst()),
            uri: firstHost.uri,
            listen: listen,
            webListen: webListen,
            webTokenFile: try process.text("web-token-file"),
            stateDirectory: try process.text("state-dir")
                ?? defaultStateDirectory(environment: environment, isRoot: isRoot),
            historySize: try process.bytes("history-size"),
            interval: interval,
            issuing: IssuingPolicy(
                agentLifetime: try process.required("agent-certificate-lifetime", process.duration),
                clientLifetime: try process.required("client-certificate-lifetime", process.duration)
            ),
            advertise: process.texts("advertise"),
            logFile: try process.text("log-file")
        )
        configuration.hypervisors = hosts
        configuration.hasNamedHosts = areNamed
        configuration.hostLostAfter = try process.required("host-lost-after", process.duration)
        configuration.spansFile = try process.text("spans-file")
        (configuration.store, configuration.name) = (store, try process.text("name") ?? ownName)
        return configuration
    }

    /// The groups under `groups`.
    private static func namedGroups(
        _ settings: Settings,
        interval: Duration,
        problems: inout ProblemList
    ) throws -> [GroupConfiguration] {
        let named = settings.mapping(ConfigurationSchema.groupsKey)
        if named.order.isEmpty, !problems.concerns(ConfigurationSchema.groupsKey) {
            problems.add(ConfigurationSchema.groupsKey, .standard, "there is no group; give at least one")
        }
        var groups: [GroupConfiguration] = []
        for name in named.order {
            let place = "\(ConfigurationSchema.groupsKey).\(name)"
            guard !problems.concerns(place) else { continue }
            groups.append(
                try group(name, named.mapping(name), at: place + ".", interval: interval, problems: &problems)
            )
        }
        GroupCheck.together(groups, sources: named, problems: &problems)
        return groups
    }

    /// The group whose settings stand beside those of the process.
    private static func onlyGroup(
        _ settings: Settings,
        interval: Duration,
        problems: inout ProblemList
    ) throws -> GroupConfiguration {
        if settings["hosts"] == nil, !problems.concerns("hosts") {
            problems.add(
                "hosts",
                .standard,
                "missing; give the guests' address range, for example --hosts 192.168.122.0/24"
            )
        }
        try problems.check()
        return try group(GroupConfiguration.defaultName, settings, at: "", interval: interval, problems: &problems)
    }

    /// Refuses more addresses than stand in a controller's record; for a certificate alone there may be more.
    private static func checkAdvertised(
        _ process: SettingsReader,
        _ source: SettingSource?,
        store: StoreConfiguration,
        problems: inout ProblemList
    ) {
        let count = process.texts("advertise").count
        guard case .etcd = store, let source, count > advertisedLimit else { return }
        problems.add(
            "advertise",
            source,
            "\(count) are more than the \(advertisedLimit) that controllers tell each other in store.etcd; name fewer"
        )
    }

    private static func webListen(
        _ process: SettingsReader,
        _ settings: Settings,
        problems: inout ProblemList
    ) throws -> HostPort? {
        let address = try process.text("web-listen").flatMap { HostPort($0, defaultPort: 7080) }
        if let address, !address.isLoopback, settings["web-token-file"] == nil {
            for problem in webTokenMissing(address, source: "").problems {
                problems.add(problem.key, settings["web-listen"]?.source ?? .standard, problem.reason)
            }
        }
        return address
    }

    private static func group(
        _ name: String,
        _ settings: Settings,
        at prefix: String,
        interval: Duration,
        problems: inout ProblemList
    ) throws -> GroupConfiguration {
        let group = try GroupConfiguration(
            name: name,
            SettingsReader(settings, ConfigurationSchema.group),
            interval: interval
        )
        GroupCheck.alone(group, settings, at: prefix, interval: interval, problems: &problems)
        return group
    }

    /// The error of a web interface that others could reach and that has no token.
    package static func webTokenMissing(_ address: HostPort, source: String) -> ConfigurationError {
        ConfigurationError(
            key: "web-listen",
            source: source,
            reason: "on \(address) others can reach the web interface, and it has no token; give web-token-file a file "
                + "with one, or listen on 127.0.0.1"
        )
    }

    /// Where the state is when nobody says: systemd's directory, the system's, or the user's.
    package static func defaultStateDirectory(environment: [String: String], isRoot: Bool) -> String {
        if let directory = environment["STATE_DIRECTORY"], !directory.isEmpty { return directory }
        if isRoot { return "/var/lib/cms-controller" }
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return "\(state)/cms-controller" }
        return "\(environment["HOME"] ?? "/tmp")/.local/state/cms-controller"
    }
}
