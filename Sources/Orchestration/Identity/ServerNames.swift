import ConfigurationValues
import Foundation
import Glibc
import Libvirt
import Wire

/// Under which names and addresses the controller's certificate is valid.
package struct ServerNames {
    /// DNS names.
    package var dns: [String]
    /// Addresses.
    package var addresses: [IPAddress]
    /// The loopback names, the host's name, its addresses on the group's networks, and what `--advertise` adds.
    package init(configuration: ControllerConfiguration, networks: [GroupDiscovery.Network]) {
        let onNetworks = networks.map(\.hostAddress)
        var names = ["localhost", Self.hostName]
        var addresses = ["127.0.0.1", "::1"].compactMap { IPAddress($0) } + onNetworks
        if let listen = Self.own(configuration.listen) { addresses.append(listen) }
        if let web = configuration.webListen, !web.isLoopback {
            if let address = IPAddress(web.host) {
                if !address.isUnspecified { addresses.append(address) }
            } else {
                names.append(web.host)
            }
        }
        for name in configuration.advertised.map(\.host) + configuration.hypervisors.compactMap(\.controller) {
            if let address = IPAddress(name) { addresses.append(address) } else { names.append(name) }
        }
        dns = Self.unique(names.filter { !$0.isEmpty })
        self.addresses = Self.unique(addresses)
    }

    /// `host:port` at which agents, clients and other controllers reach this one: what `advertise` says; without it where
    /// it listens, or under the host's name when it listens everywhere. At most eight.
    ///
    /// - Parameter port: The port on which it listens, where the system chose it.
    package static func reachedAt(_ configuration: ControllerConfiguration, port: Int? = nil) -> [String] {
        let given = configuration.advertised
        guard given.isEmpty else {
            return given.prefix(ControllerConfiguration.advertisedLimit).map(\.description)
        }
        let listen = configuration.listen
        let host = own(listen)?.description ?? (IPAddress(listen.host) == nil ? listen.host : hostName)
        return ["\(HostPort(host: host.isEmpty ? "localhost" : host, port: port ?? listen.port))"]
    }

    /// Where a guest reaches the controller: where that listens, or, when it listens everywhere, the host's address on
    /// the guest's network.
    ///
    /// - Parameters:
    ///   - listen: Where the controller listens.
    ///   - networks: The networks of the guest's group.
    ///   - interfaces: The guest's; with none, or none on these networks, the first network counts.
    package static func guestAddress(
        listen: HostPort,
        networks: [GroupDiscovery.Network],
        interfaces: [DomainInterface]
    ) -> IPAddress? {
        own(listen) ?? (networks.first { $0.has(interfaces) } ?? networks.first)?.hostAddress
    }

    /// The one address that is listened on; `nil` for all of them, and for a name.
    private static func own(_ listen: HostPort) -> IPAddress? {
        IPAddress(listen.host).flatMap { $0.isUnspecified ? nil : $0 }
    }

    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func unique<Element: Hashable>(_ elements: [Element]) -> [Element] {
        var seen: Set<Element> = []
        return elements.filter { seen.insert($0).inserted }
    }
}
