import ConfigurationValues
import Lifecycle
import Wire

extension ControllerConfiguration {
    /// Where the API listens: as it was given, if the guests of every group can reach it there; else where they can.
    ///
    /// - Parameter source: Where it was given; `nil` when nobody gave it.
    package static func listen(
        _ process: SettingsReader,
        _ source: SettingSource?,
        groups: [GroupConfiguration],
        problems: inout ProblemList
    ) throws -> HostPort {
        let address = try process.required("listen") { HostPort(try process.text($0) ?? "", defaultPort: 7000) }
        let hasIPv6 = groups.contains { $0.hosts.base.family == .v6 }
        let everywhere = HostPort(host: hasIPv6 ? "::" : "0.0.0.0", port: address.port)
        guard let source else { return everywhere }
        if address.isLinkLocal {
            problems.add(
                "listen",
                source,
                "\(address) is a link-local address, which guests cannot reach without the name of their own network "
                    + "card; listen on another address of this host, for example \(everywhere)"
            )
        } else if let group = groups.first(where: { !reaches($0.hosts, address) }) {
            problems.add(
                "listen",
                source,
                "the guests in \(group.hosts) cannot reach \(address), for it is of the other address family; listen on "
                    + "an address of theirs, for example \(everywhere)"
            )
        }
        return address
    }

    /// Whether senders in `hosts` can come to `address`; of a name nothing is known.
    private static func reaches(_ hosts: CIDR, _ address: HostPort) -> Bool {
        guard let listen = IPAddress(address.host) else { return true }
        return listen.family == hosts.base.family || (listen.family == .v6 && listen.isUnspecified)
    }
}
