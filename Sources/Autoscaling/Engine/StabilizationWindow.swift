/// The largest or smallest recommendation of a sliding window, and how far back the window is covered with observations.
///
/// It keeps only the recommendations that can still become the extreme one, so its size is bounded by the number of different
/// recommendations, not by the length of the window.
struct StabilizationWindow: Sendable, Hashable, Codable {
    /// Which recommendation is looked for.
    enum Extreme: String, Sendable, Hashable, Codable {
        case largest, smallest
    }

    private struct Entry: Sendable, Hashable, Codable {
        var at: MonotonicInstant
        var recommendation: Int
    }

    /// The most entries kept; beyond it the oldest two become one.
    private static let limit = 1024

    private let extreme: Extreme
    private var entries: [Entry] = []
    /// Since when every tick was observed; `nil` before the first.
    private var coveredSince: MonotonicInstant?

    init(_ extreme: Extreme) {
        self.extreme = extreme
    }

    /// Takes this tick's recommendation and forgets what lies before the window.
    mutating func record(_ recommendation: Int, at now: MonotonicInstant, window: Duration) {
        while let last = entries.last,
            extreme == .largest ? last.recommendation <= recommendation : last.recommendation >= recommendation
        {
            entries.removeLast()
        }
        entries.append(Entry(at: now, recommendation: recommendation))
        let start = now.advanced(by: .zero - window)
        let expired = entries.prefix { $0.at < start }.count
        if expired > 0 { entries.removeFirst(expired) }
        if entries.count > Self.limit {
            // The extreme one counts a little longer, in place of the next: that errs towards no change.
            entries[0].at = entries[1].at
            entries.remove(at: 1)
        }
        // What was forgotten for a shorter window is missing in a longer one.
        coveredSince = coveredSince.map { max($0, start) } ?? now
    }

    /// The extreme recommendation of the window.
    var value: Int? { entries.first?.recommendation }

    /// When the extreme recommendation was last made.
    var valueAt: MonotonicInstant? { entries.first?.at }

    /// What is missing until the window is covered; zero when it is.
    func uncovered(at now: MonotonicInstant, window: Duration) -> Duration {
        guard let coveredSince else { return window }
        return max(.zero, window - coveredSince.duration(to: now))
    }
}
