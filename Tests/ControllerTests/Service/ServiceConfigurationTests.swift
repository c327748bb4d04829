import Testing
import Wire

@testable import ConfigurationReading
@testable import ConfigurationValues
@testable import Lifecycle

@Suite("The service of a group")
struct ServiceConfigurationTests {
    private func service(_ yaml: String) throws -> ServiceConfiguration {
        try ConfigurationLoading.load("hosts: 10.0.0.0/24\n\(yaml)\n").groups[0].service
    }

    private func problems(_ yaml: String) -> [String] {
        ConfigurationLoading.problems("hosts: 10.0.0.0/24\n\(yaml)\n")
    }

    @Test("what clients are told: the agent's port, what the group says instead, or a URL of its own")
    func urls() throws {
        let (four, six) = (try #require(IPAddress("10.0.0.7")), try #require(IPAddress("fd00::7")))
        #expect(ServiceConfiguration().url(address: four, name: "a", agentPort: 8000) == "https://10.0.0.7:8000")
        let plain = ServiceConfiguration(port: 8080, scheme: .http)
        #expect(plain.url(address: six, name: "a", agentPort: 8000) == "http://[fd00::7]:8080")
        #expect(ServiceConfiguration(scheme: .http).url(address: four, name: "a") == "http://10.0.0.7:80")
        let own = ServiceConfiguration(port: 1, url: "https://{name}.example:{address}/{name}")
        #expect(
            own.url(address: six, name: "a b/ü", agentPort: 2)
                == "https://a%20b%2F%C3%BC.example:[fd00::7]/a%20b%2F%C3%BC"
        )
    }

    @Test(
        "statuses",
        arguments: [
            ("200-399", 200...399), ("204", 204...204), ("100-599", 100...599), ("399-200", nil), ("99", nil),
            ("600", nil), ("200-", nil), ("-200", nil), ("200-299-300", nil), ("2٣4", nil), ("", nil),
        ] as [(String, ClosedRange<Int>?)]
    )
    func statuses(text: String, range: ClosedRange<Int>?) {
        #expect(ServiceProbe.statuses(text) == range)
    }

    @Test("without the key nothing changes: an agent is there, and says what it serves and where")
    func standard() throws {
        #expect(try service("min: 1") == ServiceConfiguration())
        #expect(try service("service: {}") == ServiceConfiguration())
        #expect(try service("agent: required").hasAgent)
    }

    @Test("without an agent the probe says where it serves, unless the group does")
    func agentless() throws {
        let http = try service("agent: none\nservice: {probe: {http: /healthz, port: 8080}}")
        #expect(http.kind == .agentless && http.scheme == .http && http.port == 8080)
        #expect(http.probe == .http(ServiceProbe.Request(path: "/healthz", port: 8080)))
        #expect(http.drainFor == .seconds(30) && http.slowStart == .zero)
        let tcp = try service("service: {kind: agentless, probe: {tcp: 443}}")
        #expect(tcp.kind == .agentless && tcp.scheme == nil && tcp.port == 443 && tcp.probe == .tcp(port: 443))
        let bare = try service("agent: none\nservice: {probe: {http: /, scheme: https}}")
        #expect(bare.port == 443 && bare.scheme == .https)
        let own = try service("agent: none\nservice: {port: 9, scheme: https, probe: {http: /}}")
        #expect(own.port == 9 && own.scheme == .https)
        #expect(own.probe == .http(ServiceProbe.Request(path: "/", scheme: .https)))
    }

    @Test("each group has its own")
    func perGroup() throws {
        let groups = try ConfigurationLoading.load(
            """
            groups:
              web: {hosts: 10.0.0.0/24, domains: "web-*", service: {kind: proxy, slow-start: 30s}}
              box: {hosts: 10.0.0.0/24, domains: "box-*", agent: none, service: {probe: {http: /up, expect: 204}}}

            """
        ).groups
        #expect(groups[0].service == ServiceConfiguration(kind: .proxy, slowStart: .seconds(30)))
        #expect(groups[1].service.probe == .http(ServiceProbe.Request(path: "/up", expected: 204...204)))
    }

