import Libvirt
import Wire

/// Which of the addresses that several sources name is a guest's. A value: who asked for them is not its concern.
package struct GuestAddressChoice: Sendable, Equatable {
    /// What each source that was asked said.
    package var answers: [GuestAddress.Source: [GuestAddress]] = [:]

    package init() {}

    /// The address inside `hosts` that is most likely the guest's, with its source; `nil` when there is none.
    ///
    /// A lease outlives the run in which it was given, and a guest that calls itself otherwise than before gets another
    /// one beside it. So of several leases the one counts that the host has as a neighbour, then the one that was taken
    /// for the guest's before, then the first.
    ///
    /// - Parameters:
    ///   - hosts: The range in which the guests' addresses lie.
    ///   - present: The address that was found before, if any.
    package func address(in hosts: CIDR, present: IPAddress?) -> (address: IPAddress, source: GuestAddress.Source)? {
        let neighbours = candidates(.neighbour, in: hosts)
        for source in [GuestAddress.Source.lease, .neighbour, .guestAgent] {
            let found = candidates(source, in: hosts)
            let best =
                found.first { $0 == present && neighbours.contains($0) } ?? found.first(where: neighbours.contains)
                ?? found.first { $0 == present } ?? found.first
            if let best { return (best, source) }
        }
        return nil
    }

    private func candidates(_ source: GuestAddress.Source, in hosts: CIDR) -> [IPAddress] {
        (answers[source] ?? []).compactMap { IPAddress($0.address) }.filter(hosts.contains)
    }
}
