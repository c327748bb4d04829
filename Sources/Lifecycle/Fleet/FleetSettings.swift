/// What the fleet is to keep to: everything of a group's configuration that concerns the life of its instances.
package struct FleetSettings: Sendable, Hashable {
    /// Deadlines and counts.
    package var limits: LifecycleLimits
    /// The warm pool.
    package var standby: StandbyPolicy
    /// How instances leave.
    package var drain: DrainPolicy
    /// The points in an instance's life at which something of the operator's runs.
    package var hooks: Set<HookPoint>
    /// The most domains, in any state.
    package var maximum: Int
    /// What new instances are cloned from; `nil` when only existing domains are started.
    package var template: TemplateConfiguration?
    /// Whether an agent of ours is in each instance.
    package var hasAgents = true
    /// How long after its withdrawal an instance without an agent is taken to have finished what it has.
    package var drainFor = Duration.seconds(30)
    /// On which hosts instances are started.
    package var placement = PlacementPolicy()
    /// For how long a host and all agents on it are silent before its instances are replaced on others.
    package var hostLostAfter = Duration.seconds(60)
    /// For how long clients send less to an instance that is new; zero: they send all at once.
    package var slowStart = Duration.zero

    /// Settings; the defaults keep no warm pool and run no hooks.
    package init(
        limits: LifecycleLimits = LifecycleLimits(),
        standby: StandbyPolicy = StandbyPolicy(),
        drain: DrainPolicy = DrainPolicy(),
        hooks: Set<HookPoint> = [],
        maximum: Int = .max,
        template: TemplateConfiguration? = nil
    ) {
        self.limits = limits
        self.standby = standby
        self.drain = drain
        self.hooks = hooks
        self.maximum = maximum
        self.template = template
    }
}

/// A point in an instance's life at which something of the operator's may run.
package enum HookPoint: String, Sendable, Hashable, Codable, CaseIterable {
    /// After the health probe has passed, before clients are told.
    case beforeInService = "before-in-service"
    /// After the last request has been answered, before the domain stops or is parked.
    case afterDraining = "after-draining"
}

extension StandbyPolicy {
    /// Both kinds together.
    package var total: Int { paused + saved }
}
