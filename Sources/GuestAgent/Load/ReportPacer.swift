import Shared

/// Decides when a load report is due: on a fixed beat, and sooner when the load has moved.
///
/// A value without a clock: every call says what time it is, as the time since the beat began.
struct ReportPacer: Sendable {
    /// Why a report is sent; the raw value is its `cause`.
    enum Cause: String, Sendable {
        /// The beat.
        case interval
        /// The load has moved.
        case change
        /// The controller asked.
        case probe
    }

    /// What changes are told by.
    struct Observation: Sendable, Equatable {
        /// Busy share of the vCPUs over a short stretch, percent.
        var busy: Double?
        /// Requests computed or waiting.
        var demand: Int
        /// Whether new work is taken.
        var accepting: Bool
    }

    /// A move of the busy share by this many points is worth a report.
    static let busyPoints = 10.0
    /// The shortest time between two reports that a change causes.
    static let shortestGap = Duration.milliseconds(100)

    private let interval: Duration
    private var nextBeat = 0
    private var lastSent: (at: Duration, seen: Observation)?

    /// A beat of one report each `interval`, the first one at once.
    init(interval: Duration) {
        self.interval = interval
    }

    /// Whether a report is due at `now`, and why.
    ///
    /// The caller sends it: it counts as sent.
    mutating func due(at now: Duration, _ seen: Observation) -> Cause? {
        guard let cause = cause(at: now, seen) else { return nil }
        lastSent = (now, seen)
        return cause
    }

    /// Notes a report that was sent for another reason.
    mutating func sent(at now: Duration, _ seen: Observation) {
        lastSent = (now, seen)
    }

    /// When the next report of the beat is due.
    var nextBeatAt: Duration { interval * nextBeat }

    private mutating func cause(at now: Duration, _ seen: Observation) -> Cause? {
        if now >= nextBeatAt {
            // Beats that were missed, in a pause of the machine for example, are not made up for.
            nextBeat = Int((now.seconds / interval.seconds).rounded(.down)) + 1
            return .interval
        }
        // Slack for a timer that wakes a little early.
        guard let lastSent, now - lastSent.at >= Self.shortestGap - .milliseconds(5) else { return nil }
        return Self.hasMoved(from: lastSent.seen, to: seen) ? .change : nil
    }

    /// Whether `new` is worth a report after `old` was sent.
    static func hasMoved(from old: Observation, to new: Observation) -> Bool {
        if old.accepting != new.accepting { return true }
        switch (old.busy, new.busy) {
        case (let before?, let after?): if abs(after - before) >= busyPoints { return true }
        case (nil, .some): return true
        case (_, nil): break
        }
        // One request more or less is the service's daily life; half of what there was is not.
        return abs(new.demand - old.demand) >= max(2, (old.demand + 1) / 2)
    }
}
