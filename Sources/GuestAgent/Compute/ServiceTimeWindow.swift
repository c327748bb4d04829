#if canImport(Glibc)
import Glibc
#endif

/// The service times of the last ten seconds, in a fixed amount of memory.
///
/// One slot per second holds counts in buckets that grow by a tenth each, so a quantile is off by 5 % at most.
struct ServiceTimeWindow: Sendable {
    /// What the window shows.
    struct Summary: Sendable, Equatable {
        /// The number of requests.
        var count: Int
        /// The median service time in seconds.
        var p50: Double
        /// The 99th percentile in seconds.
        var p99: Double
        /// The mean CPU time of a request in seconds; `nil` when it is not known.
        var meanCPU: Double?
    }

    private struct Slot {
        var second: Int64 = .min
        var buckets = [UInt32](repeating: 0, count: ServiceTimeWindow.bucketCount)
        var count = 0
        var cpuCount = 0
        var cpuSeconds = 0.0
    }

    private static let seconds = 10
    private static let smallest = 1e-5
    private static let growth = 1.1
    private static let logarithmOfGrowth = log(growth)
    /// The last bucket begins at 1e-5 s · 1.1¹⁷⁹, more than four minutes.
    private static let bucketCount = 180

    private var slots = [Slot](repeating: Slot(), count: ServiceTimeWindow.seconds)

    /// Counts a request that ended at `now`, a time in seconds of any steady clock.
    mutating func record(service: Double, cpu: Double?, now: Double) {
        let second = Int64(now)
        let index = Int(second % Int64(Self.seconds))
        if slots[index].second != second {
            slots[index] = Slot(second: second)
        }
        slots[index].buckets[Self.bucket(of: service)] += 1
        slots[index].count += 1
        guard let cpu else { return }
        slots[index].cpuCount += 1
        slots[index].cpuSeconds += cpu
    }

    /// The requests of the ten seconds before `now`; `nil` when there was none.
    func summary(now: Double) -> Summary? {
        let second = Int64(now)
        let recent = slots.filter { $0.second > second - Int64(Self.seconds) && $0.second <= second }
        let count = recent.reduce(0) { $0 + $1.count }
        guard count > 0 else { return nil }
        let cpuCount = recent.reduce(0) { $0 + $1.cpuCount }
        return Summary(
            count: count,
            p50: Self.quantile(0.5, of: recent, count: count),
            p99: Self.quantile(0.99, of: recent, count: count),
            meanCPU: cpuCount > 0 ? recent.reduce(0) { $0 + $1.cpuSeconds } / Double(cpuCount) : nil
        )
    }

    private static func bucket(of seconds: Double) -> Int {
        guard seconds > smallest else { return 0 }
        return Int(min(Double(bucketCount - 1), log(seconds / smallest) / logarithmOfGrowth))
    }

    private static func quantile(_ share: Double, of slots: [Slot], count: Int) -> Double {
        let rank = max(1, Int((share * Double(count)).rounded(.up)))
        var seen = 0
        for bucket in 0..<bucketCount {
            seen += slots.reduce(0) { $0 + Int($1.buckets[bucket]) }
            if seen >= rank { return smallest * pow(growth, Double(bucket) + 0.5) }
        }
        return smallest * pow(growth, Double(bucketCount))
    }
}
