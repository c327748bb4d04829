/// A point of the wall clock, for schedules and seasons alone: windows and cooldowns run on ``MonotonicInstant``.
package struct CalendarTime: Sendable, Hashable, Codable {
    /// A change of the UTC offset, as summer time begins and ends with.
    package struct OffsetChange: Sendable, Hashable, Codable {
        /// When, seconds since 1970-01-01 00:00 UTC.
        package var at: Int64
        /// What local time was ahead of UTC until then, seconds.
        package var before: Int
        /// What it is ahead from then on, seconds.
        package var after: Int

        /// A change.
        package init(at: Int64, before: Int, after: Int) {
            self.at = at
            self.before = before
            self.after = after
        }
    }

    /// Seconds since 1970-01-01 00:00 UTC.
    package var secondsSinceEpoch: Int64
    /// What local time is ahead of UTC, seconds.
    package var utcOffset: Int
    /// The changes of that within some weeks before and after this time, earliest first; `nil`: none is known.
    ///
    /// A schedule that lasts over one of them lasts as long as any other.
    package var offsetChanges: [OffsetChange]?

    /// A time.
    package init(secondsSinceEpoch: Int64, utcOffset: Int = 0, offsetChanges: [OffsetChange]? = nil) {
        self.secondsSinceEpoch = secondsSinceEpoch
        self.utcOffset = utcOffset
        self.offsetChanges = offsetChanges
    }

    /// Whole minutes of local time since 1970-01-01 00:00.
    package var localMinute: Int64 {
        let local = secondsSinceEpoch &+ Int64(utcOffset)
        return local >= 0 ? local / 60 : (local &- 59) / 60
    }
}
