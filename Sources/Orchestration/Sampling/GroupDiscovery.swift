import Libvirt
import Wire

/// Finds the libvirt networks that `--hosts` means.
package enum GroupDiscovery {
    /// Why no network fits.
    package enum Failure: Error, CustomStringConvertible, Equatable {
        /// No network's addresses overlap the range.
        case noNetwork(CIDR, existing: [String])
        /// A network overlaps, but no guest can have an address in the range.
        case noGuestAddress(CIDR, network: String)
        /// The network that fits is not active.
        case inactive(CIDR, network: String)

        /// One sentence with the remedy.
        package var description: String {
            switch self {
            case .noNetwork(let hosts, let existing):
                "no libvirt network lies in \(hosts); "
                    + (existing.isEmpty
                        ? "this hypervisor has no network with addresses: define one, for example with "
                            + "'virsh net-start default'"
                        : "this hypervisor has " + existing.joined(separator: ", "))
            case .noGuestAddress(let hosts, let network):
                "\(hosts) overlaps the network '\(network)', but none of the addresses its guests can have; "
                    + "give the network's own range"
            case .inactive(let hosts, let network):
                "the network '\(network)' in \(hosts) is not active; start it with 'virsh net-start \(network)'"
            }
        }
    }

    /// A network with its range and the host's address in it.
    package struct Network: Sendable, Hashable {
        /// The network's name.
        package var name: String
        /// The bridge, by which domains may be attached directly.
        package var bridge: String?
        /// The host's address, of the family of the range: where guests reach the controller.
        package var hostAddress: IPAddress
        /// The network's range where its guests make addresses of their own (IPv6 without a DHCP server); `nil` where
        /// libvirt's server gives them out.
        package var ownAddresses: CIDR?

        /// Whether a domain with these interfaces is on it.
        package func has(_ interfaces: [DomainInterface]) -> Bool {
            interfaces.contains { $0.network == name || ($0.bridge != nil && $0.bridge == bridge) }
        }
    }

    /// The networks of `networks` that lie in `hosts`, by name.
    package static func networks(in hosts: CIDR, of networks: [NetworkInfo]) throws -> [Network] {
        var found: [Network] = []
        var refusal: Failure?
        var existing: [String] = []
        for network in networks {
            for address in network.addresses {
                guard let host = IPAddress(address.address),
                    let range = CIDR(around: host, prefix: address.prefixLength)
                else { continue }
                existing.append("'\(network.name)' (\(range))")
                guard range.overlaps(hosts) else { continue }
                if !network.isActive {
                    refusal = refusal ?? .inactive(hosts, network: network.name)
                } else if !guestsFit(range: range, host: host, in: hosts) {
                    refusal = refusal ?? .noGuestAddress(hosts, network: network.name)
                } else {
                    let own = host.family == .v6 && !address.hasDHCP ? range : nil
                    found.append(
                        Network(name: network.name, bridge: network.bridge, hostAddress: host, ownAddresses: own)
                    )
                }
            }
        }
        guard found.isEmpty else { return found.sorted { $0.name < $1.name } }
        throw refusal ?? .noNetwork(hosts, existing: existing)
    }

    /// Whether an address that a guest can have, not the network's, the broadcast or the host's own, is in `hosts`.
    private static func guestsFit(range: CIDR, host: IPAddress, in hosts: CIDR) -> Bool {
        var reserved: Set = [host]
        // Networks of one and of two addresses have neither of the others, and IPv6 has no broadcast.
        if range.prefix < range.base.family.bits - 1 {
            reserved.insert(range.base)
            if range.base.family == .v4 { reserved.insert(range.last) }
        }
        let low = max(range.base, hosts.base)
        let high = min(range.last, hosts.last)
        guard low <= high else { return false }
        // At most three addresses are reserved, so the fourth candidate is free at the latest.
        return (0...3).contains { offset in
            let candidate = IPAddress(family: low.family, value: low.value + UInt128(offset))
            return candidate <= high && !reserved.contains(candidate)
        }
    }
}
