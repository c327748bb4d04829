/// All metrics with their series at one moment.
public struct MetricSnapshot: Sendable {
    typealias Series = [[String]: MetricSeries.Value]

    private var definitions: [MetricDefinition]
    private var index: [String: Int]
    private var values: [String: Series] = [:]
    /// Series that were refused, by metric.
    private(set) var drops: [String: UInt64] = [:]

    init(_ definitions: [MetricDefinition]) {
        self.definitions = definitions
        index = Dictionary(definitions.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    /// Writes the value of a counter, a gauge or an info.
    ///
    /// - Parameters:
    ///   - definition: The metric.
    ///   - labels: The values of its labels, in their order.
    ///   - value: `nil`: it is not known, and there is no such series.
    public mutating func set(_ definition: MetricDefinition, _ labels: [String] = [], _ value: Double?) {
        guard let value else { return }
        put(definition, labels, MetricSeries.Value(number: value))
    }

    /// Writes 1 or 0.
    public mutating func set(_ definition: MetricDefinition, _ labels: [String] = [], _ value: Bool) {
        set(definition, labels, value ? 1 : 0)
    }

    /// Writes a histogram.
    ///
    /// - Parameters:
    ///   - definition: The metric.
    ///   - labels: The values of its labels, in their order.
    ///   - buckets: How many values fell into each bucket, the last for all above the greatest bound.
    ///   - sum: The sum of all values.
    public mutating func set(
        _ definition: MetricDefinition,
        _ labels: [String] = [],
        buckets: [UInt64],
        sum: Double
    ) {
        guard buckets.count == definition.buckets.count + 1 else { return }
        put(definition, labels, MetricSeries.Value(number: sum, buckets: buckets))
    }

    mutating func put(_ definition: MetricDefinition, _ labels: [String], _ value: MetricSeries.Value) {
        guard labels.count == definition.labels.count else {
            drops[definition.name, default: 0] += 1
            return
        }
        if index[definition.name] == nil {
            index[definition.name] = definitions.count
            definitions.append(definition)
        }
        let series = values[definition.name]
        guard series?[labels] != nil || series?.count ?? 0 < definition.limit else {
            drops[definition.name, default: 0] += 1
            return
        }
        values[definition.name, default: [:]][labels] = value
    }

    /// The metrics that have series, in the order of the definitions.
    var ordered: [(MetricDefinition, Series)] {
        definitions.compactMap { definition in values[definition.name].map { (definition, $0) } }
    }
}
