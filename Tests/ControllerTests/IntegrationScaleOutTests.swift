import Foundation
import Libvirt
import TestSupport
import Testing

@testable import Lifecycle

extension SocketTests {
    @Suite("The whole path: scaling out")
    struct ScaleOut {
        @Test("with none running the first is started; overload brings the second, told after its probe, in order")
        func wholePath() async throws {
            try await withGroup { group in
                let controller = try await group.lab.start()
                let log = try group.lab.watch(controller)
                try await group.waitForService("vm1", log: log)
                #expect(group.starts(group.vm1) == 1)
                #expect(group.starts(group.vm2) == 0)

                // The second one answers its probe late on purpose: until then nobody is told.
                group.guests.set(group.vm2) { $0.answer = .wrong }
                group.overload(group.vm1)
                try await waitUntil("vm2 has registered") {
                    try await group.lab.instance(group.vm2)?.state == .probing
                }
                let probes = try #require(group.guests.agent(group.vm2))
                try await waitUntil("it has been probed in vain") { probes.answers > 0 }
                #expect(log.names == ["vm1"])
                group.guests.set(group.vm2) { $0.answer = .right }
                try await group.waitForService("vm1", "vm2", log: log)

                try await waitUntil("the story is complete") { log.story.last == "scaled vm2" }
                let story = log.story.drop { $0 != "scaling vm2" }
                #expect(Array(story) == ["scaling vm2", "change +vm2", "scaled vm2"])
                #expect(group.starts(group.vm2) == 1)
                #expect(
                    try await group.lab.kinds(of: "vm2") == [
                        .instanceStarting, .instanceStarted, .agentEnrolled, .agentRegistered, .instanceProbed,
                    ]
                )
                let events = try await group.lab.events().map(\.kind)
                let order = [ControllerEvent.Kind.overload, .scaleOutDecided].compactMap { events.lastIndex(of: $0) }
                #expect(order == order.sorted() && order.count == 2)
                // The third is not needed while the second is idle.
                #expect(group.starts(group.vm3) == 0)
                // No secret has gone into the events.
                let token = try #require(group.hypervisor.guestCredentials(uuid: group.vm2)?["cms.join-token"])
                #expect(try await !group.lab.events().contains { $0.detail.contains(token) })
            }
        }

        @Test("an idle group stays as it is, and an agent that says nothing of its load is no reason to start another")
        func idle() async throws {
            try await withGroup { group in
                group.guests.set(group.vm1) { $0.busy = nil }
                let controller = try await group.lab.start()
                let log = try group.lab.watch(controller)
                try await group.waitForService("vm1", log: log)
                group.hypervisor.setLoad(60, of: group.vm1)
                let agent = try #require(group.guests.agent(group.vm1))
                let before = agent.healthChecks
                try await waitUntil("many intervals have passed") { agent.healthChecks > before + 8 }
                #expect(group.starts(group.vm2) == 0)
            }
        }

        @Test("the guest's own word is enough for an overload when the host cannot measure")
        func hostBlind() async throws {
            try await withGroup { group in
                group.hypervisor.setReportsCounters(false, of: group.vm1)
                group.guests.set(group.vm1) { $0.busy = 100 }
                let controller = try await group.lab.start()
                let log = try group.lab.watch(controller)
                try await group.waitForService("vm1", "vm2", log: log)
                #expect(group.starts(group.vm2) == 1)
            }
        }

        @Test("an agent that never registers: destroyed, tried again, quarantined; the next of the reserve is used")
        func neverRegisters() async throws {
            try await withGroup({ $0.limits.startDeadline = .seconds(3) }) { group in
                let controller = try await group.lab.start()
                let log = try group.lab.watch(controller)
                try await group.waitForService("vm1", log: log)
                group.guests.set(group.vm2) { $0.registers = false }
                group.overload(group.vm1)
                try await group.waitForService("vm1", "vm3", log: log, within: .seconds(25))
                #expect(group.starts(group.vm2) == 2)
                #expect(group.destroys(group.vm2) >= 2)
                #expect(group.destroys(group.vm1) == 0)
                #expect(
                    try await group.lab.kinds(of: "vm2") == [
                        .instanceStarting, .instanceStarted, .instanceFailed,
                        .instanceStarting, .instanceStarted, .instanceFailed, .instanceQuarantined,
                    ]
                )
                let quarantine = try await group.lab.events().last { $0.kind == .instanceQuarantined }
                #expect(quarantine?.detail.contains("did not register") == true)
                #expect(!log.story.contains { $0.contains("+vm2") || $0 == "scaled vm2" })
                #expect(try await group.hypervisor.domain(uuid: group.vm2).state == .shutOff)
            }
        }

        @Test("an agent that claims another machine's UUID gets no certificate and takes nobody's place")
        func wrongMachine() async throws {
            try await withGroup { group in
                group.guests.set(group.vm1) { [vm2 = group.vm2] in $0.claimedUUID = vm2 }
                group.hypervisor.addDomain("other", network: nil, state: .running)
                let controller = try await group.lab.start()
                let log = try group.lab.watch(controller)
                try await waitUntil("it is refused") {
                    group.guests.agent(group.vm1)?.refusals.isEmpty == false
                }
                #expect(group.guests.agent(group.vm1)?.identity == nil)
                #expect(log.names.isEmpty)
                group.guests.set(group.vm1) { $0.claimedUUID = nil }
                try await group.waitForService("vm1", log: log)
            }
        }

        @Test("a probe that is answered wrongly, with garbage or too late brings nobody into service")
        func badProbes() async throws {
            for answer in [FakeAgent.Answer.wrong, .garbage, .late(.seconds(30))] {
                try await withGroup { group in
                    group.guests.set(group.vm1) { $0.answer = answer }
                    let controller = try await group.lab.start()
                    let log = try group.lab.watch(controller)
                    try await waitUntil("it is probed") { (group.guests.agent(group.vm1)?.answers ?? 0) > 0 }
                    try await waitUntil("it is probed again") { (group.guests.agent(group.vm1)?.answers ?? 0) > 1 }
                    #expect(log.names.isEmpty)
                    #expect(try await group.lab.instance(group.vm1)?.state == .probing)
                }
            }
        }
    }
}
