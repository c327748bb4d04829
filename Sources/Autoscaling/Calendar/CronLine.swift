/// A cron line: minute, hour, day of month, month, weekday; each `*`, a number, a range `a-b`, a list `a,b`, a step `/n`.
///
/// Months and weekdays may be named by their first three letters; 0 and 7 are Sunday. Where both the day of the month and
/// the weekday are given, either one matches, as in cron(8).
package struct CronLine: Sendable, Hashable {
    /// Why a line is refused.
    package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong, in words.
        package var description: String
    }

    /// How far back and ahead a start is looked for, days: a leap day comes at least every eighth year.
    static let horizon: Int64 = 8 * 366
    private static let minutesOfDay: Int64 = 1440

    private let minutes: UInt64
    private let hours: UInt64
    private let days: UInt64
    private let months: UInt64
    private let weekdays: UInt64
    private let hasDays: Bool
    private let hasWeekdays: Bool
    /// Whether it starts at set hours: not at each of them, nor at each hour of a step.
    let namesHours: Bool

    /// Reads a line.
    package init(_ text: String) throws(Failure) {
        guard text.utf8.count <= 256 else { throw Failure(description: "longer than 256 characters") }
        let fields = text.split { $0 == " " || $0 == "\t" }
        guard fields.count == 5 else {
            throw Failure(description: "\(fields.count) fields instead of 5 (minute, hour, day, month, weekday)")
        }
        minutes = try CronField.minute.read(fields[0])
        hours = try CronField.hour.read(fields[1])
        days = try CronField.day.read(fields[2])
        months = try CronField.month.read(fields[3])
        let named = try CronField.weekday.read(fields[4])
        weekdays = named & (1 << 7) != 0 ? named | 1 : named
        hasDays = !fields[2].hasPrefix("*")
        hasWeekdays = !fields[4].hasPrefix("*")
        namesHours = !fields[1].hasPrefix("*")
    }

    /// Whether the line starts at this minute of local time since 1970-01-01 00:00.
    package func matches(localMinute: Int64) -> Bool {
        let (day, minute) = Self.split(localMinute)
        return matches(day: day) && hours.has(minute / 60) && minutes.has(minute % 60)
    }

    /// The last start at or before a minute of local time; `nil` when there was none in eight years.
    package func lastStart(atOrBefore localMinute: Int64) -> Int64? {
        let (today, latest) = Self.split(localMinute)
        for back in 0...Self.horizon where matches(day: today - back) {
            var minute = back == 0 ? latest : Self.minutesOfDay - 1
            while minute >= 0 {
                guard hours.has(minute / 60) else {
                    minute = minute / 60 * 60 - 1
                    continue
                }
                if minutes.has(minute % 60) { return (today - back) * Self.minutesOfDay + minute }
                minute -= 1
            }
        }
        return nil
    }

    /// The first start after a minute of local time; `nil` when there is none in eight years.
    package func nextStart(after localMinute: Int64) -> Int64? {
        let (today, present) = Self.split(localMinute)
        for ahead in 0...Self.horizon where matches(day: today + ahead) {
            var minute = ahead == 0 ? present + 1 : 0
            while minute < Self.minutesOfDay {
                guard hours.has(minute / 60) else {
                    minute = (minute / 60 + 1) * 60
                    continue
                }
                if minutes.has(minute % 60) { return (today + ahead) * Self.minutesOfDay + minute }
                minute += 1
            }
        }
        return nil
    }

    private static func split(_ localMinute: Int64) -> (day: Int64, minute: Int64) {
        let minute = (localMinute % minutesOfDay + minutesOfDay) % minutesOfDay
        return ((localMinute - minute) / minutesOfDay, minute)
    }

    private func matches(day: Int64) -> Bool {
        let date = CivilDate(day: day)
        guard months.has(date.month) else { return false }
        let byDay = days.has(date.day)
        let byWeekday = weekdays.has(date.weekday)
        return hasDays && hasWeekdays ? byDay || byWeekday : byDay && byWeekday
    }
}

extension UInt64 {
    fileprivate func has(_ bit: Int64) -> Bool { self & (1 << UInt64(bit)) != 0 }
}
