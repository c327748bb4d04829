import Shared
import Testing

@testable import ConfigurationReading

@Suite("What is wrong with a configuration")
struct ConfigurationProblemsTests {
    func problems(
        _ yaml: String,
        flags: [ConfigurationKey: String] = [:],
        environment: [String: String] = [:]
    ) -> [String] {
        ConfigurationLoading.problems(yaml, flags: flags, environment: environment)
    }

    @Test("all problems are told at once, in the order of the lines")
    func all() {
        let found = problems(
            """
            groups:
              web:
                hosts: 10.0.0.0
                min: many
                polcy: {}
              batch:
                max: 3
                drain:
                  timeout: 1h
            intervall: 1s
            """
        )
        #expect(found.count == 6)
        #expect(found[0].hasPrefix("line 3: groups.web.hosts: "))
        #expect(found[1].hasPrefix("line 4: groups.web.min: 'many' is not valid; expected a whole number from 1 to"))
        #expect(found[2] == "line 5: groups.web.polcy: unknown key; did you mean 'policy'?")
        #expect(found[3].contains("groups.batch.hosts: missing"))
        #expect(
            found[4]
                == "line 9: groups.batch.drain.timeout: '1h' is not valid; expected a time from 1s to 15m, for example 60s"
        )
        #expect(found[5] == "line 10: intervall: unknown key; did you mean 'interval'?")
    }

    @Test("the list of problems has a line for each, and one problem is one line")
    func texts() {
        let one = ConfigurationError(key: "a", source: "cms.yaml, line 2", reason: "wrong")
        let flag = ConfigurationError.Problem(key: "health.start-deadline", source: "--start-deadline", reason: "wrong")
        #expect(one.description == "cms.yaml, line 2: a: wrong")
        let both = ConfigurationError(problems: one.problems + [flag])
        #expect(
            both.description
                == "2 problems in the configuration:\n  cms.yaml, line 2: a: wrong\n  --start-deadline: wrong"
        )
    }

    @Test(
        "unknown keys are told with the nearest, at every depth",
        arguments: [
            ("policy: {scale-im: {}}", "line 2: policy.scale-im: unknown key; did you mean 'scale-in'?"),
            (
                "policy:\n  scale-in:\n    windw: 1s",
                "line 4: policy.scale-in.windw: unknown key; did you mean 'window'?"
            ),
            (
                "policy:\n  rules:\n    - threshold: {ovr: 1}",
                "line 4: policy.rules[0].threshold.ovr: unknown key; did you mean 'over'?"
            ),
            ("standby: {pased: 1}", "line 2: standby.pased: unknown key; did you mean 'paused'?"),
            (
                "hooks: {after-draining: {url: \"http://a\", retries: 3}}",
                "line 2: hooks.after-draining.retries: unknown key; known keys here are command, url, timeout, on-failure"
            ),
        ]
    )
    func unknownKeys(yaml: String, expected: String) {
        #expect(problems("hosts: 10.0.0.0/24\n" + yaml + "\n") == [expected])
    }

    @Test("a key that belongs elsewhere is told where")
    func elsewhere() {
        let found = problems("hosts: 10.0.0.0/24\nlease: 3s\n")
        #expect(found.count == 1 && found.first?.contains("did you mean 'store.etcd.lease' or 'drain.lease'?") == true)
    }

    @Test(
        "values that are not of their kind or range",
        arguments: [
            "mode: maybe", "min: 0", "min: -1", "min: 1.5", "min: 99999999999999999999", "max: 0", "domains: \"\\n\"",
            "standby: many", "standby: {refresh: 1s}", "standby: {paused: 1001}", "standby: [1]",
            "template: {}", "template: {domain: a, image: /b}", "template: {image: b}", "template: {domain: a/b}",
            "template: {domain: a, name: fib}", "template: {domain: a, name: \"{n}-{n}\"}",
            "template: {domain: a, memory: 512}", "template: {domain: a, memory: 1KiB}",
            "template: {domain: a, vcpus: 0}",
            "health: {interval: 1}", "health: {failures: 0}", "health: 3", "drain: {timeout: 16m}",
            "drain: {timeout: 0s}", "hooks: {before-in-service: {}}",
            "hooks: {before-in-service: {command: [a], url: \"http://a\"}}",
            "hooks: {before-in-service: {command: []}}", "hooks: {before-in-service: {command: a}}",
            "hooks: {before-in-service: {url: \"ftp://a\"}}", "hooks: {before-in-service: {url: \"http://\"}}",
            "hooks: {before-in-service: {command: [a], on-failure: retry}}",
            "host: {memory-reserve: 100%}", "host: {memory-reserve: 5}", "host: {vcpu-overcommit: 0}",
            "host: {vcpu-overcommit: 1e3}",
            "policy: {rules: []}", "policy: {rules: {}}", "policy: {rules: [{}]}", "policy: {rules: [threshold]}",
            "policy: {rules: [{threshold: {}, target: {}}]}", "policy: {rules: [{target: {percent: 0}}]}",
            "policy: {rules: [{target: {metric: memory}}]}", "policy: {rules: [{target: {tolerance: 1}}]}",
            "policy: {rules: [{threshold: {over: 100}}]}", "policy: {on-gap: ignore}", "policy: {on-starved: yes}",
            "policy: {warm-up: 2d}", "policy: {schedule: [{min: 1}]}", "policy: {schedule: [{cron: daily, min: 1}]}",
            "policy: {forecast: {season: year}}", "policy: {scale-in: {per-minute: 0}}", "groups: {}", "groups: [a]",
            "listen: [a, b]", "interval: {a: 1}",
        ]
    )
    func badValues(yaml: String) {
        let found = problems((yaml.hasPrefix("groups") ? "" : "hosts: 10.0.0.0/24\n") + yaml + "\n")
        let line = yaml.hasPrefix("groups") ? "line 1: " : "line 2: "
        #expect(found.count == 1 && found.first?.hasPrefix(line) == true, "\(found)")
    }

    @Test(
        "policies that cannot be met are told with the line of the setting",
        arguments: [
            ("min: 5\nmax: 3", "line 2: min: "),
            ("min: 1\npolicy:\n  scale-in:\n    window: 500ms", "line 5: policy.scale-in.window: "),
            (
                "policy:\n  rules:\n    - target: {}\n    - threshold: {low: 80}",
                "line 5: policy.rules[1].threshold.low: "
            ),
            ("policy:\n  schedule:\n    - cron: \"0 8 31 2 *\"\n      min: 2", "line 4: policy.schedule[0].cron: "),
            ("policy:\n  schedule:\n    - cron: \"61 8 * * *\"\n      min: 2", "line 4: policy.schedule[0].cron: "),
            ("max: 4\nstandby:\n  paused: 4", "line 4: standby: "),
            (
                "max: 3\nstandby: 1\npolicy:\n  schedule:\n    - cron: \"0 8 * * *\"\n      min: 3",
                "line 6: policy.schedule[0]: 1 in standby and min 3 of this schedule are more than max 3"
            ),
            (
                "max: 4\nstandby: 2\npolicy:\n  schedule:\n    - {cron: \"0 8 * * *\", max: 2}",
                "line 6: policy.schedule[0]: 2 in standby and min 1 are more than max 2 of this schedule"
            ),
            ("domains: \"web-*\"\ntemplate:\n  domain: a\n  name: \"x-{n}\"", "line 5: template.name: "),
        ]
    )
    func policies(yaml: String, expected: String) {
        let found = problems("hosts: 10.0.0.0/24\n" + yaml + "\n")
        #expect(found.count == 1 && found.first?.hasPrefix(expected) == true, "\(found)")
        #expect(found.first?.contains("; ") == true)
    }

    @Test("a policy problem of one group is told beside a wrong value of another")
    func acrossGroups() {
        let found = problems(
            """
            groups:
              a: {hosts: 10.0.0.0/24, min: 9, max: 2}
              b: {hosts: 10.0.1.0/24, min: x}
            """
        )
        #expect(found.count == 2)
        #expect(found.first?.hasPrefix("line 2: groups.a.min: 9 is above max") == true)
    }

    @Test(
        "a group that an earlier one leaves nothing is refused",
        arguments: [
            ("{hosts: 10.0.0.0/24}", "{hosts: 10.0.0.0/24}", true),
            ("{hosts: 10.0.0.0/8}", "{hosts: 10.0.0.0/24, domains: \"a-*\"}", true),
            ("{hosts: 10.0.0.0/24, domains: \"a-*\"}", "{hosts: 10.0.0.0/24, domains: \"a-b-*\"}", true),
            ("{hosts: 10.0.0.0/24, domains: \"a-b-*\"}", "{hosts: 10.0.0.0/24, domains: \"a-*\"}", false),
            ("{hosts: 10.0.0.0/24, domains: \"a-?\"}", "{hosts: 10.0.0.0/24, domains: \"a-*\"}", false),
            ("{hosts: 10.0.0.0/24, domains: \"a-*\"}", "{hosts: 10.0.0.0/24}", false),
            ("{hosts: 10.0.0.0/24}", "{hosts: 10.0.0.0/8}", false),
            ("{hosts: 10.0.0.0/24}", "{hosts: 10.0.1.0/24}", false),
        ]
    )
    func overlaps(first: String, second: String, isRefused: Bool) {
        let found = problems("groups:\n  one: \(first)\n  two: \(second)\n")
        #expect(found.isEmpty == !isRefused, "\(found)")
        if isRefused { #expect(found.first?.hasPrefix("line 3: groups.two: it would never get a domain") == true) }
    }

    @Test("two groups that name their clones alike are refused")
    func cloneNames() {
        let template = "template: {domain: base, name: \"x-{n}\"}"
        let found = problems(
            "groups:\n  a: {hosts: 10.0.0.0/24, \(template)}\n  b: {hosts: 10.0.1.0/24, \(template)}\n"
        )
        #expect(found.count == 1 && found.first?.hasPrefix("line 3: groups.b.template.name: ") == true)
    }

    @Test("one group's settings together with groups are refused with the remedy")
    func mixed() {
        let groups = "groups:\n  a: {hosts: 10.0.0.0/24}\n"
        let flag = problems(groups, flags: [.drainTimeout: "3s"])
        #expect(flag.count == 1 && flag.first?.hasPrefix("--drain-timeout: ") == true)
        #expect(flag.first?.contains("give drain.timeout under groups.NAME") == true)
        let variable = problems(groups, environment: ["CMS_HOSTS": "10.0.0.0/24"])
        #expect(variable.count == 1 && variable.first?.hasPrefix("CMS_HOSTS: ") == true)
        let key = problems(groups + "start-deadline: 1m\n")
        #expect(
            key == [
                "line 3: start-deadline: it is a group's, and there are several; give health.start-deadline under "
                    + "groups.NAME"
            ]
        )
        #expect(problems(groups, flags: [.interval: "2s"], environment: ["CMS_HOSTS": ""]).isEmpty)
    }

    @Test("a short name beside the setting that it stands for is refused")
    func twice() {
        let found = problems("hosts: 10.0.0.0/24\nhealth: {attempts: 3}\nattempts: 4\n")
        #expect(found == ["line 3: attempts: it is short for health.attempts, which is given too; keep one of them"])
        let rules = problems("hosts: 10.0.0.0/24\nthreshold: 80\npolicy: {rules: [{target: {}}]}\n")
        #expect(rules.count == 1 && rules.first?.contains("no threshold rule") == true)
        let repeated = problems("hosts: 10.0.0.0/24\nmin: 1\nmin: 2\n")
        #expect(repeated.count == 1 && repeated.first?.contains("stands twice") == true)
    }

    @Test("names of groups", arguments: ["-a", "a b", "a/b", "\"\"", "über", "[a]"])
    func names(name: String) {
        let found = problems("groups:\n  \(name): {hosts: 10.0.0.0/24}\n")
        #expect(found.count == 1 && found.first?.hasPrefix("line 2: groups: ") == true, "\(found)")
    }

    @Test("what is no YAML is told with its line; deep nesting is refused")
    func notYAML() {
        #expect(problems("hosts: 10.0.0.0/24\nmin: [1\n").first?.contains("line 3: config: it is not YAML") == true)
        #expect(problems(String(repeating: "[", count: 100_000)).first?.contains("it is not YAML") == true)
        #expect(problems(String(repeating: "- ", count: 100_000)).first?.contains("it is not YAML") == true)
    }
}
