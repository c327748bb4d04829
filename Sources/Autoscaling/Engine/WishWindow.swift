/// The largest or smallest wish of a sliding window, and how far back the window is covered with observations.
///
/// It keeps only the wishes that can still become the extreme one, so its size is bounded by the number of different
/// wishes, not by the length of the window.
struct WishWindow: Sendable, Hashable, Codable {
    /// Which wish is looked for.
    enum Extreme: String, Sendable, Hashable, Codable {
        case largest, smallest
    }

    private struct Entry: Sendable, Hashable, Codable {
        var at: Moment
        var wish: Int
    }

    /// The most entries kept; beyond it the oldest two become one.
    private static let limit = 1024

    private let extreme: Extreme
    private var entries: [Entry] = []
    /// Since when every tick was observed; `nil` before the first.
    private var coveredSince: Moment?

    init(_ extreme: Extreme) {
        self.extreme = extreme
    }

    /// Takes this tick's wish and forgets what lies before the window.
    mutating func record(_ wish: Int, at now: Moment, window: Duration) {
        while let last = entries.last, extreme == .largest ? last.wish <= wish : last.wish >= wish {
            entries.removeLast()
        }
        entries.append(Entry(at: now, wish: wish))
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

    /// The extreme wish of the window.
    var value: Int? { entries.first?.wish }

    /// When the extreme wish was last made.
    var valueAt: Moment? { entries.first?.at }

    /// What is missing until the window is covered; zero when it is.
    func uncovered(at now: Moment, window: Duration) -> Duration {
        guard let coveredSince else { return window }
        return max(.zero, window - coveredSince.duration(to: now))
    }
}
