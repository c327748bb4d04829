import Hummingbird
import Shared
import Wire

/// `GET /metrics`: the agent's state in Prometheus' text format or OpenMetrics.
struct AgentMetrics: Sendable {
    /// /proc/stat counts in ticks of 1/100 s on every Linux that runs Swift (USER_HZ).
    private static let ticksPerSecond = 100.0

    let registry = PrometheusRegistry(MetricNames.all)

    init(pool: ComputePool, statistics: ServiceStatistics, status: AgentStatus, reader: ProcReader = ProcReader()) {
        registry.collect { snapshot in
            let totals = statistics.totals
            for outcome in ServiceStatistics.Outcome.allCases {
                snapshot.set(MetricNames.requests, [outcome.rawValue], Double(totals.outcomes[outcome] ?? 0))
            }
            let work = pool.snapshot
            snapshot.set(MetricNames.inFlight, [], Double(work.inFlight))
            snapshot.set(MetricNames.queued, [], Double(work.queued))
            snapshot.set(MetricNames.workers, [], Double(work.workers))
            snapshot.set(MetricNames.busyWorkers, [], Double(work.inFlight))
            snapshot.set(MetricNames.serviceTime, [], buckets: totals.buckets, sum: totals.serviceSeconds)
            if let cpu = reader.cpuTimes() {
                for (mode, ticks) in [("busy", cpu.busy), ("idle", cpu.idle), ("steal", cpu.steal)] {
                    snapshot.set(MetricNames.cpuTime, [mode], Double(ticks) / Self.ticksPerSecond)
                }
            }
            snapshot.set(MetricNames.pressure, [], reader.pressure().map { Double($0) / 1e6 })
            snapshot.set(MetricNames.draining, [], status.isDraining)
            snapshot.set(MetricNames.session, [], status.hasSession)
            snapshot.set(MetricNames.build, [CMSVersion.current], true)
            ProcessFigures.collect(into: &snapshot)
        }
    }

    /// The answer.
    ///
    /// - Parameter accept: The request's `Accept`.
    func response(accept: String?) -> Response { registry.response(accept: accept) }
}
