/// Sizes the group by a number that Prometheus knows: recommends the number divided by what one instance is to have,
/// rounded up, in one jump.
package struct QueryTarget: Sendable, Hashable, Codable {
    /// Where the number comes from.
    package var query: PrometheusQuery
    /// How much of it one instance is to have, above 0.
    package var perInstance: Double
    /// The share by which the number may be off without another recommendation, 0..<1.
    package var tolerance: Double

    /// A rule.
    package init(_ query: PrometheusQuery, perInstance: Double, tolerance: Double = 0.1) {
        self.query = query
        self.perInstance = perInstance
        self.tolerance = tolerance
    }
}
