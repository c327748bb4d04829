/// Waiting times between attempts: exponential, with full jitter and an upper bound.
///
/// The k-th wait is drawn evenly from (base·2ᵏ/2 … base·2ᵏ), never above `maximum`, so that peers which lost the same
/// controller do not come back in step.
public struct Backoff: Sendable {
    /// The wait after the first failure.
    public let base: Duration
    /// The longest wait.
    public let maximum: Duration
    private var failures = 0

    /// Waits from `base` to `maximum`.
    public init(base: Duration = .milliseconds(200), maximum: Duration = .seconds(5)) {
        self.base = base
        self.maximum = maximum
    }

    /// The wait before the next attempt; each call counts one more failure.
    public mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let ceiling = min(base * (1 << min(failures, 20)), maximum)
        failures += 1
        return ceiling * Double.random(in: 0.5...1, using: &generator)
    }

    /// The wait before the next attempt, drawn from the system's generator.
    public mutating func next() -> Duration {
        var generator = SystemRandomNumberGenerator()
        return next(using: &generator)
    }

    /// Forgets the failures after a success.
    public mutating func reset() {
        failures = 0
    }
}
