import Autoscaling
import ConfigurationValues
import Lifecycle
import Wire

/// Finds settings of groups that are right one by one and cannot be met together.
enum GroupCheck {
    /// Checks one group.
    static func alone(
        _ group: GroupConfiguration,
        _ settings: Settings,
        at prefix: String,
        interval: Duration,
        problems: inout ProblemList
    ) {
        for problem in group.policy.problems(interval: interval) {
            // Of min and max, the one that was given is to blame.
            let source =
                settings.source(of: problem.keyPath)
                ?? (problem.keyPath == "min" ? settings.source(of: "max") : nil) ?? place(of: settings)
            problems.add(prefix + problem.keyPath, source, "\(problem.problem); \(problem.remedy)")
        }
        units(settings, at: prefix, problems: &problems)
        standby(group, settings, at: prefix, problems: &problems)
        service(group, settings, at: prefix, problems: &problems)
        guard let template = group.template else { return }
        if let domains = group.domains, !domains.matches(template.instanceName(1)) {
            problems.add(
                prefix + "template.name",
                settings.source(of: "template.name") ?? place(of: settings),
                "clones such as '\(template.instanceName(1))' would not belong to the group, whose domains are "
                    + "'\(domains)'; change the name or the pattern"
            )
        }
    }

    /// Whether what one instance is to have is written in the unit of its metric.
    private static func units(_ settings: Settings, at prefix: String, problems: inout ProblemList) {
        for (index, rule) in (settings.mapping("policy").list("rules") ?? []).enumerated() {
            guard case .mapping(let rule) = rule.value, let amount = rule.mapping("metric")["per-instance"],
                let metric = MetricTarget.Metric(rawValue: rule.mapping("metric")["name"]?.text ?? "")
            else { continue }
            let expected: String? =
                switch (amount.value, metric.unit) {
                case (.duration, .count), (.percent, .count): "a number such as 20"
                case (.duration, .percent): "a percentage such as 70"
                case (.percent, .seconds): "seconds, or a time such as 250ms"
                default: nil
                }
            guard let expected else { continue }
            problems.add(
                "\(prefix)policy.rules[\(index)].metric.per-instance",
                amount.source,
                "'\(amount.text)' is no amount of \(metric.rawValue); give \(expected)"
            )
        }
    }

    /// Whether standby fits between the bounds, those of each schedule too.
    private static func standby(
        _ group: GroupConfiguration,
        _ settings: Settings,
        at prefix: String,
        problems: inout ProblemList
    ) {
        let (policy, held) = (group.policy, group.standby.total)
        if policy.min <= policy.max, held > policy.max - policy.min {
            problems.add(
                prefix + "standby",
                settings.source(of: "standby.paused") ?? place(of: settings),
                "\(held) in standby and min \(policy.min) are more than max \(policy.max), which counts standby too; "
                    + "raise max to at least \(held + policy.min), or hold fewer"
            )
        }
        for (index, schedule) in policy.schedules.enumerated() {
            let bounds = policy.bounds(during: schedule)
            guard bounds.min <= bounds.max, held > bounds.max - bounds.min else { continue }
            let key = "policy.schedule[\(index)]"
            let own = { (isOwn: Bool) in isOwn ? " of this schedule" : "" }
            problems.add(
                prefix + key,
                settings.source(of: key) ?? place(of: settings),
                "\(held) in standby and min \(bounds.min)\(own(schedule.min != nil)) are more than max "
                    + "\(bounds.max)\(own(schedule.max != nil)), which counts standby too; give this schedule a max of at "
                    + "least \(held + bounds.min), or hold fewer"
            )
        }
    }

    /// Checks the groups against each other.
    ///
    /// - Parameter sources: The groups' settings by name, for the lines.
    static func together(_ groups: [GroupConfiguration], sources: Settings, problems: inout ProblemList) {
        for (index, group) in groups.enumerated() {
            let place = "\(ConfigurationSchema.groupsKey).\(group.name)"
            let source = sources[group.name]?.source ?? .standard
            if let earlier = groups[..<index].first(where: { covers($0, group) }) {
                problems.add(
                    place,
                    source,
                    "it would never get a domain: the group '\(earlier.name)' before it has all of its hosts and domains; "
                        + "put this one first, or give them different hosts or domains"
                )
            }
            guard let template = group.template else { continue }
            if let earlier = groups[..<index].first(where: { $0.template?.name == template.name }) {
                problems.add(
                    place + ".template.name",
                    sources.mapping(group.name).source(of: "template.name") ?? source,
                    "the group '\(earlier.name)' names its clones '\(template.name)' too; give them different names"
                )
            }
        }
    }

    /// Whether every domain of `second` is also one of `first`.
    private static func covers(_ first: GroupConfiguration, _ second: GroupConfiguration) -> Bool {
        guard first.hosts.covers(second.hosts) else { return false }
        guard let pattern = first.domains else { return true }
        return second.domains.map(pattern.covers) ?? (pattern.description.allSatisfy { $0 == "*" })
    }

    /// The first line of a group's settings.
    static func place(of settings: Settings) -> SettingSource {
        settings.values.values.map(\.source).min { $0.order < $1.order } ?? .standard
    }
}
