/// Whom a scale in takes.
package enum VictimSelection {
    /// An instance that might be taken.
    package struct Candidate: Sendable, Hashable, Codable {
        /// The instance.
        package var id: String
        /// Its name.
        package var name: String
        /// Requests in flight and queued; `nil` when unknown.
        package var work: Int?
        /// When it came into service; `nil` when unknown: taken for the oldest.
        package var inServiceSince: MonotonicInstant?
        /// Whether the operator protects it.
        package var isProtected: Bool
        /// Whether the domain is the system's own to stop.
        package var isOwned: Bool

        /// A candidate.
        package init(
            id: String,
            name: String,
            work: Int?,
            inServiceSince: MonotonicInstant?,
            isProtected: Bool = false,
            isOwned: Bool = true
        ) {
            self.id = id
            self.name = name
            self.work = work
            self.inServiceSince = inServiceSince
            self.isProtected = isProtected
            self.isOwned = isOwned
        }
    }

    /// Those that may be taken, the first to take first: the least work, unknown work last; of equals the youngest in
    /// service, then by name, then by id. Protected ones and those not owned are left out.
    package static func order(_ candidates: [Candidate]) -> [Candidate] {
        candidates.filter { $0.isOwned && !$0.isProtected }.sorted(by: precedes)
    }

    private static func precedes(_ left: Candidate, _ right: Candidate) -> Bool {
        let works = (left.work ?? .max, right.work ?? .max)
        if works.0 != works.1 { return works.0 < works.1 }
        let since = (left.inServiceSince?.nanoseconds ?? .min, right.inServiceSince?.nanoseconds ?? .min)
        if since.0 != since.1 { return since.0 > since.1 }
        return left.name != right.name ? left.name < right.name : left.id < right.id
    }
}
