/// Sets the bounds of a group at set times. The last start that matched holds until another one matches.
public struct Schedule: Sendable, Hashable, Codable {
    /// When it starts: a cron line of five fields (minute, hour, day of month, month, weekday), in local time.
    public var cron: String
    /// The lower bound while it holds; `nil`: the policy's own.
    public var min: Int?
    /// The upper bound while it holds; `nil`: the policy's own.
    public var max: Int?
    /// How long it holds; `nil`: until another one starts.
    public var duration: Duration?

    /// A schedule.
    public init(cron: String, min: Int? = nil, max: Int? = nil, duration: Duration? = nil) {
        self.cron = cron
        self.min = min
        self.max = max
        self.duration = duration
    }
}
