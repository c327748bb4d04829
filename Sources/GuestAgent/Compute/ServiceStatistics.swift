import Shared
import Synchronization

/// Counts what became of the requests.
package final class ServiceStatistics: Sendable {
    /// The ends of a request; the raw value is the metric's label.
    package enum Outcome: String, Sendable, CaseIterable {
        /// Answered.
        case ok
        /// The request itself was wrong.
        case badRequest = "bad_request"
        /// The queue was full.
        case overloaded
        /// Refused while draining.
        case draining
        /// The deadline passed.
        case deadline
        /// The caller went away.
        case abandoned
        /// The service answered with a status of 500 or above (proxy only).
        case serviceError = "service_error"
        /// The service could not be reached (proxy only).
        case unreachable = "upstream_unreachable"
        /// The service broke off, or its answer is not HTTP (proxy only).
        case brokenOff = "upstream_broken"
    }

    /// All counts since the start.
    struct Totals: Sendable {
        /// Requests per outcome.
        var outcomes: [Outcome: UInt64] = [:]
        /// Answered requests per upper bound of ``ServiceStatistics/bounds``, the last one for all above.
        var buckets = [UInt64](repeating: 0, count: ServiceStatistics.bounds.count + 1)
        /// The sum of the service times of all answered requests in seconds.
        var serviceSeconds = 0.0

        /// Answered requests.
        var answered: UInt64 { (outcomes[.ok] ?? 0) + (outcomes[.serviceError] ?? 0) }
    }

    /// The upper bounds of the service time histogram in seconds.
    static let bounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    private let state = Mutex((totals: Totals(), window: ServiceTimeWindow()))
    private let start = ContinuousClock.now

    /// Statistics without a request.
    package init() {}

    /// Counts a request that was answered.
    ///
    /// - Parameters:
    ///   - service: The time from its acceptance to its result.
    ///   - cpuSeconds: The CPU time it needed; `nil` when that is not known.
    ///   - outcome: What became of it.
    ///   - now: When the result was there.
    func recordAnswer(
        service: Duration,
        cpuSeconds: Double?,
        as outcome: Outcome = .ok,
        now: ContinuousClock.Instant = .now
    ) {
        let seconds = service.seconds
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        let time = (now - start).seconds
        state.withLock { state in
            state.totals.outcomes[outcome, default: 0] += 1
            state.totals.buckets[bucket] += 1
            state.totals.serviceSeconds += seconds
            state.window.record(service: seconds, cpu: cpuSeconds, now: time)
        }
    }

    /// Counts a request that was not answered with a number.
    func record(_ outcome: Outcome) {
        state.withLock { $0.totals.outcomes[outcome, default: 0] += 1 }
    }

    /// All counts since the start.
    var totals: Totals { state.withLock { $0.totals } }

    /// The last ten seconds; `nil` when nothing was answered in them.
    func recent(now: ContinuousClock.Instant = .now) -> ServiceTimeWindow.Summary? {
        let time = (now - start).seconds
        return state.withLock { $0.window.summary(now: time) }
    }
}
