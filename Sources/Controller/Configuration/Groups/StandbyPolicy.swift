/// How many instances are held ready beside those in service.
public struct StandbyPolicy: Sendable, Hashable {
    /// The most of either kind.
    public static let limit = 1000

    /// Instances that are booted, enrolled and paused with their memory kept.
    public var paused: Int
    /// Instances that are booted, enrolled and saved to disk.
    public var saved: Int
    /// After which time each is woken in turn, so that its certificate, leases and clock stay valid.
    public var refresh: Duration

    /// A policy; the default holds none.
    public init(paused: Int = 0, saved: Int = 0, refresh: Duration = .seconds(12 * 3600)) {
        self.paused = paused
        self.saved = saved
        self.refresh = refresh
    }
}
