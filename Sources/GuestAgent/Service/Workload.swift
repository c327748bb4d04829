import Proxy

/// The work that a service has at one moment.
package struct Workload: Sendable, Equatable {
    /// Requests being worked on.
    package var inFlight: Int
    /// Requests waiting for their turn.
    package var queued: Int
    /// Threads that work; absent where the agent does not know.
    package var workers: Int?
    /// Upgraded connections; absent where there can be none.
    package var tunnels: Int?
}

/// Says how much work there is; must not wait.
protocol WorkloadSource: Sendable {
    var workload: Workload { get }
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
