/// What the hypervisor measured of one instance. Percentages are of the whole vCPU capacity, 0...100.
package struct HostSample: Sendable, Hashable, Codable {
    /// When it was measured.
    package var at: MonotonicInstant
    /// The share of time the vCPUs ran.
    package var utilization: Double
    /// The share of time the vCPUs were runnable and the host did not run them; `nil` where it is not counted.
    package var steal: Double?

    /// A sample.
    package init(at: MonotonicInstant, utilization: Double, steal: Double? = nil) {
        self.at = at
        self.utilization = utilization
        self.steal = steal
    }
}

/// What the agent inside one instance reported. Percentages are of the whole vCPU capacity, 0...100.
package struct GuestSample: Sendable, Hashable, Codable {
    /// When the report arrived.
    package var at: MonotonicInstant
    /// The share of time the vCPUs were busy; `nil` when the guest could not tell.
    package var busy: Double?
    /// The share of time the hypervisor gave to others, as the guest counts it.
    package var steal: Double?
    /// Requests that wait for a worker.
    package var queued: Int?
    /// Requests that a worker has begun.
    package var inFlight: Int?
    /// Requests answered, a second.
    package var requestsPerSecond: Double?
    /// Requests refused because the queue was full, a second.
    package var refusedPerSecond: Double?
    /// Mean CPU time of one request, seconds.
    package var serviceTime: Double?
    /// The 99th percentile of the time of a request, seconds; `nil` without requests.
    package var latencyP99: Double?
    /// Memory in use, percent of the guest's.
    package var memory: Double?
    /// The share of time in which a task waited for a CPU (PSI `cpu some`), percent.
    package var pressure: Double?
    /// The guest's vCPUs.
    package var vCPUs: Int

    /// A sample.
    package init(
        at: MonotonicInstant,
        busy: Double?,
        steal: Double? = nil,
        queued: Int? = nil,
        serviceTime: Double? = nil,
        vCPUs: Int = 1,
        inFlight: Int? = nil,
        requestsPerSecond: Double? = nil,
        refusedPerSecond: Double? = nil,
        latencyP99: Double? = nil,
        memory: Double? = nil,
        pressure: Double? = nil
    ) {
        self.at = at
        self.busy = busy
        self.steal = steal
        self.queued = queued
        self.serviceTime = serviceTime
        self.vCPUs = vCPUs
        self.inFlight = inFlight
        self.requestsPerSecond = requestsPerSecond
        self.refusedPerSecond = refusedPerSecond
        self.latencyP99 = latencyP99
        self.memory = memory
        self.pressure = pressure
    }
}
