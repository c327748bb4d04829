import Autoscaling

extension ConfigurationSchema {
    /// The kinds of rules, of which each rule is one.
    static let rules = MappingDescription(
        keys: [
            rule("threshold", threshold, "One more while all instances are over a threshold."),
            rule("target", target, "As many instances as keep the CPU at its target."),
            rule("metric", metric, "As many instances as keep a number that the agents report at its target."),
            rule(
                "prometheus",
                prometheus,
                "As many instances as the value of a PromQL query needs. Without a value on-gap holds: nothing shrinks."
            ),
        ],
        exactlyOne: ["threshold", "target", "metric", "prometheus"]
    )

    private static func rule(_ name: String, _ keys: [KeyDescription], _ summary: String) -> KeyDescription {
        KeyDescription(name, .mapping(MappingDescription(keys: keys)), nil, summary, isAbsentByDefault: true)
    }

    private static let tolerance = KeyDescription(
        "tolerance",
        .number(NumberRange(lower: 0, upper: 1, isBelowUpper: true, isPercentage: false)),
        "0.1",
        "The share by which the metric may be off the target."
    )

    private static let threshold: [KeyDescription] = [
        KeyDescription(
            "over",
            .number(NumberRange(lower: 0, upper: 100, isAboveLower: true, isBelowUpper: true)),
            "75",
            "Percent of CPU over which an instance is overloaded."
        ),
        KeyDescription("samples", .integer(1...1000), "3", "Samples in a row over the threshold before scaling out."),
        KeyDescription(
            "low",
            .number(NumberRange(lower: 0, upper: 100, isAboveLower: true, isBelowUpper: true)),
            "40",
            "One fewer while the load of all, spread over one fewer, stays at or below this; none: never. "
                + "Half of over where that is 40 or less.",
            allowsNone: true
        ),
    ]

    private static let target: [KeyDescription] = [
        KeyDescription(
            "metric",
            .choice(TargetTracking.Metric.allCases.map(\.rawValue)),
            "demand",
            "What is held at the target: the CPU in use, or all that the waiting work would need too."
        ),
        KeyDescription("percent", .number(NumberRange(lower: 1, upper: 100)), "70", "The target."),
        tolerance,
    ]

    private static let metric: [KeyDescription] = [
        KeyDescription(
            "name",
            .choice(MetricTarget.Metric.allCases.map(\.rawValue)),
            nil,
            "What is held at the target: requests computed, answered a second or waiting, the 99th percentile of their time, "
                + "memory in use, or the share of time in which a task waits for a CPU.",
            isRequired: true,
            example: "in-flight"
        ),
        KeyDescription(
            "per-instance",
            .amount,
            nil,
            "How much of it one instance is to have: a number; for latency-p99 seconds or a time, for memory and psi percent.",
            isRequired: true,
            example: "20"
        ),
        tolerance,
    ]

    private static let prometheus: [KeyDescription] = [
        KeyDescription(
            "url",
            .text(.server),
            nil,
            "The server, before /api/v1/query.",
            isRequired: true,
            example: "http://127.0.0.1:9090"
        ),
        KeyDescription(
            "query",
            .text(.line),
            nil,
            "The expression; its value is a scalar, or a vector of one element.",
            isRequired: true,
            example: "sum(queue_length)"
        ),
        KeyDescription(
            "per-instance",
            .number(NumberRange(lower: 0, upper: 1e12, isAboveLower: true, isPercentage: false)),
            nil,
            "How much of it one instance is to have.",
            isRequired: true,
            example: "20"
        ),
        tolerance,
        KeyDescription(
            "interval",
            .duration(.seconds(1) ... .seconds(3600)),
            "15s",
            "The time between two questions."
        ),
        KeyDescription(
            "timeout",
            .duration(.milliseconds(100) ... .seconds(60)),
            "5s",
            "The longest wait for a whole answer."
        ),
        KeyDescription(
            "max-age",
            .duration(.seconds(1) ... .seconds(86400)),
            "2m",
            "An older value is none, and no older samples are looked at where the server can do that; at least interval and "
                + "timeout together, and more than the server's scrape interval (two intervals and timeout where that is "
                + "more than 2m)."
        ),
        KeyDescription(
            "bearer-token-file",
            .text(.path),
            nil,
            "A file with a token to show to the server.",
            example: "/etc/cms/prometheus-token"
        ),
        KeyDescription("username", .text(.line), nil, "Who asks, by basic authentication.", example: "cms"),
        KeyDescription(
            "password-file",
            .text(.path),
            nil,
            "A file with the password of username.",
            example: "/etc/cms/prometheus-password"
        ),
        KeyDescription(
            "ca-file",
            .text(.path),
            nil,
            "A file with the certificates that the server's must come from, PEM (the system's).",
            example: "/etc/cms/prometheus-ca.pem"
        ),
    ]
}
