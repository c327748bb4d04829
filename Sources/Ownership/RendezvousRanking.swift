/// Which members a group belongs to, best first: rendezvous hashing.
///
/// Each pair of group and member has a score of its own, so when a member goes only its groups move, and they spread over
/// all that are left.
package enum RendezvousRanking {
    /// The members in the order in which they are to own the group.
    package static func rank(_ members: some Sequence<String>, for group: String) -> [String] {
        members.map { (name: $0, score: score(member: $0, group: group)) }
            .sorted { ($1.score, $0.name) < ($0.score, $1.name) }
            .map(\.name)
    }

    /// FNV-1a over both names, and a last mixing so that names which differ in their end alone do not score alike.
    static func score(member: String, group: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func feed(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        group.utf8.forEach(feed)
        feed(0)
        member.utf8.forEach(feed)
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        return hash ^ (hash >> 31)
    }
}
