import Autoscaling

extension GroupPolicy {
    /// A policy with the settings of a group.
    ///
    /// - Parameter interval: The time between two decisions: a default window is never shorter.
    init(_ settings: SettingsReader, interval: Duration) throws {
        let policy = try settings.mapping("policy")
        self.init(
            min: try settings.required("min", settings.integer),
            max: try settings.integer("max") ?? Self.unbounded,
            rules: try policy.list("rules")?.map(ScalingRule.init) ?? Self.standard.rules,
            scaleOut: try DirectionLimits(policy.mapping("scale-out"), interval: interval),
            scaleIn: try DirectionLimits(policy.mapping("scale-in"), interval: interval),
            warmUp: try policy.required("warm-up", policy.duration),
            onGap: try policy.required("on-gap") {
                switch try policy.text($0) {
                case "hold": .hold
                case "last": .last
                case "scale-out": .scaleOut
                default: nil
                }
            },
            onStarved: try policy.text("on-starved") == "scale-out" ? .scaleOut : .refuse,
            mode: try settings.flag("mode") ?? true ? .on : .off,
            schedules: try policy.list("schedule")?.map(Schedule.init) ?? [],
            forecast: try policy.mappingIfGiven("forecast").map(ForecastPolicy.init)
        )
    }
}

extension ScalingRule {
    fileprivate init(_ settings: SettingsReader) throws {
        if let rule = try settings.mappingIfGiven("target") {
            self = .targetTracking(
                TargetTracking(
                    metric: try rule.required("metric") { try rule.text($0).flatMap(TargetTracking.Metric.init) },
                    target: try rule.required("percent", rule.number),
                    tolerance: try rule.required("tolerance", rule.number)
                )
            )
        } else if let rule = try settings.mappingIfGiven("metric") {
            self = .metric(
                MetricTarget(
                    try rule.required("name") { try rule.text($0).flatMap(MetricTarget.Metric.init) },
                    perInstance: try rule.required("per-instance", rule.amount),
                    tolerance: try rule.required("tolerance", rule.number)
                )
            )
        } else if let rule = try settings.mappingIfGiven("prometheus") {
            self = .prometheus(
                QueryTarget(
                    try PrometheusQuery(rule),
                    perInstance: try rule.required("per-instance", rule.number),
                    tolerance: try rule.required("tolerance", rule.number)
                )
            )
        } else {
            let rule = try settings.mapping("threshold")
            let over = try rule.required("over", rule.number)
            var low = try rule.number("low")
            // A low threshold alone is no contradiction to a default that nobody gave.
            if !rule.isGiven("low"), let standard = low, standard >= over { low = over / 2 }
            self = .threshold(
                ThresholdPolicy(
                    threshold: over,
                    samples: try rule.required("samples", rule.integer),
                    low: low
                )
            )
        }
    }
}

extension PrometheusQuery {
    fileprivate init(_ settings: SettingsReader) throws {
        let interval = try settings.required("interval", settings.duration)
        let timeout = try settings.required("timeout", settings.duration)
        var maxAge = try settings.required("max-age", settings.duration)
        // A long interval alone is no contradiction to a default that nobody gave.
        if !settings.isGiven("max-age") { maxAge = max(maxAge, interval * 2 + timeout) }
        var url = try settings.required("url", settings.text)
        while url.hasSuffix("/") { url.removeLast() }
        self.init(
            url: url,
            expression: try settings.required("query", settings.text),
            interval: interval,
            timeout: timeout,
            maxAge: maxAge,
            access: Access(
                bearerTokenFile: try settings.text("bearer-token-file"),
                username: try settings.text("username"),
                passwordFile: try settings.text("password-file"),
                authorityFile: try settings.text("ca-file")
            )
        )
    }
}

extension DirectionLimits {
    fileprivate init(_ settings: SettingsReader, interval: Duration) throws {
        var window = try settings.required("window", settings.duration)
        if !settings.isGiven("window"), window > .zero { window = max(window, interval) }
        self.init(
            window: window,
            cooldown: try settings.required("cooldown", settings.duration),
            perMinute: try settings.integer("per-minute")
        )
    }
}

extension Schedule {
    fileprivate init(_ settings: SettingsReader) throws {
        self.init(
            cron: try settings.required("cron", settings.text),
            min: try settings.integer("min"),
            max: try settings.integer("max"),
            duration: try settings.duration("for")
        )
    }
}

extension ForecastPolicy {
    fileprivate init(_ settings: SettingsReader) throws {
        self.init(
            season: try settings.required("season") { try settings.text($0).flatMap(Season.init) },
            ahead: try settings.required("ahead", settings.duration),
            target: try settings.required("target", settings.number),
            errorLimit: try settings.required("error-limit", settings.number)
        )
    }
}
