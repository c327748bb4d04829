import Shared

/// Decides after a failed attempt whether and when to try again. A pure value: time and chance come from the caller.
///
/// - The first failure that another endpoint may make good is tried again on another one at once.
/// - Without another endpoint, or when that one failed as well, waits grow from 50 ms to 1 s until the deadline: an
///   agent that restarts is back within that time.
/// - A server error (5xx) is tried again once; a connection that broke, at most ``brokenLimit`` times, so that a request
///   which kills its server does not go on killing.
/// - Wrong answers, refusals (4xx) and passed deadlines are final.
public struct RetryPolicy: Sendable {
    /// What to do next.
    public enum Decision: Sendable, Equatable {
        /// Try again after the wait, which ends before the deadline.
        case retry(after: Duration)
        /// Report the failure.
        case giveUp
    }

    /// The most attempts that end with a broken connection.
    public static let brokenLimit = 4
    /// The longest wait that a peer can ask for with `Retry-After`.
    public static let longestRetryAfter: Duration = .seconds(2)

    private let deadline: ContinuousClock.Instant
    private var backoff = Backoff(base: .milliseconds(50), maximum: .seconds(1))
    private var failures = 0
    private var serverErrors = 0
    private var broken = 0

    /// A policy for one request that must be answered before `deadline`.
    public init(deadline: ContinuousClock.Instant) {
        self.deadline = deadline
    }

    /// Counts `failure` and decides.
    ///
    /// - Parameters:
    ///   - failure: How the attempt ended.
    ///   - hasOther: Whether an endpoint not tried last is fit to be tried.
    ///   - now: The time.
    ///   - generator: Where jitter comes from.
    public mutating func decide(
        after failure: AttemptFailure,
        hasOther: Bool,
        now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> Decision {
        failures += 1
        var asked: Duration?
        switch failure.kind {
        case .final, .timedOut: return .giveUp
        case .serverError:
            serverErrors += 1
            guard serverErrors < 2 else { return .giveUp }
        case .broken:
            broken += 1
            guard broken < Self.brokenLimit else { return .giveUp }
        case .busy(let retryAfter): asked = retryAfter.map { min($0, Self.longestRetryAfter) }
        case .unreachable: break
        }
        if failures == 1, hasOther { return now < deadline ? .retry(after: .zero) : .giveUp }
        let wait = max(backoff.next(using: &generator), asked ?? .zero)
        return now.advanced(by: wait) < deadline ? .retry(after: wait) : .giveUp
    }
}
