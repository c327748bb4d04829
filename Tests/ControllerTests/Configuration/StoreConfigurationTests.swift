import Foundation
import Testing

@testable import ConfigurationReading
@testable import ConfigurationValues

@Suite("The store in the configuration")
struct StoreConfigurationTests {
    private func load(_ etcd: String) throws -> StoreConfiguration {
        try ConfigurationLoading.load("hosts: 192.168.122.0/24\nstore:\n  etcd: \(etcd)\n").store
    }

    @Test("without it the state is embedded; with it every key is read")
    func read() throws {
        #expect(try ConfigurationLoading.load("hosts: 192.168.122.0/24\n").store == .embedded)
        let whole = """
            {endpoints: ["https://a:2379/", "https://b:2379"], ca: /ca, certificate: /c, key: /k, user: cms,
              password-file: /p, prefix: /mine, lease: 20s}
            """
        #expect(
            try load(whole)
                == .etcd(
                    EtcdConfiguration(
                        endpoints: ["https://a:2379", "https://b:2379"],
                        authority: "/ca",
                        certificate: "/c",
                        key: "/k",
                        user: "cms",
                        passwordFile: "/p",
                        prefix: "/mine/",
                        lease: .seconds(20)
                    )
                )
        )
        #expect(
            try load("{endpoints: [\"http://127.0.0.1:2379\"]}")
                == .etcd(EtcdConfiguration(endpoints: ["http://127.0.0.1:2379"]))
        )
    }

    @Test(
        "what does not fit together is named with its key",
        arguments: [
            ("{endpoints: []}", "store.etcd.endpoints"),
            ("{ca: /ca}", "store.etcd.endpoints"),
            ("{endpoints: [\"https://a:2379\"]}", "store.etcd.ca: missing"),
            ("{endpoints: [\"http://10.0.0.1:2379\"]}", "is not encrypted"),
            ("{endpoints: [\"https://a:1\", \"http://127.0.0.1:2\"], ca: /ca}", "some are https and some http"),
            ("{endpoints: [\"http://127.0.0.1:2379/v3\"]}", "has a path"),
            ("{endpoints: [\"http://127.0.0.1:2379\"], ca: /ca}", "it is for https"),
            ("{endpoints: [\"https://a:1\"], ca: /ca, key: /k}", "certificate and key go together"),
            ("{endpoints: [\"http://127.0.0.1:2379\"], user: a}", "user and password-file go together"),
            ("{endpoints: [\"http://127.0.0.1:2379\"], lease: 1s}", "store.etcd.lease"),
            ("{endpoints: [\"http://127.0.0.1:2379\"], prefix: /}", "no prefix of its own"),
            ("{endpoints: [\"http://127.0.0.1:2379\", \"http://127.0.0.1:2379/\"]}", "named twice"),
        ]
    )
    func refused(etcd: String, words: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try load(etcd) }
        let text = try #require(error).description
        #expect(text.contains(words), "\(text)")
    }

    @Test("a change of it needs a restart")
    func reload() throws {
        let old = try ConfigurationLoading.load("hosts: 192.168.122.0/24\n")
        var new = old
        new.store = .etcd(EtcdConfiguration(endpoints: ["http://127.0.0.1:2379"]))
        #expect(ControllerConfiguration.reloadPlan(from: old, to: new).restart == ["store"])
        #expect(ControllerConfiguration.effective(from: old, to: new).store == .embedded)
    }
}
