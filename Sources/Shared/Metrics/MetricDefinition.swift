/// What a metric is: everything that is said about it once.
public struct MetricDefinition: Sendable, Hashable {
    /// How its values are to be read.
    public enum Kind: String, Sendable, Hashable {
        /// A count that grows; its name ends in `_total`.
        case counter
        /// A value that goes up and down.
        case gauge
        /// Counts of values by size.
        case histogram
        /// Facts in labels; its value is always 1 and its name ends in `_info`.
        case info
    }

    /// The name, in Prometheus' base units.
    public var name: String
    /// How its values are to be read.
    public var kind: Kind
    /// One sentence.
    public var help: String
    /// The labels that a series has, in this order.
    public var labels: [String]
    /// The upper bounds of a histogram's buckets, growing; `+Inf` comes by itself.
    public var buckets: [Double]
    /// The most series.
    public var limit: Int

    /// A metric.
    public init(
        _ name: String,
        _ kind: Kind,
        _ help: String,
        labels: [String] = [],
        buckets: [Double] = [],
        limit: Int = 1000
    ) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
        self.buckets = buckets
        self.limit = limit
    }

    /// The name without the suffix that OpenMetrics gives to a sample and not to its family.
    public var family: String {
        switch kind {
        case .counter where name.hasSuffix("_total"): String(name.dropLast(6))
        case .info where name.hasSuffix("_info"): String(name.dropLast(5))
        default: name
        }
    }

    /// The unit, as the name says.
    public var unit: String? {
        ["seconds", "bytes", "ratio"].first { family.hasSuffix("_" + $0) }
    }

    /// The names under which its samples are found.
    public var sampleNames: [String] {
        kind == .histogram ? ["_bucket", "_sum", "_count"].map { name + $0 } : [name]
    }
}
