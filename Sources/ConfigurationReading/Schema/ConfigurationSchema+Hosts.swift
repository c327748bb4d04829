import Autoscaling

/// The keys that say on which hosts instances run.
extension ConfigurationSchema {
    /// The key that holds several hosts.
    static let hypervisorsKey = "hypervisors"

    /// The most hosts.
    static let hypervisorLimit = 100

    /// Several hosts.
    static let hypervisors = KeyDescription(
        hypervisorsKey,
        .list(.mapping(MappingDescription(keys: hypervisor)), count: 1...hypervisorLimit, commas: false),
        nil,
        "The hosts, in place of connect; groups span all of them."
    )

    private static let hypervisor: [KeyDescription] = [
        KeyDescription(
            "name",
            .text(.name),
            nil,
            "The host's name; without it the one that the URI has.",
            example: "host2"
        ),
        KeyDescription(
            "uri",
            .text(.connection),
            nil,
            "The libvirt connection: qemu+tls://HOST/system, qemu+ssh://USER@HOST/system, "
                + "qemu+unix:///system?socket=PATH, qemu:///system or test:///default.",
            isRequired: true,
            example: "qemu+tls://host2/system"
        ),
        KeyDescription("labels", .labels, nil, "What placement can ask for.", example: "{zone: a, disk: ssd}"),
        KeyDescription(
            "memory-reserve",
            .bytesOrPercent,
            nil,
            "Memory of the host that stays free when an instance is started; without it as each group says.",
            example: "2GiB"
        ),
        KeyDescription(
            "vcpu-overcommit",
            .number(NumberRange(lower: 0, upper: 1000, isAboveLower: true, isPercentage: false)),
            nil,
            "The most vCPUs of running domains for each CPU of the host; without it as each group says.",
            example: "4"
        ),
        KeyDescription(
            "controller",
            .text(.line),
            nil,
            "The address of this controller as the host's guests reach it; without it where that listens, or the host's own "
                + "address on the guests' network.",
            example: "10.0.0.5"
        ),
    ]

    /// A group's placement.
    static let placement = KeyDescription(
        "placement",
        .mapping(MappingDescription(keys: placementKeys)),
        nil,
        "On which of several hosts instances are started."
    )

    private static let placementKeys: [KeyDescription] = [
        KeyDescription(
            "policy",
            .choice(["spread", "pack"]),
            "spread",
            "spread: the host with the fewest instances of the group first; pack: the one with the least room left."
        ),
        KeyDescription("require", .labels, nil, "Labels that a host must have.", example: "{zone: a}"),
        KeyDescription("prefer", .labels, nil, "Labels that a host had better have.", example: "{disk: ssd}"),
        KeyDescription(
            "most-per-host",
            .integer(1...GroupPolicy.unbounded),
            "none",
            "The most instances of the group on one host.",
            allowsNone: true,
            example: "4"
        ),
    ]
}
