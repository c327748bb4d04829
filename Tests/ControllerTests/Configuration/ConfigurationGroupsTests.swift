import Autoscaling
import Testing
import Wire

@testable import ConfigurationReading
@testable import ConfigurationValues
@testable import Lifecycle

@Suite("Groups")
struct ConfigurationGroupsTests {
    func load(
        _ yaml: String,
        flags: [ConfigurationKey: String] = [:],
        environment: [String: String] = [:]
    ) throws -> ControllerConfiguration {
        try ConfigurationLoading.load(yaml, flags: flags, environment: environment)
    }

    let hosts = "hosts: 10.0.0.0/24\n"

    @Test("--hosts alone makes one group with the defaults of the types")
    func defaults() throws {
        let configuration = try ConfigurationLoading.load(flags: [.hosts: "10.0.0.0/24"])
        #expect(configuration.groups == [GroupConfiguration(hosts: try CIDR(parsing: "10.0.0.0/24"))])
        #expect(configuration.groups.first?.name == "default")
    }

    @Test("each key of a group reaches its place")
    func allKeys() throws {
        let group = try #require(
            try load(
                """
                groups:
                  fib:
                    hosts: 10.0.0.0/24
                    domains: "fib-*"
                    min: 2
                    max: 20
                    mode: off
                    policy:
                      rules:
                        - threshold: {over: 80, samples: 4, low: none}
                        - target: {metric: utilization, percent: 60, tolerance: 0.2}
                      scale-out: {window: 2s, cooldown: 3s, per-minute: 4}
                      scale-in: {window: 10m, cooldown: 1m, per-minute: none}
                      warm-up: 20s
                      on-gap: scale-out
                      on-starved: scale-out
                      schedule:
                        - {cron: "0 8 * * 1-5", min: 4, max: 10, for: 10h}
                      forecast: {season: week, ahead: 90s, target: 50, error-limit: 20}
                    standby: {paused: 3, saved: 2, refresh: 6h}
                    template: {image: /images/fib.qcow2, pool: fast, name: "fib-{n}", memory: 1.5GiB, vcpus: 2}
                    health: {interval: 2s, timeout: 3s, failures: 4, start-deadline: 5m, attempts: 6, quarantine: 7m, replace-after: 8s}
                    drain: {timeout: 15m, stop-timeout: 30s, lease: 4s}
                    hooks:
                      before-in-service: {command: [/bin/warm, --now], timeout: 1s, on-failure: continue}
                      after-draining: {url: "https://hooks.example/x", on-failure: fail}
                    host: {memory-reserve: 5%, vcpu-overcommit: 2.5}
                """
            ).groups.first
        )
        let expected = GroupConfiguration(
            name: "fib",
            hosts: try CIDR(parsing: "10.0.0.0/24"),
            domains: NamePattern("fib-*"),
            policy: GroupPolicy(
                min: 2,
                max: 20,
                rules: [
                    .threshold(ThresholdPolicy(threshold: 80, samples: 4, low: nil)),
                    .targetTracking(TargetTracking(metric: .utilization, target: 60, tolerance: 0.2)),
                ],
                scaleOut: DirectionLimits(window: .seconds(2), cooldown: .seconds(3), perMinute: 4),
                scaleIn: DirectionLimits(window: .seconds(600), cooldown: .seconds(60), perMinute: nil),
                warmUp: .seconds(20),
                onGap: .scaleOut,
                onStarved: .scaleOut,
                mode: .off,
                schedules: [Schedule(cron: "0 8 * * 1-5", min: 4, max: 10, duration: .seconds(36000))],
                forecast: ForecastPolicy(season: .week, ahead: .seconds(90), target: 50, errorLimit: 20)
            ),
            standby: StandbyPolicy(paused: 3, saved: 2, refresh: .seconds(6 * 3600)),
            template: TemplateConfiguration(
                source: .image("/images/fib.qcow2"),
                pool: "fast",
                name: "fib-{n}",
                memory: 1_610_612_736,
                vCPUs: 2
            ),
            health: HealthPolicy(interval: .seconds(2), timeout: .seconds(3), replaceAfter: .seconds(8)),
            limits: LifecycleLimits(
                startDeadline: .seconds(300),
                attempts: 6,
                quarantine: .seconds(420),
                probeFailures: 4
            ),
            drain: DrainPolicy(timeout: .seconds(900), stopTimeout: .seconds(30), lease: .seconds(4)),
            hooks: HookConfiguration(
                beforeInService: .init(
                    action: .command(["/bin/warm", "--now"]),
                    timeout: .seconds(1),
                    onFailure: .continue
                ),
                afterDraining: .init(action: .webhook("https://hooks.example/x"), onFailure: .fail)
            ),
            host: HostReserve(memory: .percent(5), vCPUOvercommit: 2.5)
        )
        #expect(group == expected)
    }

    @Test("one group's keys may stand beside the process's")
    func oneGroup() throws {
        let configuration = try load(
            hosts + "listen: 127.0.0.1:7001\nmin: 2\ndrain: {timeout: 5s}\nstandby: {saved: 1}\n"
        )
        let group = try #require(configuration.groups.first)
        #expect(configuration.groups.count == 1 && configuration.listen.port == 7001)
        #expect(group.policy.min == 2 && group.drain.timeout == .seconds(5))
        #expect(group.standby == StandbyPolicy(saved: 1))
    }

    @Test("groups keep the order of the file, and a domain belongs to those whose pattern it has")
    func order() throws {
        let configuration = try load(
            """
            groups:
              web: {hosts: 10.0.0.0/24, domains: "web-*"}
              all: {hosts: 10.0.0.0/24}
            """
        )
        #expect(configuration.groups.map(\.name) == ["web", "all"])
        #expect(configuration.groups.map { $0.includes(domain: "web-1") } == [true, true])
        #expect(configuration.groups.map { $0.includes(domain: "db-1") } == [false, true])
        #expect(configuration.hosts == configuration.groups[0].hosts)
    }

    @Test("flags win over variables, variables over the file, and each changes its own setting alone")
    func precedence() throws {
        let yaml = hosts + "min: 2\nmax: 9\nstandby: {paused: 1, saved: 1}\nstart-deadline: 1m\nthreshold: 60\n"
        let environment = ["CMS_MAX": "8", "CMS_MIN": "3", "CMS_STANDBY": "2", "CMS_DRAIN_TIMEOUT": "7s"]
        let group = try #require(try load(yaml, flags: [.min: "4"], environment: environment).groups.first)
        #expect(group.policy.min == 4 && group.policy.max == 8)
        #expect(group.standby.paused == 2 && group.standby.saved == 1)
        #expect(group.drain == DrainPolicy(timeout: .seconds(7)))
        #expect(group.limits.startDeadline == .seconds(60))
    }

    @Test("an empty variable takes the file's value away")
    func emptyVariable() throws {
        let configuration = try load(
            hosts + "log-file: /tmp/x\nmin: 3\n",
            environment: ["CMS_LOG_FILE": "", "CMS_MIN": ""]
        )
        #expect(configuration.logFile == nil && configuration.groups[0].policy.min == 1)
    }

    @Test("--threshold changes the threshold rule among the rules and leaves the rest of it")
    func thresholdAmongRules() throws {
        let yaml = hosts + "policy:\n  rules:\n    - target: {percent: 50}\n    - threshold: {samples: 7, low: none}\n"
        let group = try #require(try load(yaml, flags: [.threshold: "88"]).groups.first)
        #expect(
            group.policy.rules == [
                .targetTracking(TargetTracking(target: 50)),
                .threshold(ThresholdPolicy(threshold: 88, samples: 7, low: nil)),
            ]
        )
    }

    @Test("defaults give way to a low threshold and a long interval")
    func adaptingDefaults() throws {
        let configuration = try load(hosts + "threshold: 30\ninterval: 10m\n")
        #expect(configuration.policy == ThresholdPolicy(threshold: 30, samples: 3, low: 15))
        #expect(configuration.groups[0].policy.scaleIn.window == .seconds(600))
    }

    @Test("a number alone means paused instances")
    func standbyShorthand() throws {
        #expect(try load(hosts + "standby: 2\n").groups[0].standby == StandbyPolicy(paused: 2))
        #expect(
            try load("groups: {a: {hosts: 10.0.0.0/24, standby: 2}}\n").groups[0].standby == StandbyPolicy(paused: 2)
        )
    }

    @Test("clones are named after the group unless the file says so")
    func cloneNames() throws {
        let yaml = "groups: {web: {hosts: 10.0.0.0/24, template: {domain: base}}}\n"
        let template = try #require(try load(yaml).groups[0].template)
        #expect(template == TemplateConfiguration(source: .domain("base"), name: "web-{n}"))
        #expect(template.instanceName(7) == "web-7")
    }

    @Test("empty values are as if nobody gave them")
    func emptyValues() throws {
        let configuration = try load(hosts + "min:\npolicy:\ntemplate: ~\nlog-file: null\n")
        #expect(configuration.groups == [GroupConfiguration(hosts: try CIDR(parsing: "10.0.0.0/24"))])
        #expect(configuration.logFile == nil)
    }

    @Test(
        "patterns of names",
        arguments: [
            ("fib-*", "fib-1", true), ("fib-*", "fib-", true), ("fib-*", "xfib-1", false), ("*", "", true),
            ("a?c", "abc", true), ("a?c", "ac", false), ("*-a-*", "x-a-a-y", true), ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false), ("[a]", "a", false), ("[a]", "[a]", true),
        ]
    )
    func patterns(pattern: String, name: String, isMatch: Bool) throws {
        #expect(try #require(NamePattern(pattern)).matches(name) == isMatch)
    }

    @Test("a long pattern against a long name ends")
    func patternCost() throws {
        let pattern = try #require(NamePattern(String(repeating: "*a", count: 128)))
        #expect(!pattern.matches(String(repeating: "a", count: 2000) + "b"))
    }

    @Test("a group in one line")
    func summary() throws {
        #expect(try load(hosts).groups[0].summary == "hosts 10.0.0.0/24, instances 1 or more")
        #expect(
            try load(hosts + "domains: a*\nmin: 2\nmax: 5\nstandby: 1\nmode: off\n").groups[0].summary
                == "hosts 10.0.0.0/24, domains 'a*', instances 2 to 5, standby 1 paused and 0 saved, mode off: orders nothing"
        )
    }

    @Test("the memory that stays free")
    func reserve() {
        #expect(HostReserve.Memory.percent(5).bytes(of: 1000) == 50)
        #expect(HostReserve.Memory.bytes(7).bytes(of: 1000) == 7)
    }
}
