import CoreMetrics
import NIOCore
import Synchronization

/// A backend of swift-metrics that is read by Prometheus.
///
/// The metrics are those of its definitions; an instrument with a label that none of them has gets a bare definition.
/// The number of series is bounded for each metric: what goes beyond is counted and dropped.
public final class PrometheusRegistry: Sendable {
    /// Writes the values of metrics that are computed when they are asked for.
    public typealias Collector = @Sendable (inout MetricSnapshot) -> Void

    /// The series that were refused.
    public static let dropped = MetricDefinition(
        "cms_metrics_dropped_series_total",
        .counter,
        "Times that a series was refused because its metric has too many, by metric.",
        labels: ["metric"]
    )
    /// The most metrics that are not among the definitions.
    private static let undefinedLimit = 256

    private struct Family {
        var definition: MetricDefinition
        var series: [[String]: MetricSeries] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var order: [String] = []
        var undefined = 0
        var collectors: [Collector] = []
        var drops: [String: UInt64] = [:]
    }

    private let state = Mutex(State())

    /// A registry of these metrics, told in this order.
    public init(_ definitions: [MetricDefinition] = []) {
        state.withLock { state in
            for definition in definitions where state.families[definition.name] == nil {
                state.families[definition.name] = Family(definition: definition)
                state.order.append(definition.name)
            }
        }
    }

    /// Adds what is asked at each scrape; a series that it does not write then is not there.
    public func collect(_ collector: @escaping Collector) {
        state.withLock { $0.collectors.append(collector) }
    }

    /// Everything in Prometheus' text format 0.0.4, or in OpenMetrics' 1.0.
    public func exposition(openMetrics: Bool) -> ByteBuffer {
        let (families, collectors) = state.withLock { state in
            (state.order.compactMap { state.families[$0] }, state.collectors)
        }
        var snapshot = MetricSnapshot(families.map(\.definition))
        for family in families {
            for (labels, series) in family.series { snapshot.put(family.definition, labels, series.value) }
        }
        for collector in collectors { collector(&snapshot) }
        let drops = state.withLock { state in
            for (name, count) in snapshot.drops { state.drops[name, default: 0] += count }
            return state.drops
        }
        for (name, count) in drops { snapshot.set(Self.dropped, [name], Double(count)) }
        var text = ExpositionText(openMetrics: openMetrics)
        for (definition, series) in snapshot.ordered { text.add(definition, series) }
        return text.finish()
    }

    /// A series, or `nil` when its metric has too many.
    private func series(
        _ label: String,
        _ dimensions: [(String, String)],
        kind: MetricDefinition.Kind
    ) -> MetricSeries? {
        state.withLock { state in
            let name = state.families[label] == nil ? Self.name(label, kind) : label
            if state.families[name] == nil {
                guard state.undefined < Self.undefinedLimit else {
                    state.drops["other", default: 0] += 1
                    return nil
                }
                state.undefined += 1
                state.order.append(name)
                state.families[name] = Family(
                    definition: MetricDefinition(
                        name,
                        kind,
                        "\(label), as the program calls it.",
                        labels: dimensions.map { Self.sanitized($0.0, colon: false) },
                        buckets: kind == .histogram ? MetricBuckets.seconds : []
                    )
                )
            }
            guard let family = state.families[name], Self.fits(family.definition.kind, kind) else {
                state.drops[name, default: 0] += 1
                return nil
            }
            let labels = family.definition.labels.map { label in
                dimensions.first { $0.0 == label || Self.sanitized($0.0, colon: false) == label }?.1 ?? ""
            }
            if let known = family.series[labels] { return known }
            guard family.series.count < family.definition.limit else {
                state.drops[name, default: 0] += 1
                return nil
            }
            let made = MetricSeries(family.definition)
            state.families[name]?.series[labels] = made
            return made
        }
    }

    private func remove(_ handler: AnyObject) {
        state.withLock { state in
            for (name, family) in state.families {
                guard let key = family.series.first(where: { $0.value === handler })?.key else { continue }
                state.families[name]?.series[key] = nil
                return
            }
        }
    }

    private static func fits(_ defined: MetricDefinition.Kind, _ asked: MetricDefinition.Kind) -> Bool {
        defined == asked || (defined == .info && asked == .gauge)
    }

    private static func name(_ label: String, _ kind: MetricDefinition.Kind) -> String {
        let name = sanitized(label, colon: true)
        return kind == .counter && !name.hasSuffix("_total") ? name + "_total" : name
    }

    /// A name with nothing but what Prometheus allows.
    static func sanitized(_ name: String, colon: Bool) -> String {
        var result = ""
        for scalar in name.unicodeScalars.prefix(128) {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": result.unicodeScalars.append(scalar)
            case "0"..."9":
                if result.isEmpty { result = "_" }
                result.unicodeScalars.append(scalar)
            case ":" where colon: result.unicodeScalars.append(scalar)
            default: result += "_"
            }
        }
        return result.isEmpty ? "_" : result
    }
}

extension PrometheusRegistry: MetricsFactory {
    /// A counter.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, kind: .counter) ?? NOOPMetricsHandler.instance
    }

    /// A counter of fractions.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, kind: .counter) ?? NOOPMetricsHandler.instance
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, kind: .gauge) ?? NOOPMetricsHandler.instance
    }

    /// A histogram, or a gauge without aggregation.
    public func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        series(label, dimensions, kind: aggregate ? .histogram : .gauge) ?? NOOPMetricsHandler.instance
    }

    /// A histogram of seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, kind: .histogram) ?? NOOPMetricsHandler.instance
    }

    /// Forgets a series.
    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    /// Forgets a series.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    /// Forgets a series.
    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    /// Forgets a series.
    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    /// Forgets a series.
    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }
}

extension PrometheusRegistry {
    /// Adds to a counter.
    public func count(_ definition: MetricDefinition, _ labels: [String] = [], by amount: Int64 = 1) {
        makeCounter(label: definition.name, dimensions: Array(zip(definition.labels, labels))).increment(by: amount)
    }

    /// Puts a value into a histogram, or makes it a gauge's.
    public func record(_ definition: MetricDefinition, _ labels: [String] = [], _ value: Double) {
        makeRecorder(
            label: definition.name,
            dimensions: Array(zip(definition.labels, labels)),
            aggregate: definition.kind == .histogram
        ).record(value)
    }
}

/// Bounds of histograms.
public enum MetricBuckets {
    /// From a millisecond to a minute.
    public static let seconds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    /// From a tenth of a millisecond to ten seconds.
    public static let short = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
    ]
    /// From a tenth of a second to half an hour.
    public static let long = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 30, 45, 60, 90, 120, 300, 600, 1800]
}
