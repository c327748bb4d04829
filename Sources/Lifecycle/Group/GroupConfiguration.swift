import Autoscaling
import Wire

/// All settings of one group: the instances that scale together, and how.
package struct GroupConfiguration: Sendable, Equatable {
    /// The name of the one group of a configuration without `groups`.
    package static let defaultName = "default"

    /// The group's name: 1 to 64 letters, digits, `.`, `_` or `-`.
    package var name: String
    /// The range in which the guests' addresses lie.
    package var hosts: CIDR
    /// Which domains on those networks belong to the group; `nil` for all. The first group that matches wins.
    package var domains: NamePattern?
    /// The group's size and what changes it.
    package var policy: GroupPolicy
    /// Instances held ready beside those in service.
    package var standby: StandbyPolicy
    /// What new instances are cloned from; `nil` when only existing domains are started.
    package var template: TemplateConfiguration?
    /// How instances are probed, and when an unhealthy one is replaced.
    package var health: HealthPolicy
    /// Deadlines and counts of an instance's life.
    package var limits: LifecycleLimits
    /// How an instance is taken out of service.
    package var drain: DrainPolicy
    /// What is called on an instance's way into and out of service.
    package var hooks: HookConfiguration
    /// What of the host the group must leave to others.
    package var host: HostReserve
    /// On which hosts instances are started.
    package var placement = PlacementPolicy()
    /// What the instances serve, and where.
    package var service = ServiceConfiguration()

    /// A group; the defaults are those of the configuration file.
    package init(
        name: String = GroupConfiguration.defaultName,
        hosts: CIDR,
        domains: NamePattern? = nil,
        policy: GroupPolicy = .standard,
        standby: StandbyPolicy = StandbyPolicy(),
        template: TemplateConfiguration? = nil,
        health: HealthPolicy = HealthPolicy(),
        limits: LifecycleLimits = LifecycleLimits(),
        drain: DrainPolicy = DrainPolicy(),
        hooks: HookConfiguration = HookConfiguration(),
        host: HostReserve = HostReserve()
    ) {
        self.name = name
        self.hosts = hosts
        self.domains = domains
        self.policy = policy
        self.standby = standby
        self.template = template
        self.health = health
        self.limits = limits
        self.drain = drain
        self.hooks = hooks
        self.host = host
    }

    /// Whether `text` can be a group's name: 1 to 64 letters, digits, `.`, `_` or `-`, beginning with a letter or digit.
    package static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && !".-_".contains(text.prefix(1))
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }

    /// Whether a domain of that name, on a network of the group, belongs to it; the group's template never does.
    package func includes(domain name: String) -> Bool {
        template?.source != .domain(name) && domains?.matches(name) ?? true
    }

    private static func range(_ min: Int, _ max: Int) -> String {
        max < GroupPolicy.unbounded ? "\(min) to \(max)" : "\(min) or more"
    }

    /// Hosts, domains and sizes in one line.
    package var summary: String {
        var parts = ["hosts \(hosts)"]
        if let domains { parts.append("domains '\(domains)'") }
        parts.append("instances \(Self.range(policy.min, policy.max))")
        var scheduled: [String] = []
        for bounds in policy.schedules.map(policy.bounds(during:)) {
            let range = Self.range(bounds.min, bounds.max)
            if !scheduled.contains(range) { scheduled.append(range) }
        }
        if !scheduled.isEmpty { parts.append("by schedule " + scheduled.joined(separator: " or ")) }
        if standby.paused + standby.saved > 0 {
            parts.append("standby \(standby.paused) paused and \(standby.saved) saved")
        }
        if !service.hasAgent { parts.append("without agents") }
        if policy.mode == .off { parts.append("mode off: orders nothing") }
        return parts.joined(separator: ", ")
    }

    /// The settings that a reload changes at once.
    package static let changedByReload: [ComparedSetting<GroupConfiguration>] = [
        ComparedSetting("domains", \.domains),
        ComparedSetting("min", \.policy.min),
        ComparedSetting("max", \.policy.max),
        ComparedSetting("mode", \.policy.mode),
        ComparedSetting("policy.rules", \.policy.rules),
        ComparedSetting("policy.scale-out", \.policy.scaleOut),
        ComparedSetting("policy.scale-in", \.policy.scaleIn),
        ComparedSetting("policy.warm-up", \.policy.warmUp),
        ComparedSetting("policy.on-gap", \.policy.onGap),
        ComparedSetting("policy.on-starved", \.policy.onStarved),
        ComparedSetting("policy.schedule", \.policy.schedules),
        ComparedSetting("policy.forecast", \.policy.forecast),
        ComparedSetting("standby", \.standby),
        ComparedSetting("template", \.template),
        ComparedSetting("health", \.health),
        ComparedSetting("health", \.limits),
        ComparedSetting("drain", \.drain),
        ComparedSetting("hooks", \.hooks),
        ComparedSetting("host", \.host),
        ComparedSetting("placement", \.placement),
        ComparedSetting("service.probe", \.service.probe),
        ComparedSetting("service.slow-start", \.service.slowStart),
        ComparedSetting("service.drain-for", \.service.drainFor),
    ]

    /// The settings that keep their values until the controller is started again.
    package static let changedByRestart: [ComparedSetting<GroupConfiguration>] = [
        ComparedSetting("hosts", \.hosts),
        ComparedSetting("service.kind", \.service.kind),
        ComparedSetting("service.port", \.service.port),
        ComparedSetting("service.scheme", \.service.scheme),
        ComparedSetting("service.url", \.service.url),
    ]
}
