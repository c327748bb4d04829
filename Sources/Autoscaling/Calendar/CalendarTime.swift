/// A point of the wall clock, for schedules and seasons alone: windows and cooldowns run on ``Moment``.
public struct CalendarTime: Sendable, Hashable, Codable {
    /// Seconds since 1970-01-01 00:00 UTC.
    public var secondsSinceEpoch: Int64
    /// What local time is ahead of UTC, seconds.
    public var utcOffset: Int

    /// A time.
    public init(secondsSinceEpoch: Int64, utcOffset: Int = 0) {
        self.secondsSinceEpoch = secondsSinceEpoch
        self.utcOffset = utcOffset
    }

    /// Whole minutes of local time since 1970-01-01 00:00.
    public var localMinute: Int64 {
        let local = secondsSinceEpoch &+ Int64(utcOffset)
        return local >= 0 ? local / 60 : (local &- 59) / 60
    }
}
