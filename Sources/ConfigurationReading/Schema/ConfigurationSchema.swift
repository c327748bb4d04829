import Autoscaling
import ConfigurationValues

/// The keys of the configuration file: the one place that knows them.
package enum ConfigurationSchema {
    /// The key that holds several groups.
    static let groupsKey = ControllerConfiguration.groupsKey

    /// The most groups.
    static let groupLimit = 1000

    /// The settings of the process.
    static let process: [KeyDescription] = [
        KeyDescription("connect", .text(.connection), "qemu:///system", "The libvirt connection."),
        KeyDescription(
            "host-lost-after",
            .duration(.seconds(5) ... .seconds(86400)),
            "60s",
            "For how long libvirt and all agents of a host are silent before its instances are replaced on others."
        ),
        KeyDescription(
            "listen",
            .text(.address),
            "0.0.0.0:7000",
            "Where the API listens; [::]:7000 when a group has IPv6 hosts."
        ),
        KeyDescription(
            "web-listen",
            .text(.address),
            "127.0.0.1:7080",
            "Where the dashboard and the metrics are served; none: nowhere. Without TLS on loopback, elsewhere with TLS and a token.",
            allowsNone: true
        ),
        KeyDescription(
            "web-token-file",
            .text(.path),
            nil,
            "A file with the token that the web interface asks for: on loopback before it steers, elsewhere before it shows anything.",
            example: "/etc/cms/web-token"
        ),
        KeyDescription(
            "state-dir",
            .text(.path),
            nil,
            "Where the state is kept (/var/lib/cms-controller for root).",
            example: "/var/lib/cms-controller"
        ),
        KeyDescription(
            "history-size",
            .bytes(16 << 20...1 << 40),
            "512MiB",
            "The most space that the history of samples and decisions takes in the state directory; none: none is kept.",
            allowsNone: true
        ),
        KeyDescription(
            "interval",
            .duration(.milliseconds(100) ... .seconds(3600)),
            "1s",
            "The time between two samples, and between two decisions."
        ),
        KeyDescription(
            "log-file",
            .text(.path),
            nil,
            "A file that gets one line per VM and sample with time, VM and CPU.",
            example: "/var/log/cms/autoscaler-log.txt"
        ),
        KeyDescription(
            "spans-file",
            .text(.path),
            nil,
            "A file that gets a trace of each scale out and scale in, as lines of OTLP/JSON.",
            example: "/var/log/cms/spans.jsonl"
        ),
        KeyDescription(
            "advertise",
            .list(.text(.reachable), count: 0...100, commas: true),
            nil,
            "Where agents, clients and other controllers reach this one: names or addresses, for its certificate too, with "
                + "the port unless it is that of listen; in one line, separated by commas.",
            example: "[cms.example, 10.0.0.5:7000]"
        ),
        KeyDescription(
            "name",
            .text(.identityName),
            nil,
            "How this controller is called among those that share a store, each by another name; without it as the host is.",
            example: "cms1"
        ),
        KeyDescription(
            "agent-certificate-lifetime",
            .duration(.seconds(10) ... .seconds(365 * 86400)),
            "24h",
            "The lifetime of agents' certificates."
        ),
        KeyDescription(
            "client-certificate-lifetime",
            .duration(.seconds(10) ... .seconds(365 * 86400)),
            "30d",
            "The lifetime of clients' certificates."
        ),
        store,
    ]

    /// Several groups by their names.
    package static let groups = KeyDescription(
        groupsKey,
        .named(MappingDescription(keys: group), count: 1...groupLimit),
        nil,
        "The groups by name, in place of one group's keys beside the process's; a domain belongs to the first that fits."
    )

    /// The keys of a group that the one-group form takes under a short name too: those of flags and variables.
    static let shortcuts: [KeyDescription] = ConfigurationKey.allCases.compactMap { key in
        guard key.path != [key.rawValue], key.path.count > 1, group.allSatisfy({ $0.name != key.rawValue }),
            let target = key.definition
        else { return nil }
        var shortcut = target
        shortcut.name = key.rawValue
        shortcut.standard = nil
        shortcut.isRequired = false
        shortcut.summary = "Short for \(key.path.joined(separator: ".")): \(target.summary)"
        return shortcut
    }

    /// All that may stand in a file of one group.
    static let oneGroup = MappingDescription(keys: process + [hypervisors] + group + shortcuts)

    /// All that may stand in a file of several groups.
    static let severalGroups = MappingDescription(keys: process + [hypervisors, groups])

    /// The description of the key at `path`; a list's path goes on with the keys of its elements.
    package static func description(of path: [String]) -> KeyDescription? {
        var keys = process + [hypervisors] + group
        var found: KeyDescription?
        for name in path {
            guard let next = keys.first(where: { $0.name == name }) else { return nil }
            found = next
            keys = next.kind.keys
        }
        return found
    }

    /// The paths at which a key of that name stands.
    static func paths(to name: String) -> [String] {
        paths(to: name, in: process + [hypervisors] + group, below: "")
    }

    private static func paths(to name: String, in keys: [KeyDescription], below prefix: String) -> [String] {
        keys.flatMap { key in
            (key.name == name ? [prefix + key.name] : [])
                + paths(to: name, in: key.kind.keys, below: "\(prefix)\(key.name).")
        }
    }
}

extension ValueKind {
    /// The known keys of a mapping, or of a list's mappings.
    var keys: [KeyDescription] {
        switch self {
        case .mapping(let description), .named(let description, _): description.keys
        case .list(let kind, _, _): kind.keys
        default: []
        }
    }
}
