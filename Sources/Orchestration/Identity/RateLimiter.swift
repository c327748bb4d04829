import Autoscaling

/// Token buckets by key, with a bound on the number of keys: a value without a clock.
package struct RateLimiter<Key: Hashable & Sendable>: Sendable {
    private struct Bucket {
        var level: Double
        var at: MonotonicInstant
    }

    private let perSecond: Double
    private let burst: Double
    private let capacity: Int
    private var buckets: [Key: Bucket] = [:]

    /// Limits each key.
    ///
    /// - Parameters:
    ///   - perSecond: How many may pass in a second in the long run.
    ///   - burst: How many may pass at once.
    ///   - capacity: The most keys that are remembered; beyond it, full buckets are forgotten first, then all.
    package init(perSecond: Double, burst: Double, capacity: Int = 4096) {
        self.perSecond = perSecond
        self.burst = burst
        self.capacity = capacity
    }

    /// Whether one more of `key` may pass at `now`.
    package mutating func admit(_ key: Key, now: MonotonicInstant) -> Bool {
        var bucket = buckets[key] ?? Bucket(level: burst, at: now)
        bucket.level = level(of: bucket, now: now)
        bucket.at = now
        let passes = bucket.level >= 1
        if passes { bucket.level -= 1 }
        if buckets[key] == nil, buckets.count >= capacity { makeRoom(now: now) }
        buckets[key] = bucket
        return passes
    }

    /// Whether one more of `key` would pass at `now`; takes nothing.
    package func wouldAdmit(_ key: Key, now: MonotonicInstant) -> Bool {
        buckets[key].map { level(of: $0, now: now) >= 1 } ?? true
    }

    private func level(of bucket: Bucket, now: MonotonicInstant) -> Double {
        min(burst, bucket.level + max(0, bucket.at.duration(to: now) / .seconds(1)) * perSecond)
    }

    private mutating func makeRoom(now: MonotonicInstant) {
        buckets = buckets.filter { level(of: $0.value, now: now) < burst }
        if buckets.count >= capacity { buckets.removeAll() }
    }
}
