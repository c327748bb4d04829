/// How long to wait before the next attempt: doubling, with jitter so that many controllers do not come back at once.
struct ReconnectBackoff: Sendable {
    let minimum: Duration
    let maximum: Duration
    private var attempt = 0

    init(minimum: Duration, maximum: Duration) {
        self.minimum = minimum
        self.maximum = maximum
    }

    /// The next wait, between half of the full one and all of it.
    ///
    /// `random` is the caller's, in 0..<1.
    mutating func next(random: Double) -> Duration {
        let full = min(maximum, minimum * (1 << min(attempt, 20)))
        attempt += 1
        return full * (0.5 + min(max(random, 0), 1) / 2)
    }

    /// Starts over with the shortest wait.
    mutating func reset() {
        attempt = 0
    }
}
