/// Keeps a number that the agents report at a target: recommends its sum over the instances divided by the target,
/// rounded up, in one jump.
///
/// What adds up (requests, say) is a total that is shared; what does not (latency, say) comes to the present size times
/// the mean divided by the target, as for the CPU in use.
package struct MetricTarget: Sendable, Hashable, Codable {
    /// What is held at the target.
    package enum Metric: String, Sendable, Hashable, Codable, CaseIterable {
        /// Requests that are computed.
        case inFlight = "in-flight"
        /// Requests answered a second.
        case requests
        /// The 99th percentile of the time of a request, seconds.
        case latencyP99 = "latency-p99"
        /// Memory in use, percent of the guest's.
        case memory
        /// The share of time in which a task waited for a CPU (PSI `cpu some`), percent.
        case psi
        /// Requests that wait for a worker.
        case queued

        /// What its numbers count.
        package enum Unit: Sendable, Hashable {
            /// Things, or things a second.
            case count
            /// Seconds.
            case seconds
            /// 0...100 percent.
            case percent
        }

        /// What its numbers count.
        package var unit: Unit {
            switch self {
            case .inFlight, .requests, .queued: .count
            case .latencyP99: .seconds
            case .memory, .psi: .percent
            }
        }

        /// Whether the numbers of several instances add up to one that means something.
        package var addsUp: Bool { unit == .count }
    }

    /// What is held at the target.
    package var metric: Metric
    /// How much of it one instance is to have, above 0: a count, seconds, or percent.
    package var perInstance: Double
    /// The share by which the metric may be off the target without another recommendation, 0..<1.
    package var tolerance: Double

    /// A rule.
    package init(_ metric: Metric, perInstance: Double, tolerance: Double = 0.1) {
        self.metric = metric
        self.perInstance = perInstance
        self.tolerance = tolerance
    }
}
