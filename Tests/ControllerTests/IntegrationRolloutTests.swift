import Foundation
import Libvirt
import NIOHTTP1
import TestSupport
import Testing

@testable import EmbeddedStore
@testable import Lifecycle

extension CloneLab {
    /// Another template, of another size.
    func addTemplate(_ name: String) async throws -> String {
        let uuid = UUID().uuidString.lowercased()
        let xml = try await hypervisor.domainXML(uuid: template, inactive: true)
            .replacing(template, with: uuid).replacing("<name>base</name>", with: "<name>\(name)</name>")
            .replacing("52:54:00:00:00:01", with: "52:54:00:00:00:02").replacing(">512<", with: ">768<")
        return try await hypervisor.define(xml: xml)
    }

    func rollout(_ method: HTTPMethod, _ controller: ControllerLab.Running, _ query: String = "") async throws -> Answer
    {
        try await lab.call(
            controller,
            method,
            "/v1/groups/default/rollout\(query)",
            as: lab.operatorIdentity()
        )
    }

    func phase() async throws -> Rollout.Phase? {
        try await lab.store().templates(group: "default").rollout?.phase
    }
}

extension SocketTests {
    @Suite("The whole path: rollout")
    struct Rollouts {
        /// The same lab with another template in its configuration.
        private func with(_ template: String, _ group: CloneLab) -> ControllerLab {
            var lab = group.lab
            lab.group = { [change = group.lab.group] configuration in
                change(&configuration)
                configuration.template?.source = .domain(template)
            }
            return lab
        }

        @Test("a clone of the old template serves until one of the new serves; a bad template changes nothing")
        func wholePath() async throws {
            try await withClones { group in
                let first = try await group.lab.start()
                try await group.waitForService("fib-1", log: try group.lab.watch(first))
                let old = try await group.clone("fib-1")
                #expect(try await group.rollout(.DELETE, first).code == "no-rollout")
                await first.stop()

                // A template that does not exist is refused at once.
                let wrong = try await with("nothing", group).start(port: first.port)
                let refused = try await group.rollout(.POST, wrong)
                #expect(refused.status == 409 && refused.code == "template-unusable")
                #expect(try await group.rollout(.POST, wrong, "?hold=x").code == "bad-hold")
                await wrong.stop()

                let newer = try await group.addTemplate("newer")
                let second = try await with("newer", group).start(port: first.port)
                let log = try group.lab.watch(second)
                try await group.waitForService("fib-1", log: log)
                #expect(try await group.rollout(.POST, second, "?hold=0.5").status == 202)
                try await group.lab.waitForEvent(.rolloutFinished)
                #expect(try await group.phase() == .done)
                let clones = try await group.clones()
                #expect(clones.map(\.name) == ["fib-2"] && clones.first?.maxMemory == 768 << 20)
                #expect(try await group.lab.instance(old.uuid) == nil)
                #expect(log.story.filter { $0.hasPrefix("change") } == ["change +fib-2", "change -fib-1"])
                #expect(group.hypervisor.calls(of: .startFresh, uuid: newer) == 0)
                #expect(group.hypervisor.calls(of: .startFresh, uuid: group.template) == 0)
                await second.stop()
            }
        }

        @Test("a template whose agents never register: rolled back, and the old one served all the time")
        func neverRegisters() async throws {
            try await withClones({ $0.limits.startDeadline = .seconds(3) }) { group in
                let first = try await group.lab.start()
                try await group.waitForService("fib-1", log: try group.lab.watch(first))
                let old = try await group.clone("fib-1").uuid
                await first.stop()
                _ = try await group.addTemplate("newer")
                group.guests.silence(memory: 768 << 20)
                let second = try await with("newer", group).start(port: first.port)
                let log = try group.lab.watch(second)
                try await group.waitForService("fib-1", log: log)
                #expect(try await group.rollout(.POST, second).status == 202)
                #expect(try await waitForConflict(group, second))
                try await group.lab.waitForEvent(.rolloutFailed, saying: "did not register")
                try await waitUntil("it is rolled back") { try await group.phase() == .failed }
                try await waitUntil("the new one is removed") { try await group.clones().map(\.uuid) == [old] }
                #expect(!log.story.contains("change -fib-1"))
                try await group.expectNoOrphans(besides: 1)
                await second.stop()
            }
        }

        private func waitForConflict(_ group: CloneLab, _ controller: ControllerLab.Running) async throws -> Bool {
            try await waitUntil("it has begun") { try await group.phase() == .running }
            return try await group.rollout(.POST, controller).code == "rollout-under-way"
        }
    }
}
