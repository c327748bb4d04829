import Foundation
import Testing

/// A storage pool of the test's own, and what there is of clones in the lab.
private struct ClonePool {
    static let name = "clones"
    /// Inside the lab's network, but not where its own VMs are.
    static let hosts = "192.168.122.192/28"
    let lab: Lab
    let directory: String

    init(_ lab: Lab, directory: String) async throws {
        self.lab = lab
        self.directory = directory
        try await clear()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try await lab.virsh("pool-define-as", Self.name, "dir", "--target", directory)
        try await lab.virsh("pool-start", Self.name)
    }

    var domains: [String] {
        get async throws { try await names(lab.virsh("list", "--all", "--name")) }
    }

    /// The names of the volumes, each with its clone's.
    var volumes: [String] {
        get async throws {
            try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        }
    }

    /// The address that a clone has reserved.
    func lease(of clone: String) async throws -> String? {
        let text = try await lab.virsh("net-dumpxml", "default")
        let line = text.split(separator: "\n").first { $0.contains("name='\(clone)'") }
        return line?.split(separator: "'").first { $0.hasPrefix("192.168.122.") }.map { String($0) }
    }

    /// Removes what an earlier run, or this one, has left.
    func clear() async throws {
        for clone in try await domains {
            try await lab.virsh("destroy", clone, allowFailure: true)
            try await lab.virsh("undefine", clone, allowFailure: true)
        }
        let text = try await lab.virsh("net-dumpxml", "default")
        for line in text.split(separator: "\n") where line.contains("name='fib-") {
            let host = line.trimmingCharacters(in: .whitespaces).replacing("'", with: "\\\"")
            try await lab.virsh(
                "net-update",
                "default",
                "delete",
                "ip-dhcp-host",
                "\"\(host)\"",
                "--live",
                "--config"
            )
        }
        try await lab.virsh("pool-destroy", Self.name, allowFailure: true)
        try await lab.virsh("pool-undefine", Self.name, allowFailure: true)
    }

    private func names(_ text: String) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { $0.hasPrefix("fib-") }
            .sorted()
    }
}

extension EndToEndTests {
    private func clones(min: Int) -> String {
        """
        min: \(min)
        max: 3
        domains: "fib-*"
        template: {domain: vm2, pool: \(ClonePool.name), name: "fib-{n}"}
        policy:
          rules: [{target: {metric: utilization, percent: 100}}]
          scale-in: {window: 1s}
        drain: {timeout: 30s, stop-timeout: 60s, lease: 5s}
        """
    }

    @Test(
        "clones of a template: made, enrolled, serving at a reserved address; scaled in, nothing of them is left",
        .timeLimit(.minutes(12))
    )
    func clonesComeAndGo() async throws {
        try await world.reset()
        let lab = try await world.theLab()
        let pool = try await ClonePool(lab, directory: world.directory + "/pool")
        do {
            try await clonesComeAndGo(lab, pool)
        } catch {
            try await world.stopController()
            try await pool.clear()
            throw error
        }
        try await world.stopController()
        try await pool.clear()
    }

    private func clonesComeAndGo(_ lab: Lab, _ pool: ClonePool) async throws {
        await world.setHosts(ClonePool.hosts)
        try await world.configure(clones(min: 1))
        try await world.startController()
        try await world.waitFor("instance.probed", "fib-1", within: .seconds(180))
        var mark = await world.events.count
        try await world.reload(clones(min: 2))
        try await world.waitFor("instance.probed", "fib-2", skip: mark, within: .seconds(180))
        #expect(try await world.endpoints() == ["fib-1", "fib-2"])
        for (number, name) in ["fib-1", "fib-2"].enumerated() {
            #expect(try await pool.lease(of: name) == "192.168.122.\(192 + number)")
            let uuid = try await lab.virsh("domuuid", name).trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(try await pool.volumes.contains("\(name)-\(uuid)-vda.qcow2"))
        }
        #expect(try await pool.volumes.count == 2)
        #expect(try await lab.state(of: "vm2") == "shut off")

        let client = try await world.startClient("--mode", "low")
        try await wait(for: "answers of both", within: .seconds(60)) {
            Set(client.answers.compactMap(\.server)) == ["fib-1", "fib-2"] ? true : nil
        }
        mark = await world.events.count
        // So that it is the other one that leaves.
        try await world.command("protect", "fib-1")
        try await world.reload(clones(min: 1))
        try await world.waitFor("instance.removed", "fib-2", skip: mark, within: .seconds(120))
        #expect(try await client.stop() == 0)
        #expect(client.failures.isEmpty, "\(client.failures.first?.error ?? "")")
        #expect(try await pool.domains == ["fib-1"])
        #expect(try await pool.volumes.count == 1)
        #expect(try await pool.lease(of: "fib-2") == nil)

        // Killed as soon as a clone is ordered: the next controller makes this one, and no other.
        mark = await world.events.count
        try await world.reload(clones(min: 2))
        try await world.waitFor("instance.starting", "fib-2", skip: mark, within: .seconds(30))
        try await world.killController()
        try await world.startController()
        try await world.waitFor("instance.probed", "fib-2", skip: mark, within: .seconds(180))
        #expect(try await pool.domains == ["fib-1", "fib-2"])
        #expect(try await pool.volumes.count == 2)
        #expect(try await pool.lease(of: "fib-2") == "192.168.122.193", "the address of the one before")
        let failures = await world.events.filter { $0.event == "instance.failed" }
        #expect(failures.isEmpty, "\(failures.first?.detail ?? "")")
    }
}
