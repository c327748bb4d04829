import CoreMetrics
import Synchronization

/// One series that is kept: a number, or a histogram. What swift-metrics' instruments write to.
final class MetricSeries: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    /// The value at a moment.
    struct Value: Sendable, Equatable {
        var number = 0.0
        /// How many values fell into each bucket, the last for all above.
        var buckets: [UInt64] = []
    }

    private let bounds: [Double]
    private let isHistogram: Bool
    private let state: Mutex<Value>

    init(_ definition: MetricDefinition) {
        bounds = definition.buckets
        isHistogram = definition.kind == .histogram
        state = Mutex(Value(buckets: isHistogram ? [UInt64](repeating: 0, count: bounds.count + 1) : []))
    }

    var value: Value { state.withLock { $0 } }

    func increment(by amount: Int64) { increment(by: Double(amount)) }

    func increment(by amount: Double) {
        guard amount.isFinite else { return }
        state.withLock { $0.number += amount }
    }

    func decrement(by amount: Double) { increment(by: -amount) }

    func reset() { state.withLock { $0.number = 0 } }

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) { state.withLock { $0.number = value } }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard isHistogram else { return set(value) }
        guard value.isFinite else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.number += value
            state.buckets[bucket] += 1
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
