import Foundation
import Testing

/// A libvirt network with IPv6 alone, with the template `vm2` on it and a storage pool for clones.
private struct SixNetwork {
    static let name = "six"
    static let host = "fd00:636d::1"
    /// Outside the range that the network's server gives out by itself.
    static let hosts = "fd00:636d::c0/124"
    static let clone = "six-1"
    let lab: Lab

    init(_ lab: Lab, directory: String) async throws {
        self.lab = lab
        try await clear()
        let network = directory + "/six.xml"
        try Data(
            """
            <network>
              <name>\(Self.name)</name>
              <bridge name="virbr6" stp="off" delay="0"/>
              <ip family="ipv6" address="\(Self.host)" prefix="64">
                <dhcp><range start="fd00:636d::1000" end="fd00:636d::1fff"/></dhcp>
              </ip>
            </network>
            """.utf8
        ).write(to: URL(fileURLWithPath: network))
        try await lab.virsh("net-define", network)
        try await lab.virsh("net-start", Self.name)
        let pool = directory + "/pool"
        try FileManager.default.createDirectory(atPath: pool, withIntermediateDirectories: true)
        try await lab.virsh("pool-define-as", Self.name, "dir", "--target", pool)
        try await lab.virsh("pool-start", Self.name)
        let domain = directory + "/vm2.xml"
        try await lab.run(
            "/bin/sh",
            "-c",
            "virsh dumpxml --inactive vm2 | sed 's/network=.default./network=\"six\"/' >\(domain) && virsh define \(domain)"
        )
    }

    /// Removes what an earlier run, or this one, has left.
    func clear() async throws {
        for (command, arguments) in [
            ("destroy", [Self.clone]), ("undefine", [Self.clone]), ("pool-destroy", [Self.name]),
            ("pool-undefine", [Self.name]), ("net-destroy", [Self.name]), ("net-undefine", [Self.name]),
        ] { try await lab.run(["/usr/bin/env", "virsh", command] + arguments, allowFailure: true) }
    }
}

extension EndToEndTests {
    @Test(
        "over IPv6 alone: a clone boots at its reserved address, enrolls, is probed, is told, and serves clients",
        .timeLimit(.minutes(5))
    )
    func onlyIPv6() async throws {
        try await world.reset()
        let network = try await SixNetwork(try await world.theLab(), directory: world.directory)
        let result: Result<Void, any Error>
        do {
            result = .success(try await servesOverIPv6(network.lab))
        } catch {
            result = .failure(error)
        }
        try await world.stopController()
        try await network.clear()
        try result.get()
    }

    private func servesOverIPv6(_ lab: Lab) async throws {
        await world.setHosts(SixNetwork.hosts, host: SixNetwork.host)
        try await world.configure("max: 1\ntemplate: {domain: vm2, pool: six, name: \"six-{n}\"}\n")
        try await world.startController()
        try await world.waitFor("instance.probed", SixNetwork.clone, within: .seconds(120))
        let endpoint = "[fd00:636d::c0]:8000"
        let (status, told) = try await world.curl("/v1/endpoints")
        #expect(status == 200 && told.contains("\"url\":\"https://\(endpoint)\""), "\(told)")
        let answer = try await world.curl("https://\(endpoint)/fib/20", anonymous: true)
        #expect(answer.0 == 200 && answer.1.contains("6765") && answer.1.contains(SixNetwork.clone), "\(answer)")
        let targets = try await lab.run("/usr/bin/env", "curl", "-sS", "http://127.0.0.1:7080/v1/sd/prometheus")
        #expect(targets.contains("\"\(endpoint)\""), "\(targets)")
        let client = try await world.startClient("--mode", "low")
        try await wait(for: "answers over IPv6", within: .seconds(30)) {
            client.answers.contains { $0.server == SixNetwork.clone } ? true : nil
        }
        #expect(try await client.stop() == 0)
        #expect(client.failures.isEmpty, "\(client.failures.first?.error ?? "")")
        let failures = await world.events.filter { $0.event == "instance.failed" || $0.event == "peer.refused" }
        #expect(failures.isEmpty, "\(failures.first?.detail ?? "")")
    }
}
