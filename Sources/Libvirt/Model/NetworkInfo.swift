import Foundation

/// One virtual network.
package struct NetworkInfo: Hashable, Sendable {
    /// The name, such as `default`.
    package var name: String
    /// Canonical lower-case UUID.
    package var uuid: String
    /// The host's bridge, such as `virbr0`; nil when the network has none.
    package var bridge: String?
    /// Whether it is started.
    package var isActive: Bool
    /// The host's addresses on it, IPv4 and IPv6, in the order of the XML; empty for networks without IP.
    package var addresses: [NetworkAddress]
    /// Static DHCP leases.
    package var reservations: [DHCPReservation]

    /// Memberwise.
    package init(
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

/// An address with the length of its network's prefix, such as 192.168.122.1/24 or fd00:1::1/64.
package struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// A dotted quad, or an IPv6 address in its short form.
    package var address: String
    /// 0…32, for IPv6 0…128.
    package var prefixLength: Int
    /// Whether libvirt's server gives out addresses of this range: the section has a `<dhcp>` with ranges or hosts.
    ///
    /// Without it, guests of an IPv6 network make an address of their own from the router advertisements (SLAAC).
    package var hasDHCP: Bool

    /// Memberwise.
    package init(address: String, prefixLength: Int, hasDHCP: Bool = true) {
        self.address = address
        self.prefixLength = prefixLength
        self.hasDHCP = hasDHCP
    }

    /// `ADDRESS/LENGTH`.
    package var description: String { "\(address)/\(prefixLength)" }
}

/// A `<host>` line of a network's DHCP section: this MAC always gets this address.
///
/// DHCPv6 does not know guests by their MAC but by their DUID. So for an IPv6 address the entry is for the DUID that is
/// made of the MAC, the link-layer one (RFC 8415, 11.4): `00:03:00:01` and the MAC. Guests have to call themselves so.
package struct DHCPReservation: Hashable, Sendable {
    /// Lower-case, colons; nil where the entry matches by name or by another DUID only.
    package var mac: String?
    /// The host name handed out with it.
    package var name: String?
    /// A dotted quad, or an IPv6 address in its short form.
    package var address: String

    /// Memberwise; the MAC is lower-cased, and the address written as libvirt writes it.
    package init(mac: String?, name: String? = nil, address: String) {
        self.mac = mac?.lowercased()
        self.name = name
        self.address = canonicalAddress(address)
    }

    /// Whether it is for a guest's IPv6 address.
    var isIPv6: Bool { IPNumber(address)?.bits == 128 }
}

/// A lease that a network's DHCP server has given out.
package struct DHCPLease: Hashable, Sendable {
    /// Lower-case, colons.
    package var mac: String?
    /// The address in text.
    package var address: String
    /// Length of the network's prefix.
    package var prefixLength: Int
    /// What the guest calls itself.
    package var hostname: String?
    /// When it ends; nil for one that does not.
    package var expiry: Date?

    /// Memberwise; the MAC is lower-cased.
    package init(mac: String?, address: String, prefixLength: Int, hostname: String? = nil, expiry: Date? = nil) {
        self.mac = mac?.lowercased()
        self.address = address
        self.prefixLength = prefixLength
        self.hostname = hostname
        self.expiry = expiry
    }
}
