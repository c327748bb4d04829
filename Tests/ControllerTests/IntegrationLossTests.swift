import Foundation
import Libvirt
import TestSupport
import Testing
import Wire

@testable import Lifecycle

extension SocketTests {
    @Suite("The whole path: losing parts")
    struct Loss {
        @Test("an agent that dies leaves within two seconds and returns by itself")
        func agentDies() async throws {
            try await withGroup { group in
                let controller = try await group.lab.start()
                let log = try group.lab.watch(controller)
                try await group.waitForService("vm1", log: log)
                await group.guests.kill(group.vm1)
                try await group.waitForService(log: log, within: .seconds(2))
                group.guests.revive(group.vm1)
                try await group.waitForService("vm1", log: log)
                #expect(group.starts(group.vm1) == 1 && group.destroys(group.vm1) == 0)
                // A lost agent is no reason for another instance: its domain runs and comes back.
                #expect(group.starts(group.vm2) == 0)
            }
        }

        @Test("three failed health probes in a row withdraw, and a passed one brings it back")
        func unhealthy() async throws {
            try await withGroup { group in
                let controller = try await group.lab.start()
                let log = try group.lab.watch(controller)
                try await group.waitForService("vm1", log: log)
                group.guests.set(group.vm1) {
                    $0.isHealthy = false; $0.answer = .wrong
                }
                try await group.waitForService(log: log)
                try await group.lab.waitForEvent(.instanceUnhealthy, saying: "3 health probes in a row failed")
                group.guests.set(group.vm1) {
                    $0.isHealthy = true; $0.answer = .right
                }
                try await group.waitForService("vm1", log: log)
            }
        }

        @Test("a domain that crashes leaves the set and joins the reserve, from which it is started again")
        func crash() async throws {
            try await withGroup { group in
                let controller = try await group.lab.start()
                let log = try group.lab.watch(controller)
                try await group.waitForService("vm1", log: log)
                group.hypervisor.crash(uuid: group.vm1)
                try await group.waitForService(log: log, within: .seconds(2))
                try await group.waitForService("vm1", log: log)
                #expect(group.starts(group.vm1) == 2 && group.destroys(group.vm1) == 0)
            }
        }

        @Test("without the hypervisor endpoints stay and nothing is started; afterwards it goes on")
        func hypervisorLost() async throws {
            try await withGroup { group in
                let controller = try await group.lab.start()
                let log = try group.lab.watch(controller)
                try await group.waitForService("vm1", log: log)
                group.hypervisor.disconnect()
                try await group.lab.waitForEvent(.hypervisorLost)
                group.guests.set(group.vm1) { $0.busy = 100 }
                let agent = try #require(group.guests.agent(group.vm1))
                let before = agent.healthChecks
                try await waitUntil("many intervals have passed") { agent.healthChecks > before + 8 }
                #expect(log.names == ["vm1"])
                #expect(!log.story.contains { $0.contains("-vm1") || $0.hasPrefix("scaling vm2") })
                #expect(group.starts(group.vm2) == 0)
                group.hypervisor.reconnect()
                try await group.waitForService("vm1", "vm2", log: log)
                try await group.lab.waitForEvent(.hypervisorConnected)
                #expect(group.starts(group.vm1) == 1 && group.starts(group.vm2) == 1)
            }
        }

        @Test(
            "a controller that comes back has the endpoints at once and starts nothing again",
            arguments: [true, false]
        )
        func restart(orderly: Bool) async throws {
            try await withGroup { group in
                let first = try await group.lab.start()
                let log = try group.lab.watch(first)
                try await group.waitForService("vm1", log: log)
                group.overload(group.vm1)
                try await group.waitForService("vm1", "vm2", log: log)
                group.hypervisor.setLoad(10, of: group.vm1)
                if orderly { await first.stop() } else { await first.kill() }

                let second = try await group.lab.start(port: first.port)
                let again = try group.lab.watch(second)
                try await waitUntil("a line has come") { !again.notices.isEmpty }
                #expect(again.notices[0].kind == .set)
                #expect(again.names == ["vm1", "vm2"])
                let agents = try [group.vm1, group.vm2].map { try #require(group.guests.agent($0)) }
                let commands = agents.map(\.commands)
                try await waitUntil("both agents have a stream again") {
                    zip(agents, commands).allSatisfy { $0.commands > $1 }
                }
                let checks = agents.map(\.healthChecks)
                try await waitUntil("many intervals have passed") {
                    zip(agents, checks).allSatisfy { $0.healthChecks > $1 + 5 }
                }
                #expect(again.story.allSatisfy { !$0.contains("-vm") })
                #expect(group.starts(group.vm1) == 1 && group.starts(group.vm2) == 1 && group.starts(group.vm3) == 0)
            }
        }

        @Test("a controller that is killed between order and registration starts nothing twice")
        func killedBetween() async throws {
            try await withGroup { group in
                group.guests.set(group.vm1) { $0.answer = .wrong }
                let first = try await group.lab.start()
                try await waitUntil("vm1 was started") { group.starts(group.vm1) == 1 }
                await first.kill()
                group.guests.set(group.vm1) { $0.answer = .right }
                let second = try await group.lab.start(port: first.port)
                let log = try group.lab.watch(second)
                try await group.waitForService("vm1", log: log)
                #expect(group.starts(group.vm1) == 1 && group.starts(group.vm2) == 0)
            }
        }

        @Test("a full disk: said once, nothing is started, endpoints are still told; afterwards all goes on")
        func diskFull() async throws {
            try await withGroup { group in
                let controller = try await group.lab.start()
                let log = try group.lab.watch(controller)
                try await group.waitForService("vm1", log: log)
                try await waitUntil("vm1 was told completely") { log.story.contains("scaled vm1") }
                group.lab.disk.isFull = true
                group.overload(group.vm1)
                // The overload itself is an event that cannot be written: from then on nothing is ordered.
                await group.guests.kill(group.vm1)
                try await group.waitForService(log: log, within: .seconds(2))
                group.guests.revive(group.vm1)
                try await group.waitForService("vm1", log: log)
                let agent = try #require(group.guests.agent(group.vm1))
                let before = agent.healthChecks
                try await waitUntil("many intervals have passed") { agent.healthChecks > before + 8 }
                #expect(group.starts(group.vm2) == 0)
                #expect(!log.story.contains("scaling vm2"))

                group.lab.disk.isFull = false
                try await group.waitForService("vm1", "vm2", log: log)
                #expect(group.starts(group.vm2) == 1)
                try await group.lab.waitForEvent(.storeRecovered)
                let events = try await group.lab.events()
                #expect(events.filter { $0.kind == .storeFailed }.count == 1)
                // What happened meanwhile was kept and written afterwards.
                #expect(events.contains { $0.kind == .instanceUnhealthy && $0.instance == "vm1" })
                let set = try await group.lab.store().endpointSet()
                #expect(set?.endpoints.map(\.name) == ["vm1", "vm2"])
            }
        }
    }
}
