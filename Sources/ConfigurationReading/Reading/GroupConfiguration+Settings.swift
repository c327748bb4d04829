import Autoscaling
import Lifecycle
import Wire

extension GroupConfiguration {
    /// A group with settings that were checked one by one.
    ///
    /// - Throws: ``ConfigurationError`` when description and use of a key differ.
    init(name: String, _ settings: SettingsReader, interval: Duration) throws {
        let health = try settings.mapping("health")
        let drain = try settings.mapping("drain")
        let hooks = try settings.mapping("hooks")
        let standby = try settings.mapping("standby")
        let host = try settings.mapping("host")
        self.init(
            name: name,
            hosts: try CIDR(parsing: settings.required("hosts", settings.text)),
            domains: try settings.text("domains").flatMap(NamePattern.init),
            policy: try GroupPolicy(settings, interval: interval),
            standby: StandbyPolicy(
                paused: try standby.required("paused", standby.integer),
                saved: try standby.required("saved", standby.integer),
                refresh: try standby.required("refresh", standby.duration)
            ),
            template: try settings.mappingIfGiven("template").map { try TemplateConfiguration($0, group: name) },
            health: HealthPolicy(
                interval: try health.required("interval", health.duration),
                timeout: try health.required("timeout", health.duration),
                replaceAfter: try health.required("replace-after", health.duration)
            ),
            limits: LifecycleLimits(
                startDeadline: try health.required("start-deadline", health.duration),
                attempts: try health.required("attempts", health.integer),
                quarantine: try health.required("quarantine", health.duration),
                probeFailures: try health.required("failures", health.integer)
            ),
            drain: DrainPolicy(
                timeout: try drain.required("timeout", drain.duration),
                stopTimeout: try drain.required("stop-timeout", drain.duration),
                lease: try drain.required("lease", drain.duration)
            ),
            hooks: HookConfiguration(
                beforeInService: try hooks.mappingIfGiven("before-in-service").map(HookConfiguration.Hook.init),
                afterDraining: try hooks.mappingIfGiven("after-draining").map(HookConfiguration.Hook.init)
            ),
            host: HostReserve(
                memory: try host.required("memory-reserve", host.memory),
                vCPUOvercommit: try host.required("vcpu-overcommit", host.number)
            )
        )
        let placement = try settings.mapping("placement")
        self.placement = PlacementPolicy(
            order: try placement.required("policy") { try placement.text($0).flatMap(PlacementPolicy.Order.init) },
            required: placement.labels("require"),
            preferred: placement.labels("prefer"),
            mostPerHost: try placement.integer("most-per-host")
        )
        service = try ServiceConfiguration(
            settings.mapping("service"),
            hasAgent: try settings.required("agent", settings.text) != "none"
        )
    }
}

extension TemplateConfiguration {
    fileprivate init(_ settings: SettingsReader, group: String) throws {
        let source: Source
        if let domain = try settings.text("domain") {
            source = .domain(domain)
        } else {
            source = .image(try settings.required("image", settings.text))
        }
        self.init(
            source: source,
            pool: try settings.required("pool", settings.text),
            name: try settings.text("name") ?? "\(group)-\(Self.placeholder)",
            memory: try settings.bytes("memory"),
            vCPUs: try settings.integer("vcpus")
        )
    }
}

extension HookConfiguration.Hook {
    fileprivate init(_ settings: SettingsReader) throws {
        let action: Action
        if let url = try settings.text("url") {
            action = .webhook(url)
        } else {
            action = .command(settings.texts("command"))
        }
        self.init(
            action: action,
            timeout: try settings.required("timeout", settings.duration),
            onFailure: try settings.required("on-failure") { try settings.text($0).flatMap(FailureRule.init) }
        )
    }
}
