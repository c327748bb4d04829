/// An address of one of a domain's interfaces, as one of several sources knows it.
package struct GuestAddress: Hashable, Sendable {
    /// Who can say what address a guest has.
    package enum Source: String, Hashable, Sendable, CaseIterable {
        /// The DHCP server of the network that libvirt runs.
        case lease = "DHCP lease"
        /// The host's table of neighbours.
        case neighbour = "ARP table"
        /// The guest itself, by QEMU's guest agent.
        case guestAgent = "guest agent"
    }

    /// The interface's MAC address, lower case with colons; nil where the source does not say.
    package var mac: String?
    /// A dotted quad, or an IPv6 address.
    package var address: String

    /// Memberwise; the MAC is lower-cased.
    package init(mac: String?, address: String) {
        self.mac = mac?.lowercased()
        self.address = address
    }
}
