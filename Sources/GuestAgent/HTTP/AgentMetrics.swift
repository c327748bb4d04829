import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// `GET /metrics`: the agent's state in Prometheus's text format.
///
/// Every metric of the agent is named here.
struct AgentMetrics: Sendable {
    /// The names, as they stand in the text.
    enum Name {
        static let requests = "cms_agent_requests_total"
        static let inFlight = "cms_agent_requests_in_flight"
        static let queued = "cms_agent_requests_queued"
        static let workers = "cms_agent_workers"
        static let busyWorkers = "cms_agent_workers_busy"
        static let serviceTime = "cms_agent_service_time_seconds"
        static let cpuTime = "cms_agent_cpu_seconds_total"
        static let pressure = "cms_agent_cpu_pressure_seconds_total"
        static let draining = "cms_agent_draining"
        static let session = "cms_agent_controller_session"
        static let build = "cms_agent_build_info"
    }

    /// /proc/stat counts in ticks of 1/100 s on every Linux that runs Swift (USER_HZ).
    private static let ticksPerSecond = 100.0

    let pool: ComputePool
    let statistics: ServiceStatistics
    let status: AgentStatus
    var reader = ProcReader()

    /// The answer.
    func response() -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text()))
        )
    }

    /// The whole text.
    func text() -> String {
        var text = MetricText()
        let totals = statistics.totals
        text.family(Name.requests, "counter", "Requests for a Fibonacci number by what became of them.")
        for outcome in ServiceStatistics.Outcome.allCases {
            let count = Double(totals.outcomes[outcome] ?? 0)
            text.sample(Name.requests, ["outcome": outcome.rawValue], count)
        }
        let snapshot = pool.snapshot
        text.gauge(Name.inFlight, "Requests being computed.", Double(snapshot.inFlight))
        text.gauge(Name.queued, "Requests waiting for a worker.", Double(snapshot.queued))
        text.gauge(Name.workers, "Threads that compute.", Double(snapshot.workers))
        text.gauge(Name.busyWorkers, "Threads that compute now.", Double(snapshot.inFlight))
        serviceTime(totals, into: &text)
        if let cpu = reader.cpuTimes() {
            text.family(Name.cpuTime, "counter", "CPU time of all vCPUs since the boot.")
            for (mode, ticks) in [("busy", cpu.busy), ("idle", cpu.idle), ("steal", cpu.steal)] {
                text.sample(Name.cpuTime, ["mode": mode], Double(ticks) / Self.ticksPerSecond)
            }
        }
        if let pressure = reader.pressure() {
            text.family(Name.pressure, "counter", "Time in which a task waited for a CPU, since the boot.")
            text.sample(Name.pressure, [:], Double(pressure) / 1e6)
        }
        text.gauge(Name.draining, "1 while new work is refused.", status.isDraining ? 1 : 0)
        text.gauge(Name.session, "1 while the controller's command stream is open.", status.hasSession ? 1 : 0)
        text.family(Name.build, "gauge", "The agent's version; always 1.")
        text.sample(Name.build, ["version": CMSVersion.current], 1)
        return text.text
    }

    private func serviceTime(_ totals: ServiceStatistics.Totals, into text: inout MetricText) {
        text.family(Name.serviceTime, "histogram", "Time from the acceptance of a request to its result.")
        var sum: UInt64 = 0
        for (bound, count) in zip(ServiceStatistics.bounds, totals.buckets) {
            sum += count
            text.sample(Name.serviceTime + "_bucket", ["le": "\(bound)"], Double(sum))
        }
        sum += totals.buckets.last ?? 0
        text.sample(Name.serviceTime + "_bucket", ["le": "+Inf"], Double(sum))
        text.sample(Name.serviceTime + "_sum", [:], totals.serviceSeconds)
        text.sample(Name.serviceTime + "_count", [:], Double(sum))
    }
}

/// Lines of Prometheus's text format.
struct MetricText {
    private(set) var text = ""

    /// Begins a metric.
    mutating func family(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    /// One value.
    mutating func sample(_ name: String, _ labels: [String: String], _ value: Double) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        let isWhole = value == value.rounded() && abs(value) < 1e15
        text += isWhole ? " \(Int64(value))\n" : " \(value)\n"
    }

    /// A gauge without labels.
    mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        family(name, "gauge", help)
        sample(name, [:], value)
    }
}
