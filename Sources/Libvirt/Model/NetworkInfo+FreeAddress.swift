import Foundation

extension NetworkInfo {
    /// The lowest address of a range that a new guest of this network may have.
    ///
    /// Not free are the network's own address and its broadcast address, those of the host, and all that are reserved or
    /// leased; also what lies outside the network. A lease counts until its expiry, one without for ever.
    ///
    /// - Parameters:
    ///   - range: The addresses to choose from, such as 192.168.122.160/28.
    ///   - leases: What ``Hypervisor/leases(network:)`` says of this network.
    ///   - excluded: Others that are not to be used.
    ///   - date: Now.
    /// - Returns: A dotted quad; nil when all are taken, or `range` is no IPv4 network or not one of this network's.
    public func lowestFreeAddress(
        in range: NetworkAddress,
        leases: [DHCPLease],
        excluding excluded: Set<String> = [],
        at date: Date
    ) -> String? {
        guard let wanted = range.bounds else { return nil }
        let networks = addresses.compactMap(\.bounds)
        let live = leases.filter { lease in lease.expiry.map { $0 > date } ?? true }
        let texts = addresses.map(\.address) + reservations.map(\.address) + live.map(\.address) + excluded
        let taken = Set(texts.compactMap(ipv4))
        for network in networks where network.overlaps(wanted) {
            // Networks of 31 and 32 bits have neither a network's address nor a broadcast address.
            let hosts = network.count > 2 ? (network.lowerBound + 1)...(network.upperBound - 1) : network
            guard hosts.overlaps(wanted) else { continue }
            // At most one step for each that is taken, and one more.
            if let free = hosts.clamped(to: wanted).first(where: { !taken.contains($0) }) { return dottedQuad(free) }
        }
        return nil
    }
}
