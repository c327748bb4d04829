import Foundation

/// One virtual network.
public struct NetworkInfo: Hashable, Sendable {
    /// The name, such as `default`.
    public var name: String
    /// Canonical lower-case UUID.
    public var uuid: String
    /// The host's bridge, such as `virbr0`; nil when the network has none.
    public var bridge: String?
    /// Whether it is started.
    public var isActive: Bool
    /// The host's IPv4 addresses on it, in the order of the XML; empty for networks without IP.
    public var addresses: [NetworkAddress]
    /// Static DHCP leases.
    public var reservations: [DHCPReservation]

    /// Memberwise.
    public init(
        name: String,
        uuid: String,
        bridge: String? = nil,
        isActive: Bool = true,
        addresses: [NetworkAddress] = [],
        reservations: [DHCPReservation] = []
    ) {
        self.name = name
        self.uuid = uuid
        self.bridge = bridge
        self.isActive = isActive
        self.addresses = addresses
        self.reservations = reservations
    }
}

/// An IPv4 address with the length of its network's prefix, such as 192.168.122.1/24.
public struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// Dotted quad.
    public var address: String
    /// 0…32.
    public var prefixLength: Int

    /// Memberwise.
    public init(address: String, prefixLength: Int) {
        self.address = address
        self.prefixLength = prefixLength
    }

    /// `ADDRESS/LENGTH`.
    public var description: String { "\(address)/\(prefixLength)" }
}

/// A `<host>` line of a network's DHCP section: this MAC always gets this address.
public struct DHCPReservation: Hashable, Sendable {
    /// Lower-case, colons; nil where the entry matches by name only.
    public var mac: String?
    /// The host name handed out with it.
    public var name: String?
    /// Dotted quad.
    public var address: String

    /// Memberwise; the MAC is lower-cased.
    public init(mac: String?, name: String? = nil, address: String) {
        self.mac = mac?.lowercased()
        self.name = name
        self.address = address
    }
}

/// A lease that a network's DHCP server has given out.
public struct DHCPLease: Hashable, Sendable {
    /// Lower-case, colons.
    public var mac: String?
    /// The address in text.
    public var address: String
    /// Length of the network's prefix.
    public var prefixLength: Int
    /// What the guest calls itself.
    public var hostname: String?
    /// When it ends; nil for one that does not.
    public var expiry: Date?

    /// Memberwise; the MAC is lower-cased.
    public init(mac: String?, address: String, prefixLength: Int, hostname: String? = nil, expiry: Date? = nil) {
        self.mac = mac?.lowercased()
        self.address = address
        self.prefixLength = prefixLength
        self.hostname = hostname
        self.expiry = expiry
    }
}
