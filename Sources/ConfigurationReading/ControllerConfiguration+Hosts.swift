import ConfigurationValues
import Glibc
import Lifecycle
import Wire

extension ControllerConfiguration {
    /// The hosts, and whether they were given by name.
    ///
    /// - Parameter connections: The connections that the command line gave, if it gave several.
    static func hosts(
        _ process: SettingsReader,
        _ settings: Settings,
        connections: [String],
        problems: inout ProblemList
    ) throws -> (hosts: [HypervisorConfiguration], areNamed: Bool) {
        if connections.count > 1 {
            var uris: [HypervisorURI] = []
            for text in connections {
                do {
                    let uri = try HypervisorURI(text)
                    if uris.contains(uri) { problems.add("connect", .flag("connect"), "'\(uri)' is given twice") }
                    uris.append(uri)
                } catch {
                    problems.add("connect", .flag("connect"), "\(error)")
                }
            }
            return (HypervisorConfiguration.named(uris, ownName: ownName), true)
        }
        let key = ConfigurationSchema.hypervisorsKey
        let isConnectGiven = settings["connect"].map { $0.source != .standard } ?? false
        guard let list = settings[key] else {
            return (
                HypervisorConfiguration.named(
                    [try HypervisorURI(process.required("connect", process.text))],
                    ownName: ownName
                ), false
            )
        }
        if let connect = settings["connect"], isConnectGiven {
            guard case .file = connect.source else {
                // A flag or a variable wins over the file.
                return (
                    HypervisorConfiguration.named(
                        [try HypervisorURI(process.required("connect", process.text))],
                        ownName: ownName
                    ), false
                )
            }
            problems.add("connect", connect.source, "\(key) is given too; keep one of them")
        }
        let reader = SettingsReader(settings, [ConfigurationSchema.hypervisors])
        var hosts: [HypervisorConfiguration] = []
        for (index, host) in (try reader.list(key) ?? []).enumerated() {
            guard !problems.concerns("\(key)[\(index)]") else { continue }
            hosts.append(try self.host(host, key: "\(key)[\(index)]", list.source, others: hosts, &problems))
        }
        return (hosts, true)
    }

    private static func host(
        _ settings: SettingsReader,
        key: String,
        _ source: SettingSource,
        others: [HypervisorConfiguration],
        _ problems: inout ProblemList
    ) throws -> HypervisorConfiguration {
        let uri = try HypervisorURI(settings.required("uri", settings.text))
        let given = try settings.text("name")
        let name = given ?? HypervisorConfiguration.named([uri], ownName: ownName)[0].name
        if !GroupConfiguration.isName(name) {
            problems.add(
                "\(key).name",
                source,
                "'\(name.prefix(100))' is not a host's name; use 1 to 64 letters, digits, '.', '_' or '-'"
            )
        } else if others.contains(where: { $0.name == name }) {
            problems.add(
                "\(key).name",
                source,
                given == nil ? "the host has no name of its own; give one" : "another host is called '\(name)', too"
            )
        }
        if let other = others.first(where: { $0.uri == uri }) {
            problems.add("\(key).uri", source, "it is the connection of '\(other.name)', too")
        }
        return HypervisorConfiguration(
            name: name,
            uri: uri,
            labels: settings.labels("labels"),
            memoryReserve: try settings.memory("memory-reserve"),
            vCPUOvercommit: try settings.number("vcpu-overcommit"),
            controller: try settings.text("controller")
        )
    }

    /// How this machine is called, as far as that can be a host's name.
    package static var ownName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let name = String(String(decoding: bytes, as: UTF8.self).prefix { $0 != "." })
        return GroupConfiguration.isName(name) ? name : "localhost"
    }
}
