import Foundation
import Testing

/// Two guests of an image without an agent, `box1` and `box2`, which serve by HTTP on port 80.
private struct Boxes {
    static let names = ["box1", "box2"]
    /// The folder of the image, as `guest/build --no-agent` made it.
    static let image = ProcessInfo.processInfo.environment["CMS_AGENTLESS_IMAGE"]
    let lab: Lab

    /// Defines both, shut off, as vm2 is but for the disk.
    init(_ lab: Lab, image: String, directory: String) async throws {
        self.lab = lab
        try await clear()
        for (number, name) in Self.names.enumerated() {
            let disk = "\(directory)/\(name).qcow2"
            try await lab.run(
                "/usr/bin/env",
                "qemu-img",
                "create",
                "-q",
                "-f",
                "qcow2",
                "-F",
                "raw",
                "-b",
                "\(image)/base.raw",
                disk
            )
            // Its address is any of the network's range: no reservation has its MAC address.
            let changes = [
                "s|<name>vm2</name>|<name>\(name)</name>|", "/<uuid>/d",
                "s|<mac address=.*/>|<mac address=\"52:54:00:63:b0:0\(number + 1)\"/>|",
                "s|<source file=.*/>|<source file=\"\(disk)\"/>|",
                "s|<kernel>.*</kernel>|<kernel>\(image)/vmlinuz</kernel>|",
                "s|<initrd>.*</initrd>|<initrd>\(image)/initrd.img</initrd>|",
                "s|vm2-console.log|\(name)-console.log|",
            ]
            let edits = changes.map { "-e '\($0)'" }.joined(separator: " ")
            let xml = "\(directory)/\(name).xml"
            try await lab.run(
                "/bin/sh",
                "-c",
                "virsh dumpxml --inactive vm2 | sed \(edits) >\(xml) && virsh define \(xml)"
            )
        }
    }

    /// Removes what an earlier run, or this one, has left.
    func clear() async throws {
        for name in Self.names {
            try await lab.virsh("destroy", name, allowFailure: true)
            try await lab.virsh("undefine", "--managed-save", name, allowFailure: true)
        }
    }

    /// The status of a GET; 0 when no answer came.
    func get(_ url: String) async throws -> Int {
        let text = try await lab.run(
            "/bin/sh",
            "-c",
            "curl --silent --output /dev/null --max-time 2 --write-out '%{http_code}' '\(url)'",
            allowFailure: true
        )
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }
}

extension EndToEndTests {
    private func appliances(min: Int) -> String {
        """
        hosts: \(Lab.hosts)
        domains: "box*"
        min: \(min)
        max: 2
        agent: none
        policy:
          rules: [{target: {metric: utilization, percent: 100}}]
          scale-in: {window: 1s}
          on-starved: scale-out
        service: {probe: {http: /healthz, port: 80}, drain-for: 8s, slow-start: 30s}
        drain: {timeout: 60s, stop-timeout: 60s, lease: 5s}
        """
    }

    @Test(
        "guests without an agent: found by their leases, probed, told, drained by time, shut down",
        .timeLimit(.minutes(8)),
        .enabled(if: Boxes.image != nil, "CMS_AGENTLESS_IMAGE names the folder of an image without an agent")
    )
    func agentless() async throws {
        try await world.reset()
        let image = try #require(Boxes.image)
        let boxes = try await Boxes(try await world.theLab(), image: image, directory: world.directory)
        let result: Result<Void, any Error>
        do {
            result = .success(try await agentless(boxes))
        } catch {
            result = .failure(error)
        }
        try await world.stopController()
        try await boxes.clear()
        try result.get()
    }

    private func agentless(_ boxes: Boxes) async throws {
        try await world.configure(appliances(min: 1))
        let findings = try await world.command("validate", "--config", world.directory + "/cms.yaml")
        #expect(findings.contains("agent: none: no drain by count"))
        try await world.startController()
        let located = try await world.waitFor("instance.located", "box1", within: .seconds(120))
        try await world.waitFor("instance.probed", "box1", within: .seconds(120))
        let url = try #require(try await told()["box1"])
        #expect(url.hasPrefix("http://192.168.122.") && url.hasSuffix(":80"))
        #expect(located.detail == "its address is known; it serves at \(url)")
        #expect(try await boxes.get("\(url)/healthz") == 200)
        let definition = try await boxes.lab.virsh("dumpxml", "--security-info", "box1")
        #expect(!definition.contains("cms.join-token") && definition.contains("instance"), "owned, and no secret in it")

        var mark = await world.events.count
        try await world.reload(appliances(min: 2))
        try await world.waitFor("instance.probed", "box2", skip: mark, within: .seconds(120))
        let second = try #require(try await told()["box2"])
        #expect(second != url)

        // A controller that starts anew keeps both: neither is probed or told anew.
        mark = await world.events.count
        try await world.stopController()
        try await world.startController()
        try await wait(for: "the set of before", within: .seconds(30)) {
            try await world.endpoints() == ["box1", "box2"] ? true : nil
        }
        try await Task.sleep(for: .seconds(10))
        let since = await world.events.dropFirst(mark).compactMap(\.event)
        #expect(!since.contains("instance.unhealthy") && !since.contains("endpoints.changed"), "\(since)")

        mark = await world.events.count
        try await world.reload(appliances(min: 1))
        try await world.command("drain", "box2")
        let draining = try await world.waitFor("instance.draining", "box2", skip: mark, within: .seconds(10))
        #expect(try await world.endpoints() == ["box1"])
        try await Task.sleep(for: .seconds(4))
        #expect(try await boxes.get("\(second)/healthz") == 200, "it finishes what it has")
        let drained = try await world.waitFor("instance.drained", "box2", skip: mark, within: .seconds(60))
        let time = try #require(drained.at).timeIntervalSince(try #require(draining.at))
        #expect(time >= 8 && time < 20, "drained after \(time) s")
        try await world.waitFor("instance.stopped", "box2", skip: mark, within: .seconds(90))
        #expect(try await boxes.lab.state(of: "box2") == "shut off")
        #expect(try await boxes.lab.state(of: "box1") == "running")
        #expect(try await boxes.get("\(url)/healthz") == 200)
    }

    /// Where clients are sent now, by name.
    private func told() async throws -> [String: String] {
        struct Told: Decodable {
            struct Endpoint: Decodable {
                var name: String
                var url: String
            }
            var endpoints: [Endpoint]
        }
        let (status, body) = try await world.curl("/v1/endpoints")
        guard status == 200 else { return [:] }
        let told = try JSONDecoder().decode(Told.self, from: Data(body.utf8)).endpoints
        return Dictionary(told.map { ($0.name, $0.url) }) { $1 }
    }
}
