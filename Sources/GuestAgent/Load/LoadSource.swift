import Proxy

/// The work that a service has at one moment. What is not known is absent.
package struct Workload: Sendable, Equatable {
    /// Requests being worked on.
    package var inFlight: Int?
    /// Requests waiting for their turn.
    package var queued: Int?
    /// Threads that work.
    package var workers: Int?
    /// Upgraded connections.
    package var tunnels: Int?
    /// Established connections.
    package var connections: Int?
}

/// Says how much work there is; must not wait.
protocol WorkloadSource: Sendable {
    var workload: Workload { get }
}

/// The work that a drain waits for.
enum Unfinished: Sendable, Equatable {
    /// What the agent itself has admitted.
    case admitted
    /// So much, counted elsewhere.
    case counted(Int)
    /// Nobody knows, so that nobody may take it for none.
    case unknown
}

/// Where the figures of a report come from; must not wait.
protocol LoadSource: WorkloadSource {
    /// Requests answered since the start; `nil` when they are not counted here.
    var answered: UInt64? { get }
    /// Requests answered in a second, where that is known otherwise.
    var requestsPerSecond: Double? { get }
    /// What is not finished.
    var unfinished: Unfinished { get }
    /// The times of the requests of late; `nil` when there were none or they are not known.
    func serviceTimes(now: ContinuousClock.Instant) -> ServiceTimeWindow.Summary?
}

extension ComputePool: WorkloadSource {
    var workload: Workload {
        let now = snapshot
        return Workload(inFlight: now.inFlight, queued: now.queued, workers: now.workers)
    }
}

extension RequestGate: WorkloadSource {
    var workload: Workload {
        let now = snapshot
        return Workload(inFlight: now.inFlight, queued: now.queued, tunnels: now.tunnels)
    }
}

/// The figures of requests that pass through the agent.
struct CountedRequests: LoadSource {
    let source: any WorkloadSource
    let statistics: ServiceStatistics

    var workload: Workload { source.workload }
    var answered: UInt64? { statistics.totals.answered }
    var requestsPerSecond: Double? { nil }
    var unfinished: Unfinished { .admitted }

    func serviceTimes(now: ContinuousClock.Instant) -> ServiceTimeWindow.Summary? { statistics.recent(now: now) }
}
