import ConfigurationValues
import Testing
import Wire

@testable import ConfigurationReading
@testable import Orchestration

@Suite("The name of a controller, and where it is reached")
struct ControllerNameTests {
    private let hosts = "hosts: 10.0.0.0/24\n"
    private let etcd = "store: {etcd: {endpoints: [\"http://127.0.0.1:2379\"]}}\n"

    @Test("without a name it is called as its host is, with one so")
    func name() throws {
        #expect(SPIFFEID.isName(try ConfigurationLoading.load(hosts).name))
        #expect(try ConfigurationLoading.load(hosts + "name: cms-1.a\n").name == "cms-1.a")
    }

    @Test(
        "a name that can stand in no identity is refused",
        arguments: ["a/b", "a b", String(repeating: "a", count: 65)]
    )
    func badName(name: String) {
        let problems = ConfigurationLoading.problems(hosts + "name: \(name)\n")
        #expect(problems.count == 1 && problems[0].contains("expected 1 to 64 letters"), "\(problems)")
    }

    @Test("addresses take the port of listen where they have none, and the certificate has them without ports")
    func advertise() throws {
        let configuration = try ConfigurationLoading.load(
            hosts + "listen: 0.0.0.0:7443\nadvertise: [cms.example, 10.9.9.9:7000, \"[fd00::9]:1\"]\n"
        )
        #expect(ServerNames.reachedAt(configuration) == ["cms.example:7443", "10.9.9.9:7000", "[fd00::9]:1"])
        let names = ServerNames(configuration: configuration, networks: [])
        #expect(names.dns.contains("cms.example"))
        #expect(names.addresses.map(\.description).filter { $0.contains("9") } == ["10.9.9.9", "fd00::9"])
    }

    @Test("nobody said where: where it listens, and under the host's name when that is everywhere")
    func unsaid() throws {
        let one = try ConfigurationLoading.load(hosts + "listen: 10.1.2.3:7001\n")
        #expect(ServerNames.reachedAt(one) == ["10.1.2.3:7001"])
        let everywhere = try ConfigurationLoading.load(hosts + "listen: 0.0.0.0:7001\n")
        let found = ServerNames.reachedAt(everywhere)
        #expect(found.count == 1 && found[0].hasSuffix(":7001") && !found[0].hasPrefix("0.0.0.0"), "\(found)")
        #expect(ServerNames.reachedAt(everywhere, port: 4711)[0].hasSuffix(":4711"))
    }

    @Test(
        "what is no address is refused",
        arguments: ["\"a b\"", "\"a:0\"", "\"a:70000\"", String(repeating: "a", count: 260), "\"[::1\""]
    )
    func badAddress(text: String) {
        let problems = ConfigurationLoading.problems(hosts + "advertise: [\(text)]\n")
        #expect(problems.count == 1 && problems[0].contains("advertise"), "\(problems)")
    }

    @Test("a record in etcd has room for eight addresses, a certificate for more")
    func limit() throws {
        let nine = "advertise: [a, b, c, d, e, f, g, h, i]\n"
        #expect(ServerNames.reachedAt(try ConfigurationLoading.load(hosts + nine)).count == 8)
        let problems = ConfigurationLoading.problems(hosts + etcd + nine)
        #expect(problems.count == 1 && problems[0].contains("9 are more than the 8"), "\(problems)")
        #expect(ConfigurationLoading.problems(hosts + etcd + nine.replacing(", i", with: "")) == [])
    }
}