    @Test(
        "what does not fit together is named where it stands, with the remedy",
        arguments: [
            ("agent: none", "service.probe: missing; without an agent nothing else tells whether an instance serves"),
            ("agent: maybe", "line 2: agent: 'maybe' is not valid; expected required or none"),
            (
                "agent: required\nservice: {kind: agentless, probe: {tcp: 1}}",
                "line 3: service.kind: it is 'agentless', and"
            ),
            (
                "agent: none\nservice: {kind: proxy, probe: {tcp: 1}}",
                "line 3: service.kind: it is 'proxy', and agent is"
            ),
            (
                "service: {kind: built-in, probe: {tcp: 1}}",
                "line 2: service.probe: the built-in service has a probe of"
            ),
            ("service: {probe: {}}", "service.probe: give exactly one of tcp, http; none of them is given"),
            ("service: {probe: {tcp: 1, http: /}}", "service.probe: give exactly one of tcp, http; tcp and http are"),
            (
                "service: {probe: {tcp: 0}}",
                "service.probe.tcp: '0' is not valid; expected a whole number from 1 to 65535"
            ),
            (
                "service: {probe: {tcp: 1, expect: 200}}",
                "service.probe.expect: it is for an http probe, and this one is tcp"
            ),
            (
                "service: {probe: {http: up}}",
                "service.probe.http: 'up' is not valid; expected a path that begins with /"
            ),
            (
                "service: {probe: {http: /, expect: 700}}",
                "service.probe.expect: '700' is not valid; expected HTTP statuses"
            ),
            (
                "service: {probe: {http: /, tls-ca: /a}}",
                "service.probe.tls-ca: it is for https, and the probe is sent by"
            ),
            ("service: {probe: {http: /, tls-ca: a}}", "service.probe.tls-ca: 'a' is not valid; expected a path"),
            (
                "service: {url: \"https://a\"}",
                "service.url: 'https://a' is the same for all instances; it needs {address}"
            ),
            ("service: {url: \"{address}:1\"}", "service.url: '{address}:1' is no URL; expected http:// or https://"),
            ("service: {url: \"http://{address}/{x}\"}", "service.url: 'http://{address}/{x}' is no URL"),
            ("service: {url: \"tcp://{address}\"}", "service.url: 'tcp://{address}' is no URL"),
            (
                "agent: none\nservice: {drain-for: 56s, probe: {tcp: 1}}",
                "line 3: service.drain-for: with drain.lease it is 61s, longer than drain.timeout (1m)"
            ),
            (
                "agent: none\nservice: {probe: {tcp: 1}}\npolicy: {rules: [{target: {}}]}",
                "line 4: policy.rules[0].target.metric: without an agent nobody counts the demand"
            ),
            (
                "agent: none\nservice: {probe: {tcp: 1}}\npolicy: {rules: [{metric: {name: queued, per-instance: 2}}]}",
                "line 4: policy.rules[0].metric.name: without an agent nobody reports queued"
            ),
        ]
    )
    func misfits(yaml: String, start: String) {
        let found = problems(yaml)
        #expect(found.count == 1)
        #expect(found.first?.contains(start) == true, "\(found)")
    }

    @Test("what a reload changes at once, and what waits")
    func reload() throws {
        func plan(_ service: String) throws -> ReloadPlan {
            let old = "hosts: 10.0.0.0/24\nservice: {kind: agentless, port: 80, probe: {tcp: 80}}\n"
            return ControllerConfiguration.reloadPlan(
                from: try ConfigurationLoading.load(old),
                to: try ConfigurationLoading.load("hosts: 10.0.0.0/24\nservice: {\(service)}\n")
            )
        }
        let live = try plan("kind: agentless, port: 80, probe: {tcp: 81}, slow-start: 9s, drain-for: 9s")
        #expect(
            live.live == [
                "groups.default.service.probe", "groups.default.service.slow-start", "groups.default.service.drain-for",
            ]
        )
        #expect(live.restart.isEmpty)
        let later = try plan("kind: proxy, port: 81, scheme: http, url: \"http://{name}\", probe: {tcp: 80}")
        #expect(
            later.restart == ["kind", "port", "scheme", "url"].map { "groups.default.service.\($0)" }
        )
        #expect(later.live.isEmpty)
    }
}
