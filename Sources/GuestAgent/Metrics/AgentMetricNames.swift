import Shared

/// Every metric of the agent.
enum AgentMetricNames {
    static let requests = MetricDefinition(
        "cms_agent_requests_total",
        .counter,
        "Requests by what became of them.",
        labels: ["outcome"]
    )
    static let inFlight = MetricDefinition("cms_agent_requests_in_flight", .gauge, "Requests being worked on.")
    static let queued = MetricDefinition("cms_agent_requests_queued", .gauge, "Requests waiting for their turn.")
    static let workers = MetricDefinition("cms_agent_workers", .gauge, "Threads that compute.")
    static let busyWorkers = MetricDefinition("cms_agent_workers_busy", .gauge, "Threads that compute now.")
    static let serviceTime = MetricDefinition(
        "cms_agent_service_time_seconds",
        .histogram,
        "Time from the acceptance of a request to the end of its answer.",
        buckets: ServiceStatistics.bounds
    )
    static let connections = MetricDefinition(
        "cms_agent_service_connections",
        .gauge,
        "Established connections of the service from other machines (service beside the agent only)."
    )
    static let tunnels = MetricDefinition(
        "cms_agent_upgraded_connections",
        .gauge,
        "Connections that became another protocol, such as WebSocket (proxy only)."
    )
    static let cpuTime = MetricDefinition(
        "cms_agent_cpu_seconds_total",
        .counter,
        "CPU time of all vCPUs since the boot by mode.",
        labels: ["mode"]
    )
    static let pressure = MetricDefinition(
        "cms_agent_cpu_pressure_seconds_total",
        .counter,
        "Time in which a task waited for a CPU, since the boot."
    )
    static let draining = MetricDefinition("cms_agent_draining", .gauge, "1 while new work is refused.")
    static let session = MetricDefinition(
        "cms_agent_controller_session",
        .gauge,
        "1 while the controller's command stream is open."
    )
    static let build = MetricDefinition(
        "cms_agent_build_info",
        .info,
        "The agent's version; always 1.",
        labels: ["version"]
    )

    /// All, in the order of the text.
    static let all =
        [
            requests, inFlight, queued, workers, busyWorkers, connections, tunnels, serviceTime, cpuTime, pressure,
            draining,
            session, build,
        ] + ProcessFigures.all
}
