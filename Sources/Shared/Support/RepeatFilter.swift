/// Keeps a failure that repeats many times a minute from filling the log: the same text passes once a minute.
package struct RepeatFilter: Sendable {
    private static let pause = Duration.seconds(60)

    private var last: (text: String, at: ContinuousClock.Instant)?

    /// A filter that lets the first text pass.
    package init() {}

    /// Whether `text` is worth a line now.
    package mutating func passes(_ text: String, now: ContinuousClock.Instant = .now) -> Bool {
        if let last, last.text == text, now - last.at < Self.pause { return false }
        last = (text, now)
        return true
    }

    /// After a success every failure is news again.
    package mutating func reset() {
        last = nil
    }
}
