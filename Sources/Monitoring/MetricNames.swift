import Shared

/// Every metric of the controller.
package enum MetricNames {
    package static let build = MetricDefinition(
        "cms_build_info",
        .info,
        "The controller's version; always 1.",
        labels: ["version"]
    )
    package static let instances = gauge("cms_instances", "Instances by group and state.", ["group", "state"])
    package static let minimum = gauge(
        "cms_group_min_instances",
        "The fewest instances of the group, as configured.",
        ["group"]
    )
    package static let maximum = gauge(
        "cms_group_max_instances",
        "The most domains of the group, as configured.",
        ["group"]
    )
    package static let minimumInForce = gauge(
        "cms_group_min_instances_in_force",
        "The fewest instances of the group now: those of the schedule that holds, else as configured.",
        ["group"]
    )
    package static let maximumInForce = gauge(
        "cms_group_max_instances_in_force",
        "The most domains of the group now: those of the schedule that holds, else as configured.",
        ["group"]
    )
    package static let desired = gauge(
        "cms_group_desired_instances",
        "The size that the last decision leads to.",
        ["group"]
    )
    package static let capacity = gauge("cms_group_capacity_instances", "Instances in service and coming.", ["group"])
    package static let overloaded = gauge(
        "cms_group_overloaded",
        "1 while every instance in service is over its threshold.",
        ["group"]
    )
    package static let automatic = gauge("cms_group_scaling_enabled", "1 while the group's mode is on.", ["group"])
    package static let threshold = gauge(
        "cms_group_threshold_ratio",
        "The smallest load that a rule acts on: a target or a threshold; 1 is all vCPUs.",
        ["group"]
    )
    package static let groupDemand = gauge(
        "cms_group_demand_ratio",
        "Demand of all in service that was measured; 1 is the capacity of one instance.",
        ["group"]
    )
    package static let hostCPU = gauge(
        "cms_instance_host_cpu_ratio",
        "CPU as the host sees it; 1 is all vCPUs.",
        ["group", "name"]
    )
    package static let guestCPU = gauge(
        "cms_instance_guest_cpu_ratio",
        "CPU as the guest sees it; 1 is all vCPUs.",
        ["group", "name"]
    )
    package static let steal = gauge(
        "cms_instance_steal_ratio",
        "Time that the vCPUs waited for the host; 1 is all vCPUs.",
        ["group", "name"]
    )
    package static let demand = gauge(
        "cms_instance_demand_ratio",
        "What the work would need; above 1 when work waits.",
        ["group", "name"]
    )
    package static let reportAge = gauge(
        "cms_instance_report_age_seconds",
        "Age of the agent's last report.",
        ["group", "name"]
    )
    package static let revision = gauge("cms_discovery_revision", "Revision of the endpoint set.", ["group"])
    package static let endpoints = gauge("cms_discovery_endpoints", "Endpoints that clients are told of.", ["group"])
    package static let watchers = gauge("cms_discovery_watchers", "Open watches of clients.", ["group"])
    package static let acknowledged = gauge(
        "cms_discovery_watchers_acknowledged",
        "Watches that have put the present revision into effect.",
        ["group"]
    )
    package static let agentStreams = gauge("cms_agent_streams", "Open command streams of agents.", [])
    package static let breakerOpen = gauge(
        "cms_breaker_open",
        "1 while no domain is started after failures.",
        ["group"]
    )
    package static let storeFailing = gauge("cms_store_failing", "1 while the store cannot be written.", ["group"])
    package static let hypervisorUp = gauge("cms_hypervisor_up", "1 while the hypervisor answers.", ["group"])
    package static let certificateExpiry = gauge(
        "cms_certificate_expiry_timestamp_seconds",
        "When a certificate ends, seconds since 1970.",
        ["certificate"]
    )
    package static let decisions = MetricDefinition(
        "cms_decisions_total",
        .counter,
        "Decisions by order and by the limit, else the rule, that made them so.",
        labels: ["group", "order", "reason"]
    )
    package static let events = MetricDefinition("cms_events_total", .counter, "Events by kind.", labels: ["kind"])
    package static let phase = MetricDefinition(
        "cms_instance_phase_seconds",
        .histogram,
        "Time that instances spent in a passing state.",
        labels: ["group", "phase"],
        buckets: MetricBuckets.long
    )
    package static let tickLateness = MetricDefinition(
        "cms_tick_lateness_seconds",
        .histogram,
        "How long after its time a tick was taken, the hypervisor's sample included.",
        labels: ["group"],
        buckets: lateness
    )
    package static let tickDuration = MetricDefinition(
        "cms_tick_duration_seconds",
        .histogram,
        "Time from taking a tick until its decision was written down and its actions were begun.",
        labels: ["group"],
        buckets: MetricBuckets.short
    )
    package static let queryValue = MetricDefinition(
        "cms_query_value",
        .gauge,
        "The value of a rule's query, by the rule's place in policy.rules; none while it has none.",
        labels: ["group", "rule"],
        limit: 5000
    )
    package static let queryAge = MetricDefinition(
        "cms_query_age_seconds",
        .gauge,
        "Age of the last value of a rule's query.",
        labels: ["group", "rule"],
        limit: 5000
    )
    package static let queryFailures = MetricDefinition(
        "cms_query_failures_total",
        .counter,
        "Times that a rule's query got no value, by cause.",
        labels: ["group", "rule", "cause"],
        limit: 5000
    )
    package static let ackLag = MetricDefinition(
        "cms_discovery_ack_lag_seconds",
        .histogram,
        "From publishing a revision until every open watch acknowledged it.",
        labels: ["group"],
        buckets: MetricBuckets.seconds
    )
    package static let storeCommit = MetricDefinition(
        "cms_store_commit_seconds",
        .histogram,
        "Time that a change took until it was on disk or had failed.",
        buckets: MetricBuckets.short
    )
    package static let hypervisorCall = MetricDefinition(
        "cms_hypervisor_call_seconds",
        .histogram,
        "Time that calls of the hypervisor took.",
        labels: ["call", "outcome"],
        buckets: MetricBuckets.seconds
    )
    package static let httpRequests = MetricDefinition(
        "cms_http_requests_total",
        .counter,
        "Requests by listener, route and status; paths that are no route are counted as other.",
        labels: ["listener", "route", "code"]
    )
    package static let scaleOut = MetricDefinition(
        "cms_scale_out_seconds",
        .histogram,
        "From the order to start an instance until clients are told of it.",
        labels: ["group"],
        buckets: MetricBuckets.long
    )

    /// From a millisecond to a second.
    private static let lateness = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]

    /// All, in the order of the text.
    package static let all =
        [
            build, instances, minimum, maximum, minimumInForce, maximumInForce, desired, capacity, overloaded,
            automatic, threshold, groupDemand, hostCPU, guestCPU,
            steal, demand, reportAge, revision, endpoints, watchers, acknowledged, agentStreams, breakerOpen,
            storeFailing, hypervisorUp, certificateExpiry, decisions, events, phase, scaleOut, tickLateness,
            tickDuration, queryValue, queryAge, queryFailures,
            hostUp, hostCordoned, hostInstances, hostMemoryAvailable, hostVCPUs, hostSteal, hostHungDomains,
            hostLookLateness, hostLook,
            ackLag, storeCommit, hypervisorCall, httpRequests,
        ] + ProcessFigures.all

    static func gauge(_ name: String, _ help: String, _ labels: [String]) -> MetricDefinition {
        MetricDefinition(name, .gauge, help, labels: labels)
    }
}
