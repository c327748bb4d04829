import Autoscaling
import Lifecycle
import Wire

extension GroupCheck {
    /// Whether what is said of the service, its probe and its agent fits together.
    static func service(
        _ group: GroupConfiguration,
        _ settings: Settings,
        at prefix: String,
        problems: inout ProblemList
    ) {
        let given = settings.mapping("service")
        func add(_ key: String, _ reason: String) {
            problems.add(prefix + key, settings.source(of: key) ?? place(of: settings), reason)
        }
        probe(given.mapping("probe"), group.service.probe) { add("service.probe.\($0)", $1) }
        if let kind = given["kind"]?.text, let agent = settings["agent"]?.text,
            (kind == ServiceConfiguration.Kind.agentless.rawValue) != (agent == "none")
        {
            add("service.kind", "it is '\(kind)', and agent is '\(agent)'; leave one of them away, or change it")
        }
        if group.service.kind == .builtIn, group.service.probe != nil {
            add(
                "service.probe",
                "the built-in service has a probe of its own; leave this one away, or change service.kind"
            )
        }
        if !group.service.hasAgent { agentless(group, settings, add) }
    }

    /// What a group cannot have, or must, that has no agents.
    private static func agentless(
        _ group: GroupConfiguration,
        _ settings: Settings,
        _ add: (_ key: String, _ reason: String) -> Void
    ) {
        if group.service.probe == nil, settings.mapping("service")["probe"] == nil {
            add(
                "service.probe",
                "missing; without an agent nothing else tells whether an instance serves; give one, for example "
                    + "probe: {http: /healthz, port: 8080} or probe: {tcp: 443}"
            )
        }
        let least = group.service.drainFor + group.drain.lease
        if least > group.drain.timeout {
            add(
                "service.drain-for",
                "with drain.lease it is \(DurationText.text(least)), longer than drain.timeout "
                    + "(\(DurationText.text(group.drain.timeout))), which would end it; lower it, or raise drain.timeout"
            )
        }
        for (index, rule) in group.policy.rules.enumerated() {
            switch rule {
            case .targetTracking(let target) where target.metric == .demand:
                add(
                    "policy.rules[\(index)].target.metric",
                    "without an agent nobody counts the demand, so this rule would never have data; give metric: "
                        + "utilization, which is the CPU as the host sees it"
                )
            case .metric(let target):
                add(
                    "policy.rules[\(index)].metric.name",
                    "without an agent nobody reports \(target.metric.rawValue), so this rule would never have data; give a "
                        + "target with metric: utilization, or ask Prometheus"
                )
            case .threshold, .targetTracking, .prometheus: break
            }
        }
    }

    /// Whether a probe has only what its kind takes.
    private static func probe(
        _ given: Settings,
        _ probe: ServiceProbe?,
        _ add: (_ key: String, _ reason: String) -> Void
    ) {
        switch probe {
        case .tcp:
            for key in ["port", "scheme", "expect", "tls-ca"] where given[key] != nil {
                add(key, "it is for an http probe, and this one is tcp; leave it away")
            }
        case .http(let request):
            if request.scheme == .http, given["tls-ca"] != nil {
                add("tls-ca", "it is for https, and the probe is sent by http; give scheme: https")
            }
        case nil: break
        }
    }
}
