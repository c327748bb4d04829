import Libvirt
import Testing

@testable import ConfigurationValues
@testable import Controller
@testable import Lifecycle

@Suite("What validate finds of groups")
struct GroupFindingsTests {
    func findings(
        _ yaml: String,
        _ domains: [DomainInfo],
        pools: [StoragePoolInfo]? = nil
    ) throws -> [ValidationFinding] {
        GroupFindings.findings(
            groups: try ConfigurationLoading.load(yaml).groups,
            networks: [
                NetworkInfo(
                    name: "default",
                    uuid: "1",
                    bridge: "virbr0",
                    addresses: [NetworkAddress(address: "10.0.0.1", prefixLength: 24)]
                )
            ],
            domains: domains,
            pools: pools
        )
    }

    func domain(_ name: String, _ state: DomainState = .shutOff) -> DomainInfo {
        DomainInfo(
            uuid: name,
            name: name,
            state: state,
            interfaces: [DomainInterface(network: "default", mac: nil)]
        )
    }

    func bad(_ findings: [ValidationFinding]) -> [String] { findings.filter { !$0.isFine }.map(\.text) }

    @Test("a domain is counted for the first group that matches, and what is left over for the next")
    func firstWins() throws {
        let found = try findings(
            "groups:\n  web: {hosts: 10.0.0.0/24, domains: \"web-*\"}\n  rest: {hosts: 10.0.0.0/24}\n",
            [domain("web-1", .running), domain("db")]
        )
        #expect(bad(found) == [])
        #expect(found.map(\.text).contains("group web: domains: web-1 (running)"))
        #expect(found.map(\.text).contains { $0.hasPrefix("group rest: domains: db (") && !$0.contains("web-1") })
    }

    @Test("what a group without agents has to do without is said, and is no fault")
    func agentless() throws {
        let yaml = "hosts: 10.0.0.0/24\nagent: none\nservice: {drain-for: 20s, probe: {tcp: 443}}\n"
        let found = try findings(yaml, [domain("vm1")])
        #expect(bad(found) == [])
        let said = found.map(\.text).filter { $0.hasPrefix("group default: agent: none: ") }
        for word in ["no identity", "no drain by count", "20.0 seconds", "no load from inside", "no clock"] {
            #expect(said.contains { $0.contains(word) }, "\(word)")
        }
        #expect(try findings("hosts: 10.0.0.0/24\n", [domain("vm1")]).allSatisfy { !$0.text.contains("agent:") })
    }

    @Test("a group without domains, one with too few, and one without a network")
    func missing() throws {
        let found = bad(
            try findings(
                """
                groups:
                  a: {hosts: 10.0.0.0/24, domains: "a-*"}
                  b: {hosts: 10.0.0.0/24, domains: "b-*", min: 2, standby: 1}
                  c: {hosts: 10.9.0.0/24}
                """,
                [domain("b-1"), domain("b-2")]
            )
        )
        #expect(found.count == 3)
        #expect(
            found.first?.contains("group a: domains: none is attached to these networks and is named like 'a-*'")
                == true
        )
        #expect(found.dropFirst().first?.contains("fewer than min and standby, 3") == true)
        #expect(found.last?.hasPrefix("group c: no libvirt network lies in 10.9.0.0/24") == true)
    }

    @Test("a schedule that needs more domains than there are is told, with its place in the list")
    func schedules() throws {
        let yaml = """
            hosts: 10.0.0.0/24
            standby: 1
            policy:
              schedule:
                - {cron: "0 8 * * *", min: 2, for: 1h}
                - {cron: "0 12 * * *", min: 3, for: 1h}
            """
        let found = bad(try findings(yaml, [domain("b-1"), domain("b-2"), domain("b-3")]))
        #expect(found.count == 1)
        #expect(
            found.first?.hasSuffix(
                "fewer than min of policy.schedule[1] (`0 12 * * *`) and standby, 4, and there is no template; define "
                    + "more, or lower them"
            ) == true,
            "\(found)"
        )
    }

    @Test("a template must be there and shut off, and is no instance")
    func templates() throws {
        let yaml = "hosts: 10.0.0.0/24\ntemplate: {domain: base}\n"
        #expect(bad(try findings(yaml, [domain("base")])) == [])
        #expect(
            try findings(yaml, [domain("base")]).map(\.text).contains(
                "group default: domains: none yet, clones will be made"
            )
        )
        #expect(bad(try findings(yaml, [])).first?.contains("there is no domain 'base'") == true)
        #expect(bad(try findings(yaml, [domain("base", .running)])).first?.contains("'base' runs") == true)
        var saved = domain("base")
        saved.hasManagedSave = true
        #expect(bad(try findings(yaml, [saved])).first?.contains("'base' is saved") == true)
        var elsewhere = domain("base")
        elsewhere.interfaces = [DomainInterface(network: "dmz", mac: nil)]
        #expect(bad(try findings(yaml, [elsewhere])).first?.contains("attach it to default") == true)
        let configuration = try ConfigurationLoading.load(yaml)
        #expect(configuration.isTemplate(domain: "base") && !configuration.groups[0].includes(domain: "base"))
        #expect(!configuration.isTemplate(domain: "vm1") && configuration.groups[0].includes(domain: "vm1"))
    }

    @Test("the pool of the clones must be there, active, and have room")
    func pools() throws {
        let yaml = "hosts: 10.0.0.0/24\ntemplate: {domain: base, pool: fast}\n"
        func bad(_ pools: StoragePoolInfo...) throws -> [String] {
            self.bad(try findings(yaml, [domain("base")], pools: pools))
        }
        #expect(try bad(StoragePoolInfo(name: "fast", available: 1 << 30)) == [])
        #expect(try bad(StoragePoolInfo(name: "slow")).first?.contains("there is no storage pool 'fast'") == true)
        let inactive = try bad(StoragePoolInfo(name: "fast", isActive: false))
        #expect(inactive.first?.contains("start it with 'virsh pool-start fast'") == true)
        #expect(try bad(StoragePoolInfo(name: "fast", available: 1 << 20)).first?.contains("has 1 MiB left") == true)
        #expect(
            try findings(yaml, [domain("base")], pools: [StoragePoolInfo(name: "fast", available: 1 << 30)])
                .map(\.text).contains("group default: template: the storage pool 'fast' has 1024 MiB left")
        )
    }
}
