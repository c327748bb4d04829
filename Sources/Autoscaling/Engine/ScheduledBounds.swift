/// The bounds that hold at a time of the wall clock.
struct ScheduledBounds: Sendable, Hashable, Codable {
    /// Bounds, and where they come from.
    struct Limits: Sendable, Hashable, Codable {
        var min: Int
        var max: Int
        /// ` by the schedule …`, empty for the policy's own.
        var source = ""
    }

    /// The minute that was looked at last, and the schedule that held: looking anew once a minute is enough.
    private var minute: Int64?
    private var schedules: [Schedule] = []
    private var active: Schedule?

    /// The bounds at `calendar`; without one the schedule that held last goes on.
    mutating func limits(_ policy: GroupPolicy, at calendar: CalendarTime?, clock: Moment) -> Limits {
        if policy.schedules.isEmpty {
            active = nil
            minute = nil
        } else if let calendar, minute != calendar.localMinute || schedules != policy.schedules {
            minute = calendar.localMinute
            active = Self.active(policy.schedules, at: calendar.localMinute)
        }
        schedules = policy.schedules
        var limits = Limits(min: policy.min, max: policy.max)
        if let active {
            limits = Limits(
                min: active.min ?? policy.min,
                max: active.max ?? Swift.max(policy.max, active.min ?? 0),
                source: " by the schedule `\(active.cron.prefix(60))`"
            )
        }
        // Nothing is ever above the upper bound, and nobody serves from nothing.
        limits.max = Swift.max(1, limits.max.asCount)
        limits.min = Swift.min(limits.max, Swift.max(1, limits.min))
        return limits
    }

    /// The schedule that started last, when it still holds; of two that started together the later in the list.
    private static func active(_ schedules: [Schedule], at minute: Int64) -> Schedule? {
        var latest: (start: Int64, schedule: Schedule)?
        for schedule in schedules {
            guard let line = try? CronLine(schedule.cron), let start = line.lastStart(atOrBefore: minute) else {
                continue
            }
            if start >= latest?.start ?? .min { latest = (start, schedule) }
        }
        guard let latest else { return nil }
        if let duration = latest.schedule.duration, .seconds((minute - latest.start) * 60) >= duration { return nil }
        return latest.schedule
    }
}
