import Autoscaling
import Lifecycle

extension ConfigurationSchema {
    private static let sizes = 1...GroupPolicy.unbounded

    /// The settings of a group.
    package static let group: [KeyDescription] = [
        KeyDescription(
            "hosts",
            .text(.range),
            nil,
            "The range in which the guests' addresses lie.",
            isRequired: true,
            example: "192.168.122.0/24"
        ),
        KeyDescription(
            "domains",
            .text(.pattern),
            nil,
            "Which domains on those networks belong to the group: * stands for any characters, ? for one; all without it.",
            example: "\"fib-*\""
        ),
        KeyDescription("min", .integer(sizes), "1", "The fewest instances."),
        KeyDescription("max", .integer(sizes), "none", "The most instances.", allowsNone: true, example: "8"),
        KeyDescription(
            "mode",
            .onOff,
            "on",
            "Whether orders are given; off computes and records them all the same, and keeps min and max."
        ),
        KeyDescription("policy", .mapping(MappingDescription(keys: policy)), nil, "When the group scales."),
        KeyDescription(
            "standby",
            .mapping(MappingDescription(keys: standby, shorthand: "paused")),
            nil,
            "Instances held ready beside those in service; a number alone means paused ones."
        ),
        KeyDescription(
            "template",
            .mapping(MappingDescription(keys: template, exactlyOne: ["domain", "image"])),
            nil,
            "What new instances are cloned from; without it only existing domains are started.",
            isAbsentByDefault: true
        ),
        KeyDescription("health", .mapping(MappingDescription(keys: health)), nil, "How instances are watched."),
        KeyDescription("drain", .mapping(MappingDescription(keys: drain)), nil, "How instances leave service."),
        KeyDescription(
            "hooks",
            .mapping(MappingDescription(keys: hooks)),
            nil,
            "What is called on an instance's way into and out of service."
        ),
        KeyDescription("host", .mapping(MappingDescription(keys: host)), nil, "What the host keeps for others."),
        placement,
        KeyDescription(
            "agent",
            .choice(["required", "none"]),
            "required",
            "Whether cms-agent is in each instance; none: libvirt alone finds and measures it, and service.probe says whether "
                + "it serves."
        ),
        KeyDescription(
            "service",
            .mapping(MappingDescription(keys: service)),
            nil,
            "What the instances serve, how that is probed, and where clients are sent."
        ),
    ]

    private static let standby: [KeyDescription] = [
        KeyDescription(
            "paused",
            .integer(0...StandbyPolicy.limit),
            "0",
            "Instances that are booted, enrolled and paused; their memory is held."
        ),
        KeyDescription(
            "saved",
            .integer(0...StandbyPolicy.limit),
            "0",
            "Instances that are booted, enrolled and saved to disk."
        ),
        KeyDescription(
            "refresh",
            .duration(.seconds(60) ... .seconds(30 * 86400)),
            "12h",
            "After which time each is woken in turn, so that certificates, leases and clocks stay valid."
        ),
    ]

    private static let template: [KeyDescription] = [
        KeyDescription(
            "domain",
            .text(.name),
            nil,
            "The shut-off domain that is cloned; either this or image.",
            example: "fib-template"
        ),
        KeyDescription(
            "image",
            .text(.absolutePath),
            nil,
            "The disk image that is cloned; either this or domain.",
            example: "/var/lib/libvirt/images/fib.qcow2"
        ),
        KeyDescription("pool", .text(.name), "default", "The storage pool that holds the clones' disks."),
        KeyDescription(
            "name",
            .text(.cloneName),
            nil,
            "The clones' names, {n} being a number (GROUP-{n}).",
            example: "fib-{n}"
        ),
        KeyDescription(
            "memory",
            .bytes(16 << 20...16 << 40),
            nil,
            "The memory of each (the template's).",
            example: "512MiB"
        ),
        KeyDescription("vcpus", .integer(1...512), nil, "The vCPUs of each (the template's).", example: "1"),
    ]

