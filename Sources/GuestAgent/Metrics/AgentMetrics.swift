import Hummingbird
import NIOCore
import ServerSupport
import Shared
import Wire

/// `GET /metrics`: the agent's state in Prometheus' text format or OpenMetrics.
struct AgentMetrics: Sendable {
    /// /proc/stat counts in ticks of 1/100 s on every Linux that runs Swift (USER_HZ).
    private static let ticksPerSecond = 100.0

    let registry = PrometheusRegistry(AgentMetricNames.all)

    init(
        work source: any WorkloadSource,
        statistics: ServiceStatistics,
        status: AgentStatus,
        reader: ProcReader = ProcReader()
    ) {
        registry.collect { snapshot in
            let totals = statistics.totals
            for outcome in ServiceStatistics.Outcome.allCases {
                snapshot.set(AgentMetricNames.requests, [outcome.rawValue], Double(totals.outcomes[outcome] ?? 0))
            }
            let work = source.workload
            snapshot.set(AgentMetricNames.inFlight, [], work.inFlight.map { Double($0) })
            snapshot.set(AgentMetricNames.queued, [], work.queued.map { Double($0) })
            if let workers = work.workers {
                snapshot.set(AgentMetricNames.workers, [], Double(workers))
                snapshot.set(AgentMetricNames.busyWorkers, [], work.inFlight.map { Double($0) })
            }
            snapshot.set(AgentMetricNames.connections, [], work.connections.map { Double($0) })
            snapshot.set(AgentMetricNames.tunnels, [], work.tunnels.map { Double($0) })
            snapshot.set(AgentMetricNames.serviceTime, [], buckets: totals.buckets, sum: totals.serviceSeconds)
            if let cpu = reader.cpuTimes() {
                for (mode, ticks) in [("busy", cpu.busy), ("idle", cpu.idle), ("steal", cpu.steal)] {
                    snapshot.set(AgentMetricNames.cpuTime, [mode], Double(ticks) / Self.ticksPerSecond)
                }
            }
            snapshot.set(AgentMetricNames.pressure, [], reader.pressure().map { Double($0) / 1e6 })
            snapshot.set(AgentMetricNames.draining, [], status.isDraining)
            snapshot.set(AgentMetricNames.session, [], status.hasSession)
            snapshot.set(AgentMetricNames.build, [CMSVersion.current], true)
            ProcessFigures.collect(into: &snapshot)
        }
    }

    /// The answer.
    ///
    /// - Parameter accept: The request's `Accept`.
    func response(accept: String?) -> Response { registry.response(accept: accept) }

    /// The same as text, and its content type.
    func text(accept: String?) -> (body: ByteBuffer, type: String) {
        let format = PrometheusRegistry.format(accept: accept)
        return (registry.exposition(openMetrics: format.isOpenMetrics), format.contentType)
    }
}
