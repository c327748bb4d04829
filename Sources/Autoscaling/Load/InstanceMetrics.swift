/// What the agent of one instance says beside the CPU: what rules on other numbers look at. What was not measured is `nil`.
package struct InstanceMetrics: Sendable, Hashable, Codable {
    /// Requests that are computed.
    package var inFlight: Double?
    /// Requests that wait for a worker.
    package var queued: Double?
    /// Requests answered a second.
    package var requests: Double?
    /// The 99th percentile of the time of a request, seconds; zero where there are none.
    package var latencyP99: Double?
    /// Memory in use, percent of the guest's.
    package var memory: Double?
    /// The share of time in which a task waited for a CPU, percent.
    package var psi: Double?

    /// Nothing measured.
    package init() {}

    /// The numbers of a sample.
    package init(_ sample: GuestSample) {
        inFlight = sample.inFlight.map { Double(max(0, $0)) }
        queued = sample.queued.map { Double(max(0, $0)) }
        requests = Self.usable(sample.requestsPerSecond)
        memory = Self.usable(sample.memory).map { min(100, $0) }
        psi = Self.usable(sample.pressure).map { min(100, $0) }
        // Without requests there is no time of one: that it has nothing to do is known, not missing.
        let isIdle = requests == 0 && inFlight == 0 && queued == 0
        latencyP99 = Self.usable(sample.latencyP99) ?? (isIdle ? 0 : nil)
    }

    /// One of the numbers.
    package subscript(_ metric: MetricTarget.Metric) -> Double? {
        switch metric {
        case .inFlight: inFlight
        case .requests: requests
        case .latencyP99: latencyP99
        case .memory: memory
        case .psi: psi
        case .queued: queued
        }
    }

    /// What is there in `newer` in place of what was.
    mutating func merge(_ newer: InstanceMetrics) {
        inFlight = newer.inFlight ?? inFlight
        queued = newer.queued ?? queued
        requests = newer.requests ?? requests
        latencyP99 = newer.latencyP99 ?? latencyP99
        memory = newer.memory ?? memory
        psi = newer.psi ?? psi
    }

    private static func usable(_ value: Double?) -> Double? {
        value.flatMap { $0.isFinite ? max(0, $0) : nil }
    }
}
