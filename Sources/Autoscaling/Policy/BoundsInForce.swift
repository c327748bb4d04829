/// The bounds of a group that are in force, where they come from, and until when.
package struct BoundsInForce: Sendable, Hashable, Codable {
    /// The schedule that sets bounds.
    package struct Origin: Sendable, Hashable, Codable {
        /// Its place in the policy's list, from 0 on.
        package var index: Int
        /// When it starts.
        package var cron: String

        /// The schedule at `index`.
        package init(index: Int, cron: String) {
            self.index = index
            self.cron = cron
        }
    }

    /// The fewest instances, at least 1.
    package var min: Int
    /// The most instances, at least `min`.
    package var max: Int
    /// The schedule that sets them; `nil`: they are the policy's own.
    package var schedule: Origin?
    /// When another schedule, or none, or the first one sets them, seconds since 1970 UTC; `nil`: no such time is in sight.
    package var until: Int64?

    /// Bounds.
    package init(min: Int, max: Int, schedule: Origin? = nil, until: Int64? = nil) {
        self.min = min
        self.max = max
        self.schedule = schedule
        self.until = until
    }

    /// ` by the schedule …`, with its end if that is in sight; empty for the policy's own.
    var source: String {
        guard let schedule else { return "" }
        return " by the schedule `\(schedule.cron.prefix(60))`"
            + (until.map { " until \(ReasonFormat.date($0))" } ?? "")
    }
}

extension GroupPolicy {
    /// The bounds while a schedule holds: what it leaves out is the policy's own.
    package func bounds(during schedule: Schedule) -> (min: Int, max: Int) {
        (schedule.min ?? min, schedule.max ?? max)
    }

    /// The bounds in force at a time of the wall clock; without one the policy's own.
    package func boundsInForce(at calendar: CalendarTime?) -> BoundsInForce {
        var bounds = ScheduledBounds()
        return bounds.inForce(self, at: calendar)
    }
}
