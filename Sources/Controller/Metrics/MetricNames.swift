import Shared

/// Every metric of the controller.
enum MetricNames {
    static let build = MetricDefinition(
        "cms_build_info",
        .info,
        "The controller's version; always 1.",
        labels: ["version"]
    )
    static let instances = gauge("cms_instances", "Instances by group and state.", ["group", "state"])
    static let minimum = gauge("cms_group_min_instances", "The fewest instances of the group.", ["group"])
    static let maximum = gauge("cms_group_max_instances", "The most domains of the group.", ["group"])
    static let desired = gauge("cms_group_desired_instances", "The size that the last decision leads to.", ["group"])
    static let capacity = gauge("cms_group_capacity_instances", "Instances in service and coming.", ["group"])
    static let overloaded = gauge(
        "cms_group_overloaded",
        "1 while every instance in service is over its threshold.",
        ["group"]
    )
    static let automatic = gauge("cms_group_scaling_enabled", "1 while the group's mode is on.", ["group"])
    static let groupDemand = gauge(
        "cms_group_demand_ratio",
        "Demand of all in service that was measured; 1 is the capacity of one instance.",
        ["group"]
    )
    static let hostCPU = gauge(
        "cms_instance_host_cpu_ratio",
        "CPU as the host sees it; 1 is all vCPUs.",
        ["group", "name"]
    )
    static let guestCPU = gauge(
        "cms_instance_guest_cpu_ratio",
        "CPU as the guest sees it; 1 is all vCPUs.",
        ["group", "name"]
    )
    static let steal = gauge(
        "cms_instance_steal_ratio",
        "Time that the vCPUs waited for the host; 1 is all vCPUs.",
        ["group", "name"]
    )
    static let demand = gauge(
        "cms_instance_demand_ratio",
        "What the work would need; above 1 when work waits.",
        ["group", "name"]
    )
    static let reportAge = gauge(
        "cms_instance_report_age_seconds",
        "Age of the agent's last report.",
        ["group", "name"]
    )
    static let revision = gauge("cms_discovery_revision", "Revision of the endpoint set.", ["group"])
    static let endpoints = gauge("cms_discovery_endpoints", "Endpoints that clients are told of.", ["group"])
    static let watchers = gauge("cms_discovery_watchers", "Open watches of clients.", ["group"])
    static let acknowledged = gauge(
        "cms_discovery_watchers_acknowledged",
        "Watches that have put the present revision into effect.",
        ["group"]
    )
    static let agentStreams = gauge("cms_agent_streams", "Open command streams of agents.", [])
    static let breakerOpen = gauge("cms_breaker_open", "1 while no domain is started after failures.", ["group"])
    static let storeFailing = gauge("cms_store_failing", "1 while the store cannot be written.", ["group"])
    static let hypervisorUp = gauge("cms_hypervisor_up", "1 while the hypervisor answers.", ["group"])
    static let certificateExpiry = gauge(
        "cms_certificate_expiry_timestamp_seconds",
        "When a certificate ends, seconds since 1970.",
        ["certificate"]
    )
    static let decisions = MetricDefinition(
        "cms_decisions_total",
        .counter,
        "Decisions by order and by the limit, else the rule, that made them so.",
        labels: ["group", "order", "reason"]
    )
    static let events = MetricDefinition("cms_events_total", .counter, "Events by kind.", labels: ["kind"])
    static let phase = MetricDefinition(
        "cms_instance_phase_seconds",
        .histogram,
        "Time that instances spent in a passing state.",
        labels: ["group", "phase"],
        buckets: MetricBuckets.long
    )
    static let scaleOut = MetricDefinition(
        "cms_scale_out_seconds",
        .histogram,
        "From the order to start an instance until clients are told of it.",
        labels: ["group"],
        buckets: MetricBuckets.long
    )

    /// All, in the order of the text.
    static let all =
        [
            build, instances, minimum, maximum, desired, capacity, overloaded, automatic, groupDemand, hostCPU,
            guestCPU,
            steal, demand, reportAge, revision, endpoints, watchers, acknowledged, agentStreams, breakerOpen,
            storeFailing, hypervisorUp, certificateExpiry, decisions, events, phase, scaleOut,
        ] + ProcessFigures.all

    private static func gauge(_ name: String, _ help: String, _ labels: [String]) -> MetricDefinition {
        MetricDefinition(name, .gauge, help, labels: labels)
    }
}
