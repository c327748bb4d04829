import Foundation

extension NetworkInfo {
    /// The lowest address of a range that a new guest of this network may have.
    ///
    /// Not free are the network's own address and its broadcast address (which IPv6 does not have), those of the host,
    /// and all that are reserved or leased; also what lies outside the network. A lease counts until its expiry, one
    /// without for ever.
    ///
    /// - Parameters:
    ///   - range: The addresses to choose from, such as 192.168.122.160/28 or fd00:1::100/120.
    ///   - leases: What ``Hypervisor/leases(network:)`` says of this network.
    ///   - excluded: Others that are not to be used.
    ///   - date: Now.
    /// - Returns: An address of the range's family; nil when all are taken, or `range` is no network or not one of this
    ///   network's.
    package func lowestFreeAddress(
        in range: NetworkAddress,
        leases: [DHCPLease],
        excluding excluded: Set<String> = [],
        at date: Date
    ) -> String? {
        guard let (bits, wanted) = range.bounds else { return nil }
        let networks = addresses.compactMap(\.bounds).filter { $0.bits == bits }.map(\.range)
        let live = leases.filter { lease in lease.expiry.map { $0 > date } ?? true }
        let texts = addresses.map(\.address) + reservations.map(\.address) + live.map(\.address) + excluded
        let taken = Set(texts.compactMap(IPNumber.init).filter { $0.bits == bits }.map(\.value))
        for network in networks {
            guard let hosts = Self.guests(of: network, bits: bits), hosts.overlaps(wanted) else { continue }
            let candidates = hosts.clamped(to: wanted)
            // At most one step for each that is taken, and one more.
            var candidate = candidates.lowerBound
            while taken.contains(candidate), candidate < candidates.upperBound { candidate += 1 }
            if !taken.contains(candidate) { return IPNumber(bits: bits, value: candidate).description }
        }
        return nil
    }

    /// What is left of a network without its own address (in IPv6 that of all its routers) and its broadcast address;
    /// networks of one and of two addresses have neither.
    private static func guests(of network: ClosedRange<UInt128>, bits: Int) -> ClosedRange<UInt128>? {
        guard network.upperBound - network.lowerBound > 1 else { return network }
        return (network.lowerBound + 1)...(network.upperBound - (bits == 32 ? 1 : 0))
    }
}
