/// Sets the bounds of a group at set times.
///
/// A schedule starts whenever its cron line matches, and holds for its duration; without a duration it holds until another
/// schedule starts, which ends it for good. Of those that hold at a time the one that started last wins, of two that
/// started together the later in the list. When the winner is over the one before it goes on, as long as its own duration
/// has not passed; when none holds the policy's own bounds are in force.
///
/// Starts are local time, durations are time that passes: a schedule that lasts over a change of the clock is not longer or
/// shorter for it. A start at a set hour that the clock skips happens when it skips it, and one at a set hour that the
/// clock shows twice happens the first time.
package struct Schedule: Sendable, Hashable, Codable {
    /// When it starts: a cron line of five fields (minute, hour, day of month, month, weekday), in local time.
    package var cron: String
    /// The lower bound while it holds; `nil`: the policy's own.
    package var min: Int?
    /// The upper bound while it holds; `nil`: the policy's own.
    package var max: Int?
    /// How long it holds, one minute to 28 days; `nil`: until another one starts.
    package var duration: Duration?

    /// A schedule.
    package init(cron: String, min: Int? = nil, max: Int? = nil, duration: Duration? = nil) {
        self.cron = cron
        self.min = min
        self.max = max
        self.duration = duration
    }
}
