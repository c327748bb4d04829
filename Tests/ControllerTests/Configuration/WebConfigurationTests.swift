import Libvirt
import Testing

@testable import ConfigurationReading
@testable import ConfigurationValues
@testable import Controller

@Suite("Settings of the web interface")
struct WebConfigurationTests {
    @Test("others can reach it only with a token: the key, its place and the remedy are told")
    func token() {
        let file = "hosts: 10.0.0.0/24\n"
        for address in ["0.0.0.0:7080", "10.0.0.1", "\"[::]:7080\"", "cms.example:7080"] {
            let found = ConfigurationLoading.problems("\(file)web-listen: \(address)\n")
            #expect(found.count == 1, "\(address)")
            #expect(found.first?.hasPrefix("line 2: web-listen: ") == true, "\(address)")
            #expect(found.first?.contains("web-token-file") == true, "\(address)")
            #expect(
                ConfigurationLoading.problems("\(file)web-listen: \(address)\nweb-token-file: /etc/cms/token\n") == [],
                "\(address)"
            )
        }
        for address in ["127.0.0.1:7080", "127.1.2.3", "localhost:1", "\"[::1]:7080\"", "none"] {
            #expect(ConfigurationLoading.problems("\(file)web-listen: \(address)\n") == [], "\(address)")
        }
        let flag = ConfigurationLoading.problems(file, flags: [.webListen: "0.0.0.0:7080"])
        #expect(flag.first?.hasPrefix("--web-listen: ") == true)
    }

    @Test("validate tells of its port and its token")
    func findings() async throws {
        var configuration = try ConfigurationLoading.load(
            "hosts: 10.0.0.0/24\nweb-listen: 127.0.0.1:0\nlisten: 127.0.0.1:0\n"
        )
        func texts() async -> [ValidationFinding] {
            await Validation(configuration: configuration, hypervisors: [InMemoryHypervisor(networks: [])]).findings()
                .filter { $0.text.hasPrefix("web") }
        }
        let none = await texts()
        #expect(none.map(\.isFine) == [true, true])
        #expect(none.map(\.text) == ["web port: 127.0.0.1:0 is free", "web token: none; the web interface only shows"])
        configuration.webTokenFile = "/nowhere/token"
        let missing = await texts()
        #expect(missing.map(\.isFine) == [true, false])
        #expect(missing.last?.text.contains("openssl rand") == true)
    }
}
