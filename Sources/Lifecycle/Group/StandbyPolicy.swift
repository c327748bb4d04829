/// How many instances are held ready beside those in service.
package struct StandbyPolicy: Sendable, Hashable {
    /// The most of either kind.
    package static let limit = 1000

    /// Instances that are booted, enrolled and paused with their memory kept.
    package var paused: Int
    /// Instances that are booted, enrolled and saved to disk.
    package var saved: Int
    /// After which time each is woken in turn, so that its certificate, leases and clock stay valid.
    package var refresh: Duration

    /// A policy; the default holds none.
    package init(paused: Int = 0, saved: Int = 0, refresh: Duration = .seconds(12 * 3600)) {
        self.paused = paused
        self.saved = saved
        self.refresh = refresh
    }
}
