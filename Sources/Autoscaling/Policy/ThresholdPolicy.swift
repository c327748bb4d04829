/// Scale out when every in-service instance is over a threshold for some samples in a row; scale in, where `low` is
/// given, when the rest could carry all of the demand.
///
/// The original system's rule (75 percent, three samples of one second), with two repairs: the load counts the CPU time
/// that the host withheld, so that a capped instance can reach the threshold, and a missing sample neither counts as idle
/// nor as hot.
package struct ThresholdPolicy: Sendable, Hashable, Codable {
    /// Percent of vCPU capacity, above 0 and below 100.
    package var threshold: Double
    /// Samples in a row, at least 1.
    package var samples: Int
    /// One instance fewer is recommended while the demand of all, spread over one fewer, stays at or below this, percent;
    /// `nil`: this rule neither asks for a scale in nor stands against that of another rule.
    package var low: Double?

    /// A policy.
    package init(threshold: Double = 75, samples: Int = 3, low: Double? = 40) {
        self.threshold = threshold
        self.samples = samples
        self.low = low
    }

    /// Whether one estimate is over the threshold; `nil` when the load is unknown.
    package func isHot(_ estimate: LoadEstimate) -> Bool? {
        estimate.demand.map { $0 > threshold }
    }
}
