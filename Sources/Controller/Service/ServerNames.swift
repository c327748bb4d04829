import Foundation
import Glibc
import Shared

/// Under which names and addresses the controller's certificate is valid.
struct ServerNames {
    /// DNS names.
    var dns: [String]
    /// Addresses.
    var addresses: [IPAddress]
    /// Where guests reach the controller.
    var guestAddress: IPAddress

    /// The loopback names, the host's name, its addresses on the group's networks, and what `--advertise` adds.
    init(configuration: ControllerConfiguration, networks: [GroupDiscovery.Network]) {
        let listen = IPAddress(configuration.listen.host)
        let onNetworks = networks.map(\.hostAddress)
        let any = listen.map { $0.value == 0 } ?? true
        guestAddress = any ? (onNetworks.first ?? configuration.hosts.base) : (listen ?? configuration.hosts.base)
        var names = ["localhost", Self.hostName]
        var addresses = ["127.0.0.1", "::1"].compactMap { IPAddress($0) } + onNetworks
        if let listen, !any { addresses.append(listen) }
        if let web = configuration.webListen, !web.isLoopback {
            if let address = IPAddress(web.host) {
                if address.value != 0 { addresses.append(address) }
            } else {
                names.append(web.host)
            }
        }
        for name in configuration.advertise {
            if let address = IPAddress(name) { addresses.append(address) } else { names.append(name) }
        }
        dns = Self.unique(names.filter { !$0.isEmpty })
        self.addresses = Self.unique(addresses)
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
