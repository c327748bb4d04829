import Autoscaling
import Orchestration
import Shared
import Synchronization

/// The times of the ticks since it was cleared.
final class TickLog: Sendable {
    private let ticks = Mutex<[TickTimes]>([])

    func note(_ tick: TickTimes) { ticks.withLock { $0.append(tick) } }

    func take() -> [TickTimes] {
        ticks.withLock { ticks in
            defer { ticks = [] }
            return ticks
        }
    }

    /// Figures of the ticks since the last time, in seconds: from due to taken, from taken to done, and both together.
    func figures() -> [String: any Sendable] {
        let ticks = take()
        return [
            "count": ticks.count,
            "late": Self.quantiles(ticks.map { $0.due.duration(to: $0.taken).seconds }),
            "work": Self.quantiles(ticks.map { $0.taken.duration(to: $0.done).seconds }),
            "all": Self.quantiles(ticks.map { $0.due.duration(to: $0.done).seconds }),
        ]
    }

    /// Median, 99th percentile and largest.
    private static func quantiles(_ values: [Double]) -> [Double] {
        let sorted = values.sorted()
        guard let last = sorted.last else { return [] }
        return [sorted[sorted.count / 2], sorted[min(sorted.count - 1, sorted.count * 99 / 100)], last]
    }
}
