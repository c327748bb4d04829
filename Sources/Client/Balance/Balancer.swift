import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Chooses endpoints and remembers how they fared. A pure value: time and chance come from the caller.
///
/// An endpoint that cannot be reached is set aside for a second, at each further failure for twice as long up to ten
/// seconds, and is then tried with one request at a time until one is answered. As long as nothing better is there, an
/// endpoint that was set aside is still chosen: the one whose failure is longest ago.
///
/// An endpoint whose controller asks for a slow start is chosen less often at first.
public struct Balancer: Sendable {
    /// A point on the clock that measures ejections.
    public typealias Instant = ContinuousClock.Instant

    /// A chosen endpoint, to be given back with ``finish(_:_:now:)`` exactly once.
    public struct Lease: Sendable, Equatable {
        /// The endpoint to send to.
        public let endpoint: Endpoint
        /// When it was chosen.
        public let pickedAt: Instant
    }

    /// How a request to an endpoint ended.
    public enum Outcome: Sendable, Equatable {
        /// With an answer of any kind: the endpoint lives.
        case answered
        /// The endpoint could not be reached, or kept silent until it was given up.
        case unreachable
        /// The connection broke after it had been made.
        case broken
        /// The caller gave up; nothing is known about the endpoint.
        case abandoned
    }

    /// The time an endpoint is set aside after its first failure.
    public static let firstEjection: Duration = .seconds(1)
    /// The longest time an endpoint is set aside.
    public static let longestEjection: Duration = .seconds(10)

    private struct Entry {
        var endpoint: Endpoint
        var inService = true
        var outstanding = 0
        var failures = 0
        var failedAt: Instant?
        var ejectedUntil: Instant?
        var trying = false
        var answeredAt: Instant?
        var slowStart: SlowStart?
    }

    private let policy: BalancePolicy
    private var entries: [String: Entry] = [:]
    /// The ids in service in the set's order, so that equal seeds choose equally.
    private var order: [String] = []
    private var hasSet = false

    /// A balancer without endpoints.
    public init(policy: BalancePolicy = .random) {
        self.policy = policy
    }

    /// The endpoints that may be chosen.
    public var endpoints: [Endpoint] { order.compactMap { entries[$0]?.endpoint } }

    /// The requests under way to the endpoint `id`, also after it has left.
    public func outstanding(_ id: String) -> Int { entries[id]?.outstanding ?? 0 }

    /// Whether the endpoint `id` is set aside at `now`.
    public func isEjected(_ id: String, now: Instant) -> Bool {
        entries[id]?.ejectedUntil.map { now < $0 } ?? false
    }

    /// Puts a set into effect, in which no endpoint starts slowly. One that is new or that moved starts without a past.
    public mutating func update(_ endpoints: [Endpoint]) { update(endpoints, slowStart: { _ in nil }) }

    /// Puts a set into effect. An endpoint that is new or that moved starts without a past, and slowly where its
    /// controller asks for that: from now on, or in the first set since it came into service.
    ///
    /// - Parameters:
    ///   - endpoints: The set.
    ///   - now: The time.
    ///   - date: The same by the wall clock, which may differ from the controller's.
    public mutating func update(_ endpoints: [Endpoint], now: Instant, date: Date) {
        let isFirst = !hasSet
        update(endpoints) { endpoint in
            SlowStart(of: endpoint, age: isFirst ? endpoint.since.map { date.timeIntervalSince($0) } : nil, now: now)
        }
    }

    private mutating func update(_ endpoints: [Endpoint], slowStart: (Endpoint) -> SlowStart?) {
        hasSet = true
        let staying = Set(endpoints.map(\.id))
        for id in Array(entries.keys) where !staying.contains(id) {
            entries[id]?.inService = false
            if entries[id]?.outstanding == 0 { entries[id] = nil }
        }
        for endpoint in endpoints {
            if var entry = entries[endpoint.id] {
                if !entry.inService || entry.endpoint.url != endpoint.url {
                    entry.failures = 0
                    entry.failedAt = nil
                    entry.ejectedUntil = nil
                    entry.trying = false
                    entry.slowStart = slowStart(endpoint)
                }
                entry.endpoint = endpoint
                entry.inService = true
                entries[endpoint.id] = entry
            } else {
                entries[endpoint.id] = Entry(endpoint: endpoint, slowStart: slowStart(endpoint))
            }
        }
        order = endpoints.map(\.id)
    }

