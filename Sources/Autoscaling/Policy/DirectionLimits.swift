/// What slows a change in one direction. None of it sleeps: each limit is a gate that the next tick looks at anew.
package struct DirectionLimits: Sendable, Hashable, Codable {
    /// The stabilization window: scale in goes to the largest recommendation in it, scale out to the smallest. Zero: none.
    package var window: Duration
    /// No further order in this direction before this much time has passed since an instance came into service (scale
    /// out) or since the last order (scale in). Zero: none.
    package var cooldown: Duration
    /// At most this many instances a minute, at least 1; `nil`: no limit.
    package var perMinute: Int?

    /// Limits.
    package init(window: Duration = .zero, cooldown: Duration = .zero, perMinute: Int? = nil) {
        self.window = window
        self.cooldown = cooldown
        self.perMinute = perMinute
    }
}
