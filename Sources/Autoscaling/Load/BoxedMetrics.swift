/// Metrics behind a pointer, for values that are copied often and looked at seldom.
final class BoxedMetrics: Sendable, Hashable, Codable {
    let metrics: InstanceMetrics

    init(_ metrics: InstanceMetrics) {
        self.metrics = metrics
    }

    init(from decoder: any Decoder) throws {
        metrics = try InstanceMetrics(from: decoder)
    }

    func encode(to encoder: any Encoder) throws {
        try metrics.encode(to: encoder)
    }

    static func == (left: BoxedMetrics, right: BoxedMetrics) -> Bool {
        left === right || left.metrics == right.metrics
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(metrics)
    }
}
