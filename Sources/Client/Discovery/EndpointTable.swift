import Wire

/// What a client knows of the endpoints: the set of one revision, changed notice by notice.
///
/// A pure value: whoever reads the watch stream gives it each line and acts on the ``Effect``.
public struct EndpointTable: Sendable, Equatable {
    /// What a notice did to the table.
    public enum Effect: Sendable, Equatable {
        /// A new revision is known, which differs from the one before by these endpoints (none when only the revision
        /// moved on).
        case updated(added: [Endpoint], removed: [Endpoint])
        /// Nothing changed: a sign of life, `scaling`, `scaled`, a repeated line.
        case unchanged
        /// A kind of notice from a newer controller, left aside.
        case ignored(kind: String)
        /// Lines are missing between the table and the notice; the table is unchanged. Read the whole set again.
        case gap(known: UInt64?, told: UInt64)
        /// The notice contradicts itself or is too large; the table is unchanged.
        case malformed(reason: String)
    }

    /// The most endpoints of a set (`WireLimits.streamLine` is made for as many).
    public static let maximumCount = 10_000

    /// The revision of the set; `nil` before the first whole set.
    public private(set) var revision: UInt64?
    /// The endpoints that may be used, ordered by name, then by id.
    public private(set) var endpoints: [Endpoint] = []

    /// An empty table that knows no revision.
    public init() {}

    /// The set with its revision; `nil` before the first whole set.
    public var set: EndpointSet? {
        revision.map { EndpointSet(revision: $0, endpoints: endpoints) }
    }

    /// Takes one line of the watch stream.
    public mutating func apply(_ notice: EndpointNotice) -> Effect {
        switch notice.kind {
        case .set: replace(with: notice)
        case .change: change(with: notice)
        case .heartbeat, .scaling, .scaled:
            notice.revision == revision ? .unchanged : .gap(known: revision, told: notice.revision)
        case .unknown(let word): .ignored(kind: word)
        }
    }

    private mutating func replace(with notice: EndpointNotice) -> Effect {
        guard let told = notice.endpoints else { return .malformed(reason: "a set without endpoints") }
        guard told.count <= Self.maximumCount else {
            return .malformed(reason: "a set of \(told.count) endpoints; at most \(Self.maximumCount) are allowed")
        }
        guard Set(told.map(\.id)).count == told.count else {
            return .malformed(reason: "a set that names an endpoint twice")
        }
        let before = Set(endpoints)
        let after = Set(told)
        let removed = endpoints.filter { !after.contains($0) }
        revision = notice.revision
        endpoints = Self.ordered(told)
        return .updated(added: endpoints.filter { !before.contains($0) }, removed: removed)
    }

    private mutating func change(with notice: EndpointNotice) -> Effect {
        guard let known = revision else { return .gap(known: nil, told: notice.revision) }
        let added = notice.added ?? []
        let gone = Set((notice.removed ?? []).map(\.id))
        guard endpoints.count + added.count <= Self.maximumCount, gone.count <= Self.maximumCount else {
            return .malformed(reason: "a change that leads to more than \(Self.maximumCount) endpoints")
        }
        // An endpoint that moved is in both lists: the old place goes, the new one comes.
        let arriving = Set(added.map(\.id))
        let kept = endpoints.filter { !gone.contains($0.id) && !arriving.contains($0.id) }
        let result = Self.ordered(kept + added)
        if notice.revision == known, result == endpoints { return .unchanged }
        guard known < UInt64.max, notice.revision == known + 1 else {
            return .gap(known: known, told: notice.revision)
        }
        guard arriving.count == added.count else {
            return .malformed(reason: "a change that adds an endpoint twice")
        }
        let before = Set(endpoints)
        let after = Set(result)
        let removed = endpoints.filter { !after.contains($0) }
        revision = notice.revision
        endpoints = result
        return .updated(added: result.filter { !before.contains($0) }, removed: removed)
    }

    private static func ordered(_ endpoints: [Endpoint]) -> [Endpoint] {
        endpoints.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }
}
