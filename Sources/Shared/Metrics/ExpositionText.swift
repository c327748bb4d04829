import NIOCore

/// Lines of Prometheus' text format 0.0.4 or of OpenMetrics 1.0.
struct ExpositionText {
    private let openMetrics: Bool
    private var buffer = ByteBuffer()

    init(openMetrics: Bool) {
        self.openMetrics = openMetrics
    }

    /// Adds a metric with its series.
    mutating func add(_ definition: MetricDefinition, _ series: MetricSnapshot.Series) {
        let family = openMetrics ? definition.family : definition.name
        let type = definition.kind == .info && !openMetrics ? "gauge" : definition.kind.rawValue
        write("# HELP \(family) \(escaped(definition.help, quote: openMetrics))\n# TYPE \(family) \(type)\n")
        if openMetrics, let unit = definition.unit { write("# UNIT \(family) \(unit)\n") }
        for (labels, value) in series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let pairs = Array(zip(definition.labels, labels))
            guard definition.kind == .histogram else {
                sample(definition.name, pairs, Self.number(value.number))
                continue
            }
            var sum: UInt64 = 0
            for (number, count) in value.buckets.enumerated() {
                sum += count
                let bound = number < definition.buckets.count ? "\(definition.buckets[number])" : "+Inf"
                sample(definition.name + "_bucket", pairs + [("le", bound)], "\(sum)")
            }
            sample(definition.name + "_sum", pairs, Self.number(value.number))
            sample(definition.name + "_count", pairs, "\(sum)")
        }
    }

    /// The whole text.
    mutating func finish() -> ByteBuffer {
        if openMetrics { write("# EOF\n") }
        return buffer
    }

    private mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        write(name)
        if !labels.isEmpty {
            write("{" + labels.map { "\($0.0)=\"\(escaped($0.1, quote: true))\"" }.joined(separator: ",") + "}")
        }
        write(" \(value)\n")
    }

    private mutating func write(_ text: String) {
        buffer.writeString(text)
    }

    private func escaped(_ text: String, quote: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quote: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A number as both formats write it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
