/// What the fleet is to keep to: everything of a group's configuration that concerns the life of its instances.
public struct FleetSettings: Sendable, Hashable {
    /// Deadlines and counts.
    public var limits: LifecycleLimits
    /// The warm pool.
    public var standby: StandbyTarget
    /// How instances leave.
    public var drain: DrainLimits
    /// The points in an instance's life at which something of the operator's runs.
    public var hooks: Set<HookPoint>
    /// The most domains, in any state.
    public var maximum: Int

    /// Settings; the defaults keep no warm pool and run no hooks.
    public init(
        limits: LifecycleLimits = LifecycleLimits(),
        standby: StandbyTarget = StandbyTarget(),
        drain: DrainLimits = DrainLimits(),
        hooks: Set<HookPoint> = [],
        maximum: Int = .max
    ) {
        self.limits = limits
        self.standby = standby
        self.drain = drain
        self.hooks = hooks
        self.maximum = maximum
    }
}

/// How many instances wait in the warm pool.
public struct StandbyTarget: Sendable, Hashable {
    /// Paused ones, whose memory stays on the host.
    public var paused: Int
    /// Saved ones, whose memory is on disk.
    public var saved: Int
    /// How long one may wait before it is woken for a moment, so that certificate, lease and clock stay valid.
    public var refresh: Duration

    /// A target; the default is an empty pool.
    public init(paused: Int = 0, saved: Int = 0, refresh: Duration = .seconds(12 * 3600)) {
        self.paused = paused
        self.saved = saved
        self.refresh = refresh
    }

    /// Both kinds together.
    public var total: Int { paused + saved }
}

/// How instances leave.
public struct DrainLimits: Sendable, Hashable {
    /// How long an instance may take to finish what it has, at most ``longest``.
    public var timeout: Duration
    /// How long a guest may take to shut down before its domain is destroyed.
    public var stopTimeout: Duration
    /// How long clients that do not acknowledge that an endpoint left are waited for.
    public var lease: Duration

    /// The longest time to drain.
    public static let longest = Duration.seconds(900)

    /// Limits.
    public init(timeout: Duration = .seconds(60), stopTimeout: Duration = .seconds(60), lease: Duration = .seconds(5)) {
        self.timeout = min(timeout, Self.longest)
        self.stopTimeout = stopTimeout
        self.lease = lease
    }
}

/// A point in an instance's life at which something of the operator's may run.
public enum HookPoint: String, Sendable, Hashable, Codable, CaseIterable {
    /// After the health probe has passed, before clients are told.
    case beforeInService = "before-in-service"
    /// After the last request has been answered, before the domain stops or is parked.
    case afterDraining = "after-draining"
}
