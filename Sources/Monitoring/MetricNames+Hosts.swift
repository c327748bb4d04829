import Shared

/// What is told of each host.
extension MetricNames {
    /// From half a millisecond to a second, finer where a few milliseconds matter.
    private static let fineLateness = [
        0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1,
    ]

    package static let hostUp = gauge("cms_host_up", "1 while the host's hypervisor answers.", ["host"])
    package static let hostCordoned = gauge(
        "cms_host_cordoned",
        "1 while no instance is started on the host.",
        ["host"]
    )
    package static let hostInstances = gauge(
        "cms_host_instances",
        "Instances on the host that are not off.",
        ["host", "group"]
    )
    package static let hostMemoryAvailable = gauge(
        "cms_host_memory_available_bytes",
        "Memory that new domains could get on the host.",
        ["host"]
    )
    package static let hostVCPUs = gauge(
        "cms_host_vcpus_in_use",
        "vCPUs of the domains that run on the host.",
        ["host"]
    )
    package static let hostSteal = gauge(
        "cms_host_steal_ratio",
        "What the host withholds from the vCPUs of its domains, of what these would use.",
        ["host"]
    )
    package static let hostHungDomains = gauge(
        "cms_host_hung_domains",
        "Domains of the host whose QEMU does not answer.",
        ["host"]
    )
    package static let hostLookLateness = MetricDefinition(
        "cms_host_look_lateness_seconds",
        .histogram,
        "How long after its time the look at a host began.",
        labels: ["host"],
        buckets: fineLateness
    )
    package static let hostLook = MetricDefinition(
        "cms_host_look_seconds",
        .histogram,
        "Time that a look at a host took until it was answered, or was given up.",
        labels: ["host", "outcome"],
        buckets: fineLateness
    )
}
