extension ScalingRule {
    /// What cannot be met in it; `path` is its place in the file.
    func problems(_ path: String) -> [PolicyProblem] {
        switch self {
        case .threshold(let rule): rule.problems("\(path).threshold")
        case .targetTracking(let rule): rule.problems("\(path).target")
        case .metric(let rule): rule.problems("\(path).metric")
        case .prometheus(let rule): rule.problems("\(path).prometheus")
        }
    }

    /// What is wrong with the share by which a metric may be off.
    fileprivate static func problems(tolerance: Double, _ path: String) -> [PolicyProblem] {
        guard !(tolerance >= 0 && tolerance < 1) else { return [] }
        return [
            PolicyProblem("\(path).tolerance", "\(tolerance) is not within 0..<1", remedy: "give a share such as 0.1")
        ]
    }

    /// What is wrong with what one instance is to have.
    fileprivate static func problems(perInstance: Double, _ path: String) -> [PolicyProblem] {
        guard !(perInstance > 0 && perInstance.isFinite) else { return [] }
        return [
            PolicyProblem("\(path).per-instance", "\(perInstance) is not above 0", remedy: "give a number such as 20")
        ]
    }
}

extension ThresholdPolicy {
    fileprivate func problems(_ path: String) -> [PolicyProblem] {
        var problems: [PolicyProblem] = []
        if !(threshold > 0 && threshold < 100) {
            problems.append(
                PolicyProblem(
                    "\(path).over",
                    "\(threshold) is not between 0 and 100",
                    remedy: "give a percentage such as 75"
                )
            )
        }
        if samples < 1 || samples > 1000 {
            problems.append(
                PolicyProblem("\(path).samples", "\(samples) is not within 1...1000", remedy: "give 3, say")
            )
        }
        if let low, !(low > 0 && low < threshold) {
            problems.append(
                PolicyProblem(
                    "\(path).low",
                    "\(low) is not between 0 and the threshold (\(threshold)): scale in and out would chase each other",
                    remedy: "give less than the threshold, such as 40"
                )
            )
        }
        return problems
    }
}

extension TargetTracking {
    fileprivate func problems(_ path: String) -> [PolicyProblem] {
        var problems: [PolicyProblem] = []
        if !(target >= 1 && target <= 100) {
            problems.append(
                PolicyProblem(
                    "\(path).percent",
                    "\(target) is not within 1...100",
                    remedy: "give a percentage such as 70"
                )
            )
        }
        return problems + ScalingRule.problems(tolerance: tolerance, path)
    }
}

extension MetricTarget {
    fileprivate func problems(_ path: String) -> [PolicyProblem] {
        var problems = ScalingRule.problems(perInstance: perInstance, path)
        if metric.unit == .percent, perInstance > 100 {
            problems.append(
                PolicyProblem(
                    "\(path).per-instance",
                    "\(ReasonFormat.number(perInstance)) is above 100 percent",
                    remedy: "give a percentage such as 70"
                )
            )
        }
        return problems + ScalingRule.problems(tolerance: tolerance, path)
    }
}

extension QueryTarget {
    fileprivate func problems(_ path: String) -> [PolicyProblem] {
        var problems = ScalingRule.problems(perInstance: perInstance, path)
        if query.expression.allSatisfy(\.isWhitespace) {
            problems.append(PolicyProblem("\(path).query", "it is empty", remedy: "give a PromQL expression"))
        }
        if query.interval <= .zero || query.interval > GroupPolicy.longest {
            problems.append(
                PolicyProblem(
                    "\(path).interval",
                    "\(ReasonFormat.signed(query.interval)) is no interval",
                    remedy: "give 15s, say"
                )
            )
        }
        if query.timeout <= .zero || query.timeout > .seconds(60) {
            problems.append(
                PolicyProblem(
                    "\(path).timeout",
                    "\(ReasonFormat.signed(query.timeout)) is not within a minute",
                    remedy: "give 5s, say"
                )
            )
        }
        if query.maxAge < query.interval + query.timeout || query.maxAge > GroupPolicy.longest {
            problems.append(
                PolicyProblem(
                    "\(path).max-age",
                    "\(ReasonFormat.signed(query.maxAge)) is less than the interval and the timeout together, or more than "
                        + "a day: a value would be too old before the next can be there",
                    remedy: "give at least \(ReasonFormat.signed(query.interval + query.timeout))"
                )
            )
        }
        if (query.access.username == nil) != (query.access.passwordFile == nil) {
            problems.append(
                PolicyProblem(path, "username and password-file need each other", remedy: "give both or none")
            )
        }
        if query.access.bearerTokenFile != nil, query.access.username != nil {
            problems.append(
                PolicyProblem(
                    path,
                    "bearer-token-file and username are two ways to say who asks",
                    remedy: "keep one of them"
                )
            )
        }
        return problems + ScalingRule.problems(tolerance: tolerance, path)
    }
}
