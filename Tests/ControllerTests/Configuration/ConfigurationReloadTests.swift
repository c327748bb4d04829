import Autoscaling
import Testing

@testable import ConfigurationValues
@testable import Lifecycle

@Suite("Reloading a configuration")
struct ConfigurationReloadTests {
    let base = """
        groups:
          web: {hosts: 10.0.0.0/24, min: 1}
          db: {hosts: 10.0.1.0/24}

        """

    func plan(_ old: String, _ new: String) throws -> ReloadPlan {
        ControllerConfiguration.reloadPlan(
            from: try ConfigurationLoading.load(old),
            to: try ConfigurationLoading.load(new)
        )
    }

    @Test("nothing differs")
    func same() throws {
        let plan = try plan(base, base)
        #expect(plan.isEmpty && plan.lines == ["nothing differs"])
    }

    @Test(
        "what changes at once",
        arguments: [
            ("min: 2", "min"), ("max: 7", "max"), ("mode: off", "mode"), ("domains: a*", "domains"),
            ("policy: {rules: [{target: {}}]}", "policy.rules"),
            ("policy: {scale-out: {window: 9s}}", "policy.scale-out"),
            ("policy: {scale-in: {per-minute: 1}}", "policy.scale-in"), ("policy: {warm-up: 9s}", "policy.warm-up"),
            ("policy: {on-gap: last}", "policy.on-gap"), ("policy: {on-starved: scale-out}", "policy.on-starved"),
            ("policy: {schedule: [{cron: \"0 8 * * *\", min: 2}]}", "policy.schedule"),
            ("policy: {forecast: {}}", "policy.forecast"), ("standby: 3", "standby"),
            ("template: {domain: base}", "template"), ("health: {attempts: 9}", "health"),
            ("health: {interval: 9s}", "health"), ("drain: {lease: 9s}", "drain"),
            ("hooks: {after-draining: {url: \"http://a\"}}", "hooks"), ("host: {memory-reserve: 1GiB}", "host"),
        ]
    )
    func live(setting: String, key: String) throws {
        let plan = try plan("hosts: 10.0.0.0/24\n", "hosts: 10.0.0.0/24\n\(setting)\n")
        #expect(plan.live == ["groups.default.\(key)"])
        #expect(plan.restart.isEmpty && plan.addedGroups.isEmpty && plan.removedGroups.isEmpty)
    }

    @Test(
        "what waits for a restart",
        arguments: [
            ("connect: test:///default", "connect"), ("listen: 127.0.0.1:1", "listen"),
            ("state-dir: /tmp/x", "state-dir"),
            ("interval: 2s", "interval"), ("log-file: /tmp/x", "log-file"),
            ("spans-file: /tmp/x", "spans-file"), ("advertise: a", "advertise"), ("name: other-name", "name"),
        ]
    )
    func restart(setting: String, key: String) throws {
        let old = try ConfigurationLoading.load(base)
        let new = try ConfigurationLoading.load(base + setting + "\n")
        #expect(ControllerConfiguration.reloadPlan(from: old, to: new).restart == [key])
        let effective = ControllerConfiguration.effective(from: old, to: new)
        #expect(ControllerConfiguration.reloadPlan(from: old, to: effective).isEmpty)
    }

    @Test("other hosts of a group wait for a restart, its other settings do not")
    func hosts() throws {
        let changed = base.replacing("{hosts: 10.0.0.0/24, min: 1}", with: "{hosts: 10.0.2.0/24, min: 2}")
        let old = try ConfigurationLoading.load(base)
        let new = try ConfigurationLoading.load(changed)
        let plan = ControllerConfiguration.reloadPlan(from: old, to: new)
        #expect(plan.restart == ["groups.web.hosts"] && plan.live == ["groups.web.min"])
        let effective = ControllerConfiguration.effective(from: old, to: new)
        #expect(effective.groups[0].hosts == old.groups[0].hosts && effective.groups[0].policy.min == 2)
    }

    @Test("groups that come, go and change places")
    func groups() throws {
        let new = try plan(base, base + "  new: {hosts: 10.0.3.0/24}\n")
        #expect(new.addedGroups == ["new"] && new.removedGroups.isEmpty && new.live.isEmpty && !new.reordersGroups)
        let gone = try plan(base, "groups:\n  db: {hosts: 10.0.1.0/24}\n")
        #expect(gone.removedGroups == ["web"] && !gone.reordersGroups)
        let turned = try plan(base, "groups:\n  db: {hosts: 10.0.1.0/24}\n  web: {hosts: 10.0.0.0/24, min: 1}\n")
        #expect(turned.reordersGroups && turned.lines.first == "changed: the order of the groups")
        #expect(turned.lines.last == "groups are added, removed and reordered when the controller is started again")
    }

    @Test("lifetimes of certificates change for those that are made afterwards")
    func lifetimes() throws {
        let plan = try plan(base, base + "agent-certificate-lifetime: 1h\nclient-certificate-lifetime: 1d\n")
        #expect(plan.live == ["agent-certificate-lifetime", "client-certificate-lifetime"])
    }
}
