import Autoscaling

extension ConfigurationSchema {
    private static let day = Duration.seconds(86400)
    private static let share = NumberRange(lower: 1, upper: 100)

    /// The settings of a group's policy.
    package static let policy: [KeyDescription] = [
        KeyDescription(
            "rules",
            .list(
                .mapping(rules),
                count: 1...16,
                commas: false
            ),
            nil,
            "The rules, of which the largest wish wins; one threshold rule with its defaults when there are none."
        ),
        KeyDescription(
            "scale-out",
            .mapping(MappingDescription(keys: direction(window: "0s"))),
            nil,
            "What slows a scale out."
        ),
        KeyDescription(
            "scale-in",
            .mapping(MappingDescription(keys: direction(window: "5m"))),
            nil,
            "What slows a scale in."
        ),
        KeyDescription(
            "warm-up",
            .duration(.zero ... .seconds(3600)),
            "0s",
            "For this long after it came into service an instance is capacity, but its load does not ask for more."
        ),
        KeyDescription(
            "on-gap",
            .choice(["hold", "last", "scale-out"]),
            "hold",
            "How an instance counts that nobody measured: as if at the target, as it was, or as fully busy."
        ),
        KeyDescription(
            "on-starved",
            .choice(["refuse", "scale-out"]),
            "refuse",
            "Whether instances that are short of host CPU may ask for another one on the same host."
        ),
        KeyDescription(
            "schedule",
            .list(.mapping(MappingDescription(keys: schedule)), count: 0...100, commas: false),
            nil,
            "Bounds by the clock; of the schedules that hold the one that started last wins, of two that started together "
                + "the later in the list."
        ),
        KeyDescription(
            "forecast",
            .mapping(MappingDescription(keys: forecast)),
            nil,
            "Raises the wish ahead of what earlier days or weeks had at that time; {} turns it on with its defaults.",
            isAbsentByDefault: true
        ),
    ]

    private static func direction(window: String) -> [KeyDescription] {
        [
            KeyDescription(
                "window",
                .duration(.zero...day),
                window,
                "The time over which the most cautious wish counts: 0s, or at least the interval."
            ),
            KeyDescription(
                "cooldown",
                .duration(.zero...day),
                "0s",
                "The least time between a change that has taken effect and the next order in this direction."
            ),
            KeyDescription(
                "per-minute",
                .integer(1...1000),
                "none",
                "The most instances a minute.",
                allowsNone: true,
                example: "4"
            ),
        ]
    }

    private static let schedule: [KeyDescription] = [
        KeyDescription(
            "cron",
            .text(.cron),
            nil,
            "When it starts: minute, hour, day of month, month, weekday, in the host's local time.",
            isRequired: true,
            example: "\"0 8 * * 1-5\""
        ),
        KeyDescription(
            "min",
            .integer(1...GroupPolicy.unbounded),
            nil,
            "The fewest instances while it holds (the group's).",
            example: "3"
        ),
        KeyDescription(
            "max",
            .integer(1...GroupPolicy.unbounded),
            nil,
            "The most instances while it holds (the group's).",
            example: "8"
        ),
        KeyDescription(
            "for",
            .duration(.seconds(60) ... .seconds(28 * 86400)),
            nil,
            "How long it holds, as time passes, also when the clock is changed. A shorter one that starts meanwhile does not "
                + "end it (without: until another schedule starts).",
            example: "10h"
        ),
    ]

    private static let forecast: [KeyDescription] = [
        KeyDescription(
            "season",
            .choice(ForecastPolicy.Season.allCases.map(\.rawValue)),
            "day",
            "What repeats itself."
        ),
        KeyDescription(
            "ahead",
            .duration(.seconds(1) ... .seconds(3600)),
            "2m",
            "How far it looks ahead."
        ),
        KeyDescription("target", .number(share), "70", "The load per instance that it plans for, percent."),
        KeyDescription(
            "error-limit",
            .number(NumberRange(lower: 0, upper: 1000, isAboveLower: true)),
            "30",
            "The mean error, percent, from which it is not used."
        ),
    ]
}
