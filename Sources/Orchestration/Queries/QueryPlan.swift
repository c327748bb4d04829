import Autoscaling

/// When each query is to be asked again: decides, and asks nobody.
struct QueryPlan {
    /// The most questions under way at a time; the others wait their turn.
    static let limit = 64
    /// The longest time until the queries are looked at anew: a reload may have changed them.
    static let longestWait = Duration.seconds(1)
    private static let shortestWait = Duration.milliseconds(20)

    private var due: [PrometheusQuery: MonotonicInstant] = [:]
    private var underWay: Set<PrometheusQuery> = []

    /// The queries to ask now, those due longest first; each counts as under way from now on.
    ///
    /// - Parameter queries: All that there are; others are forgotten.
    mutating func take(_ queries: Set<PrometheusQuery>, now: MonotonicInstant) -> [PrometheusQuery] {
        due = due.filter { queries.contains($0.key) }
        for query in queries where due[query] == nil { due[query] = now }
        let waiting = due.filter { $0.value <= now && !underWay.contains($0.key) }
            .sorted { ($0.value, $0.key.expression) < ($1.value, $1.key.expression) }
        let taken = waiting.prefix(max(0, Self.limit - underWay.count)).map(\.key)
        for query in taken {
            underWay.insert(query)
            due[query] = now.advanced(by: query.interval)
        }
        return taken
    }

    /// A question has ended.
    mutating func ended(_ query: PrometheusQuery) {
        underWay.remove(query)
    }

    /// How long nothing need be done.
    func wait(now: MonotonicInstant) -> Duration {
        let next = due.filter { !underWay.contains($0.key) }.values.min().map { now.duration(to: $0) }
        return max(Self.shortestWait, min(Self.longestWait, next ?? Self.longestWait))
    }
}
