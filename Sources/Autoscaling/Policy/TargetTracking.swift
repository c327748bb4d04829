/// Keeps a metric, averaged over the instances, at a target: recommends the sum of the metric divided by the target,
/// rounded up, in one jump.
package struct TargetTracking: Sendable, Hashable, Codable {
    /// What is held at the target.
    package enum Metric: String, Sendable, Hashable, Codable, CaseIterable {
        /// The share of vCPU capacity in use, 0...100 percent: never asks for more than 100 / target times the present.
        case utilization
        /// What the work there would need, above 100 percent when work waits: sizes the whole need at once.
        case demand
    }

    /// What is held at the target.
    package var metric: Metric
    /// Percent of one instance's vCPU capacity, above 0 and at most 100.
    package var target: Double
    /// The share by which the metric may be off the target without another recommendation, 0..<1.
    package var tolerance: Double

    /// A rule.
    package init(metric: Metric = .demand, target: Double = 70, tolerance: Double = 0.1) {
        self.metric = metric
        self.target = target
        self.tolerance = tolerance
    }
}
