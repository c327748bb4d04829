/// The bounds that hold at a time of the wall clock, kept for as long as they cannot change.
struct ScheduledBounds: Sendable, Hashable, Codable {
    /// What was looked at last: a look in each minute, and at the end of what holds, is enough.
    private var minute: Int64?
    private var schedules: [Schedule] = []
    /// The place in the list of the schedule that holds, and when that changes.
    private var active: Int?
    private var until: Int64?

    /// The bounds at `calendar`; without one the schedule that held last goes on.
    mutating func inForce(_ policy: GroupPolicy, at calendar: CalendarTime?) -> BoundsInForce {
        if policy.schedules.isEmpty {
            if !schedules.isEmpty { self = ScheduledBounds() }
            return Self.bounds(policy, nil, until: nil)
        }
        if let calendar {
            look(policy.schedules, at: calendar)
        } else if schedules != policy.schedules {
            // The place in another list says nothing.
            self = ScheduledBounds()
            schedules = policy.schedules
        }
        return Self.bounds(policy, active, until: until)
    }

    private mutating func look(_ schedules: [Schedule], at calendar: CalendarTime) {
        let now = calendar.believable
        let isOver = until.map { now >= $0 } ?? false
        guard minute != calendar.localMinute || isOver || self.schedules != schedules else { return }
        minute = calendar.localMinute
        self.schedules = schedules
        let table = ScheduleTable(schedules, around: calendar)
        active = table.holder(at: now)
        until = table.change(after: now)
    }

    private static func bounds(_ policy: GroupPolicy, _ active: Int?, until: Int64?) -> BoundsInForce {
        var bounds = BoundsInForce(min: policy.min, max: policy.max, until: until)
        if let active, policy.schedules.indices.contains(active) {
            let schedule = policy.schedules[active]
            bounds.min = schedule.min ?? policy.min
            bounds.max = schedule.max ?? Swift.max(policy.max, schedule.min ?? 0)
            bounds.schedule = BoundsInForce.Origin(index: active, cron: schedule.cron)
        }
        // Nothing is ever above the upper bound, and nobody serves from nothing.
        bounds.max = Swift.max(1, bounds.max.asCount)
        bounds.min = Swift.min(bounds.max, Swift.max(1, bounds.min))
        return bounds
    }
}
