import Lifecycle
import Wire

/// One libvirt connection with what is said of its host.
package struct HypervisorConfiguration: Sendable, Equatable {
    /// The host's name: 1 to 64 letters, digits, `.`, `_` or `-`.
    package var name: String
    /// The libvirt connection.
    package var uri: HypervisorURI
    /// What placement can ask for.
    package var labels: [String: String]
    /// The memory that stays free; `nil`: as each group says.
    package var memoryReserve: HostReserve.Memory?
    /// The most vCPUs of running domains per CPU of the host; `nil`: as each group says.
    package var vCPUOvercommit: Double?
    /// The address at which its guests reach the controller; `nil`: where that listens, or the host's own address on the
    /// guests' network.
    package var controller: String?

    /// A host.
    package init(
        name: String,
        uri: HypervisorURI,
        labels: [String: String] = [:],
        memoryReserve: HostReserve.Memory? = nil,
        vCPUOvercommit: Double? = nil,
        controller: String? = nil
    ) {
        self.name = name
        self.uri = uri
        self.labels = labels
        self.memoryReserve = memoryReserve
        self.vCPUOvercommit = vCPUOvercommit
        self.controller = controller
    }

    /// What must be left on the host when an instance of a group is started that asks for `reserve`.
    package func reserve(_ reserve: HostReserve) -> HostReserve {
        HostReserve(
            memory: memoryReserve ?? reserve.memory,
            vCPUOvercommit: vCPUOvercommit ?? reserve.vCPUOvercommit
        )
    }

    /// Hosts of which nothing but the connection is known: named as the URI names them, else `ownName`, with a number
    /// where that is not enough.
    package static func named(_ uris: [HypervisorURI], ownName: String = "localhost") -> [HypervisorConfiguration] {
        var taken: Set<String> = []
        return uris.map { uri in
            let base = uri.host ?? ownName
            var name = base
            var number = 2
            // Ends: there are fewer names than connections.
            while !taken.insert(name).inserted {
                name = "\(base)-\(number)"
                number += 1
            }
            return HypervisorConfiguration(name: name, uri: uri)
        }
    }
}

extension HypervisorURI {
    /// The host that it names, if it names one and that can be a name.
    package var host: String? {
        guard let start = rawValue.firstRange(of: "://")?.upperBound else { return nil }
        var host = rawValue[start...].prefix { !"/?".contains($0) }
        if let at = host.lastIndex(of: "@") { host = host[host.index(after: at)...] }
        if let colon = host.lastIndex(of: ":"), !host.contains("[") { host = host[..<colon] }
        let name = host.filter { !"[]".contains($0) }.replacing(":", with: "-")
        return GroupConfiguration.isName(name) ? name : nil
    }

    /// Whether libvirtd runs on this machine, as far as the URI says.
    package var isLocal: Bool {
        guard let start = rawValue.firstRange(of: "://")?.upperBound else { return true }
        return rawValue[start...].first == "/"
    }
}
