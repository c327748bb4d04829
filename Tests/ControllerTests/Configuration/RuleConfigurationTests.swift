import Testing

@testable import Autoscaling
@testable import ConfigurationReading
@testable import ConfigurationValues
@testable import Lifecycle

@Suite("Rules on any number, in the configuration")
struct RuleConfigurationTests {
    let hosts = "hosts: 10.0.0.0/24\n"

    func rules(_ yaml: String) throws -> [ScalingRule] {
        try ConfigurationLoading.load(hosts + yaml).groups[0].policy.rules
    }

    @Test("both kinds are read, with their defaults and with all that there is")
    func read() throws {
        let yaml = """
            policy:
              rules:
                - metric: {name: in-flight, per-instance: 20}
                - metric: {name: latency-p99, per-instance: 250ms, tolerance: 0.2}
                - metric: {name: latency-p99, per-instance: 1.5}
                - metric: {name: psi, per-instance: 30%}
                - prometheus:
                    url: http://127.0.0.1:9090/
                    query: sum(queue_length)
                    per-instance: 0.5
                - prometheus:
                    url: https://prometheus.example/tenant
                    query: >-
                      sum(rate(http_requests_total[1m]))
                      / 2
                    per-instance: 100
                    tolerance: 0
                    interval: 30s
                    timeout: 2s
                    max-age: 45s
                    username: cms
                    password-file: /etc/cms/password
                    ca-file: /etc/cms/ca.pem
            """
        #expect(
            try rules(yaml) == [
                .metric(MetricTarget(.inFlight, perInstance: 20)),
                .metric(MetricTarget(.latencyP99, perInstance: 0.25, tolerance: 0.2)),
                .metric(MetricTarget(.latencyP99, perInstance: 1.5)),
                .metric(MetricTarget(.psi, perInstance: 30)),
                .prometheus(
                    QueryTarget(
                        PrometheusQuery(url: "http://127.0.0.1:9090", expression: "sum(queue_length)"),
                        perInstance: 0.5
                    )
                ),
                .prometheus(
                    QueryTarget(
                        PrometheusQuery(
                            url: "https://prometheus.example/tenant",
                            expression: "sum(rate(http_requests_total[1m])) / 2",
                            interval: .seconds(30),
                            timeout: .seconds(2),
                            maxAge: .seconds(45),
                            access: .init(
                                username: "cms",
                                passwordFile: "/etc/cms/password",
                                authorityFile: "/etc/cms/ca.pem"
                            )
                        ),
                        perInstance: 100,
                        tolerance: 0
                    )
                ),
            ]
        )
    }

    @Test("a long interval alone makes the age long enough")
    func age() throws {
        let rule = try rules(
            "policy: {rules: [{prometheus: {url: \"http://p\", query: x, per-instance: 1, interval: 5m}}]}\n"
        )
        guard case .prometheus(let target) = rule.first else {
            Issue.record("no query")
            return
        }
        #expect(target.query.maxAge == .seconds(605))
    }

    @Test(
        "what makes no sense is refused at its place, with a remedy",
        arguments: [
            (
                "metric: {name: in-flight, per-instance: 250ms}",
                "metric.per-instance: '250ms' is no amount of in-flight"
            ),
            ("metric: {name: memory, per-instance: 2s}", "metric.per-instance: '2s' is no amount of memory"),
            (
                "metric: {name: latency-p99, per-instance: 70%}",
                "metric.per-instance: '70%' is no amount of latency-p99"
            ),
            ("metric: {name: psi, per-instance: 170}", "metric.per-instance: 170 is above 100 percent"),
            (
                "prometheus: {url: \"http://p\", query: x, per-instance: 1, max-age: 10s}",
                "prometheus.max-age: 10 s is less than"
            ),
            (
                "prometheus: {url: \"http://p\", query: x, per-instance: 1, username: a}",
                "prometheus: username and password-file"
            ),
            (
                "prometheus: {url: \"http://p\", query: x, per-instance: 1, username: a, password-file: b, bearer-token-file: c}",
                "prometheus: bearer-token-file and username"
            ),
            ("prometheus: {url: \"http://p\", query: \" \", per-instance: 1}", "prometheus.query: it is empty"),
            (
                "prometheus: {url: \"http://a:b@p\", query: x, per-instance: 1}",
                "prometheus.url: it is no URL of a server"
            ),
        ]
    )
    func refused(rule: String, problem: String) {
        let problems = ConfigurationLoading.problems(hosts + "policy:\n  rules:\n    - \(rule)\n")
        #expect(problems.count == 1 && problems[0].hasPrefix("line 4: policy.rules[0].\(problem)"), "\(problems)")
    }

    @Test("another query is put into effect by a reload")
    func reload() throws {
        let old = try ConfigurationLoading.load(hosts)
        let new = try ConfigurationLoading.load(
            hosts + "policy: {rules: [{prometheus: {url: \"http://p\", query: x, per-instance: 1}}]}\n"
        )
        let plan = ControllerConfiguration.reloadPlan(from: old, to: new)
        #expect(plan.lines.contains { $0.contains("policy.rules") }, "\(plan.lines)")
        #expect(ControllerConfiguration.effective(from: old, to: new).groups[0].policy.queries.count == 1)
    }
}