    /// Chooses an endpoint; `nil` when none is in service.
    ///
    /// - Parameters:
    ///   - avoided: Endpoints chosen only when no other is fit.
    ///   - now: The time.
    ///   - generator: Where chance comes from.
    public mutating func pick(
        avoiding avoided: Set<String> = [],
        now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> Lease? {
        let fit = order.filter { isFit($0, now: now) }
        let wanted = fit.filter { !avoided.contains($0) }
        if let id = choose(among: wanted.isEmpty ? fit : wanted, now: now, using: &generator) {
            return lease(id, now: now)
        }
        // All are set aside: the one whose failure is longest ago is the likeliest to be back.
        let candidates = order.filter { !avoided.contains($0) }
        let oldest = (candidates.isEmpty ? order : candidates).min { left, right in
            (entries[left]?.failedAt ?? now) < (entries[right]?.failedAt ?? now)
        }
        return oldest.flatMap { lease($0, now: now) }
    }

    /// Chooses a fit endpoint outside `avoided`; `nil` when there is none.
    public mutating func pickOther(
        than avoided: Set<String>,
        now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> Lease? {
        let fit = order.filter { !avoided.contains($0) && isFit($0, now: now) }
        return choose(among: fit, now: now, using: &generator).flatMap { lease($0, now: now) }
    }

    /// Whether a fit endpoint outside `avoided` is in service.
    public func hasOther(than avoided: Set<String>, now: Instant) -> Bool {
        order.contains { !avoided.contains($0) && isFit($0, now: now) }
    }

    /// Gives a lease back with what became of the request.
    public mutating func finish(_ lease: Lease, _ outcome: Outcome, now: Instant) {
        let id = lease.endpoint.id
        guard var entry = entries[id] else { return }
        entry.outstanding = max(0, entry.outstanding - 1)
        if entry.failures > 0 { entry.trying = false }
        let isSamePlace = entry.endpoint.url == lease.endpoint.url
        switch outcome {
        case .answered where isSamePlace:
            entry.failures = 0
            entry.failedAt = nil
            entry.ejectedUntil = nil
            entry.answeredAt = now
        case .unreachable where isSamePlace:
            // Many requests fail together when an endpoint dies: what was chosen before the last failure adds nothing.
            if entry.failedAt.map({ lease.pickedAt >= $0 }) ?? true {
                let ejection = min(Self.firstEjection * (1 << min(entry.failures, 8)), Self.longestEjection)
                entry.failures += 1
                entry.failedAt = now
                entry.ejectedUntil = now.advanced(by: ejection)
            }
        default: break
        }
        entries[id] = !entry.inService && entry.outstanding == 0 ? nil : entry
    }

    /// Since when the endpoint of `lease` has kept silent: its last answer, or the choice when that is later.
    public func silentSince(_ lease: Lease) -> Instant {
        entries[lease.endpoint.id]?.answeredAt.map { max($0, lease.pickedAt) } ?? lease.pickedAt
    }

    /// Whether the endpoint of `lease` is still in service at the same place.
    public func isInService(_ lease: Lease) -> Bool {
        guard let entry = entries[lease.endpoint.id] else { return false }
        return entry.inService && entry.endpoint.url == lease.endpoint.url
    }

    private func isFit(_ id: String, now: Instant) -> Bool {
        guard let entry = entries[id] else { return false }
        guard entry.failures > 0 else { return true }
        return !entry.trying && entry.ejectedUntil.map { now >= $0 } ?? true
    }

    private mutating func lease(_ id: String, now: Instant) -> Lease? {
        guard var entry = entries[id] else { return nil }
        entry.outstanding += 1
        if entry.failures > 0 { entry.trying = true }
        entries[id] = entry
        return Lease(endpoint: entry.endpoint, pickedAt: now)
    }

    private func choose(
        among ids: [String],
        now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> String? {
        let weights = ids.map { entries[$0]?.slowStart?.weight(at: now) ?? 1 }
        switch policy {
        case .random: return Self.draw(ids, weights, using: &generator)
        case .leastOutstanding:
            // One with a tenth of the weight is as full with one request as another with ten.
            let loads = zip(ids, weights).map { Double(outstanding($0)) / $1 }
            guard let fewest = loads.min() else { return nil }
            let places = ids.indices.filter { loads[$0] == fewest }
            return Self.draw(places.map { ids[$0] }, places.map { weights[$0] }, using: &generator)
        }
    }

    /// Any of `ids`, each as often as its weight says.
    private static func draw(
        _ ids: [String],
        _ weights: [Double],
        using generator: inout some RandomNumberGenerator
    ) -> String? {
        guard weights.contains(where: { $0 < 1 }) else { return ids.randomElement(using: &generator) }
        var rest = Double.random(in: 0..<weights.reduce(0, +), using: &generator)
        for (id, weight) in zip(ids, weights) {
            rest -= weight
            if rest < 0 { return id }
        }
        return ids.last
    }
}
