extension GroupPolicy {
    /// The longest window, cooldown and warm-up, and the most a schedule may last: a day, and four weeks.
    static let longest = Duration.seconds(86_400)
    static let longestSchedule = Duration.seconds(28 * 86_400)

    /// What cannot be met in this policy; empty when all of it can.
    ///
    /// - Parameter interval: The time between two decisions: no window can be shorter.
    package func problems(interval: Duration) -> [PolicyProblem] {
        var problems = boundsProblems
        if rules.isEmpty {
            problems.append(
                PolicyProblem(
                    "policy.rules",
                    "there is no rule",
                    remedy: "give at least one: threshold, target, metric or prometheus"
                )
            )
        }
        for (index, rule) in rules.enumerated() {
            problems += rule.problems("policy.rules[\(index)]")
        }
        problems += scaleOut.problems("policy.scale-out", interval: interval)
        problems += scaleIn.problems("policy.scale-in", interval: interval)
        if warmUp < .zero || warmUp > Self.longest {
            problems.append(
                PolicyProblem(
                    "policy.warm-up",
                    "\(ReasonFormat.signed(warmUp)) is no warm-up",
                    remedy: "give 0 s to 24 h"
                )
            )
        }
        for (index, schedule) in schedules.enumerated() {
            problems += self.problems(of: schedule, "policy.schedule[\(index)]")
        }
        problems += forecast?.problems ?? []
        return problems
    }

    private var boundsProblems: [PolicyProblem] {
        var problems: [PolicyProblem] = []
        if min < 1 {
            problems.append(
                PolicyProblem("min", "\(min) is below 1: nothing would be left to measure", remedy: "give at least 1")
            )
        }
        if max < 1 {
            problems.append(PolicyProblem("max", "\(max) is below 1", remedy: "give at least min"))
        } else if min > max {
            problems.append(
                PolicyProblem(
                    "min",
                    "\(min) is above max (\(max))",
                    remedy: "lower min or raise max to at least \(min)"
                )
            )
        }
        return problems
    }

    private func problems(of schedule: Schedule, _ path: String) -> [PolicyProblem] {
        var problems: [PolicyProblem] = []
        do {
            let line = try CronLine(schedule.cron)
            // 2000-01-01 is as good a day as any: a line that never starts in eight years never does.
            if line.lastStart(atOrBefore: 15_778_080) == nil {
                problems.append(
                    PolicyProblem("\(path).cron", "`\(schedule.cron)` never starts", remedy: "name a day that exists")
                )
            }
        } catch {
            problems.append(
                PolicyProblem(
                    "\(path).cron",
                    error.description,
                    remedy: "write minute hour day month weekday, such as `0 8 * * 1-5`"
                )
            )
        }
        let bounds = bounds(during: schedule)
        if schedule.min == nil, schedule.max == nil {
            problems.append(PolicyProblem(path, "it sets neither min nor max", remedy: "give one of them"))
        } else if bounds.min < 1 || bounds.max < 1 {
            problems.append(PolicyProblem(path, "its bounds are below 1", remedy: "give at least 1"))
        } else if bounds.min > bounds.max {
            problems.append(
                PolicyProblem(
                    path,
                    "its min (\(bounds.min)) is above its max (\(bounds.max))",
                    remedy: "set both in it"
                )
            )
        }
        if let duration = schedule.duration, duration < .seconds(60) || duration > Self.longestSchedule {
            problems.append(
                PolicyProblem(
                    "\(path).for",
                    "\(ReasonFormat.signed(duration)) is no duration of it",
                    remedy: "give 1 min to 28 days"
                )
            )
        }
        return problems
    }
}

extension DirectionLimits {
    fileprivate func problems(_ path: String, interval: Duration) -> [PolicyProblem] {
        var problems: [PolicyProblem] = []
        if window < .zero || window > GroupPolicy.longest {
            problems.append(
                PolicyProblem(
                    "\(path).window",
                    "\(ReasonFormat.signed(window)) is no window",
                    remedy: "give 0 s to 24 h"
                )
            )
        } else if window > .zero, window < interval {
            problems.append(
                PolicyProblem(
                    "\(path).window",
                    "\(ReasonFormat.time(window)) is shorter than the interval (\(ReasonFormat.time(interval))): no sample lies in it",
                    remedy: "give 0 s, or at least the interval"
                )
            )
        }
        if cooldown < .zero || cooldown > GroupPolicy.longest {
            problems.append(
                PolicyProblem(
                    "\(path).cooldown",
                    "\(ReasonFormat.signed(cooldown)) is no cooldown",
                    remedy: "give 0 s to 24 h"
                )
            )
        }
        if let perMinute, perMinute < 1 {
            problems.append(
                PolicyProblem(
                    "\(path).per-minute",
                    "\(perMinute) would never do anything",
                    remedy: "give at least 1 or none"
                )
            )
        }
        return problems
    }
}

extension ForecastPolicy {
    fileprivate var problems: [PolicyProblem] {
        var problems: [PolicyProblem] = []
        if ahead <= .zero || ahead > .seconds(3600) {
            problems.append(
                PolicyProblem(
                    "policy.forecast.ahead",
                    "\(ReasonFormat.signed(ahead)) is not within an hour",
                    remedy: "give the time an instance takes into service, such as 2m"
                )
            )
        }
        if !(target >= 1 && target <= 100) {
            problems.append(
                PolicyProblem("policy.forecast.target", "\(target) is not within 1...100", remedy: "give 70, say")
            )
        }
        if !(errorLimit > 0 && errorLimit <= 1000) {
            problems.append(
                PolicyProblem(
                    "policy.forecast.error-limit",
                    "\(errorLimit) is not within 0...1000",
                    remedy: "give 30, say"
                )
            )
        }
        return problems
    }
}