    private static let health: [KeyDescription] = [
        KeyDescription(
            "interval",
            .duration(.milliseconds(100) ... .seconds(300)),
            "1s",
            "The time between two probes of an instance."
        ),
        KeyDescription(
            "timeout",
            .duration(.milliseconds(100) ... .seconds(60)),
            "2s",
            "How long a probe may take."
        ),
        KeyDescription("failures", .integer(1...100), "3", "Failed probes in a row that withdraw an instance."),
        KeyDescription(
            "start-deadline",
            .duration(.seconds(1) ... .seconds(86400)),
            "3m",
            "How long an instance may take from when libvirt is told to start it until it serves."
        ),
        KeyDescription("attempts", .integer(1...100), "2", "Failed starts before an instance is quarantined."),
        KeyDescription(
            "quarantine",
            .duration(.seconds(1) ... .seconds(30 * 86400)),
            "30m",
            "How long a quarantine lasts."
        ),
        KeyDescription(
            "replace-after",
            .duration(.seconds(1) ... .seconds(86400)),
            "60s",
            "How long an instance may be unhealthy before it is replaced."
        ),
    ]

    private static let drain: [KeyDescription] = [
        KeyDescription(
            "timeout",
            .duration(.seconds(1) ... .seconds(900)),
            "60s",
            "How long work in flight may take to finish before the instance is stopped all the same."
        ),
        KeyDescription(
            "stop-timeout",
            .duration(.seconds(1) ... .seconds(900)),
            "60s",
            "How long a guest may take to shut down before it is destroyed."
        ),
        KeyDescription(
            "lease",
            .duration(.seconds(1) ... .seconds(60)),
            "5s",
            "How long a client that does not confirm a withdrawal is taken to send still."
        ),
    ]

    private static let hooks: [KeyDescription] = [
        KeyDescription(
            "before-in-service",
            .mapping(hook(onFailure: "fail", fails: "fail fails the start")),
            nil,
            "Called after the first probe passed and before clients are told.",
            isAbsentByDefault: true
        ),
        KeyDescription(
            "after-draining",
            .mapping(hook(onFailure: "continue", fails: "fail holds the instance until drain.timeout, then stops it")),
            nil,
            "Called when an instance has finished its work, before it is stopped.",
            isAbsentByDefault: true
        ),
    ]

    private static func hook(onFailure: String, fails: String) -> MappingDescription {
        MappingDescription(
            keys: [
                KeyDescription(
                    "command",
                    .list(.text(.line), count: 1...64, commas: false),
                    nil,
                    "A program with its arguments, without a shell; either this or url.",
                    example: "[/usr/local/bin/warm-cache, --fast]"
                ),
                KeyDescription(
                    "url",
                    .text(.url),
                    nil,
                    "Where a POST is sent; either this or command.",
                    example: "https://hooks.example/cms"
                ),
                KeyDescription(
                    "timeout",
                    .duration(.milliseconds(100) ... .seconds(900)),
                    "30s",
                    "How long it may take."
                ),
                KeyDescription(
                    "on-failure",
                    .choice(HookConfiguration.Hook.FailureRule.allCases.map(\.rawValue)),
                    onFailure,
                    "What follows when it fails or takes too long: continue records it, \(fails)."
                ),
            ],
            exactlyOne: ["command", "url"]
        )
    }

    private static let host: [KeyDescription] = [
        KeyDescription(
            "memory-reserve",
            .bytesOrPercent,
            "512MiB",
            "The memory of the host that stays free when an instance is started."
        ),
        KeyDescription(
            "vcpu-overcommit",
            .number(NumberRange(lower: 0, upper: 1000, isAboveLower: true, isPercentage: false)),
            "8",
            "The most vCPUs of running domains per CPU of the host."
        ),
    ]
}
