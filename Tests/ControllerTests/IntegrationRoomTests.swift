import Foundation
import Libvirt
import TestSupport
import Testing

@testable import ConfigurationValues
@testable import Lifecycle

extension SocketTests {
    @Suite("The whole path: room on the host")
    struct Room {
        @Test("without room nothing is ordered and the memory is named at once; one that waits is not failed for it")
        func waitsForRoom() async throws {
            try await withGroup({ $0.limits.startDeadline = .seconds(2) }) { group in
                // Of 8 GiB this leaves what is kept free, and nothing for a guest of 512 MiB.
                let other = group.hypervisor.addDomain("other", memory: 7680 << 20, network: nil, state: .running)
                let controller = try await group.lab.start()
                let log = try group.lab.watch(controller)
                try await waitUntil("it is named") {
                    try await group.lab.events().contains {
                        $0.kind == .scaleOutBlocked && $0.detail.contains("vm1 needs 512 MiB of memory")
                    }
                }
                #expect(try await group.lab.kinds(of: "vm1").isEmpty)
                group.guests.set(group.vm1) { $0.registers = false }
                group.hypervisor.removeDomain(uuid: other)
                try await waitUntil("vm1 boots") { group.starts(group.vm1) == 1 }
                // The first attempt fails, and what it gave back somebody else has taken.
                let another = group.hypervisor.addDomain("another", memory: 7680 << 20, network: nil, state: .running)
                try await waitUntil("the second attempt waits") {
                    try await group.lab.instance(group.vm1)?.reason.hasPrefix("waits for room on the host") == true
                }
                let began = ContinuousClock.now
                try await waitUntil("it has waited longer than a start may take", within: .seconds(10)) {
                    ContinuousClock.now - began > .seconds(3)
                }
                #expect(try await group.lab.instance(group.vm1)?.state == .starting)
                #expect(group.starts(group.vm1) == 1 && group.starts(group.vm2) == 0)
                group.guests.set(group.vm1) { $0.registers = true }
                group.hypervisor.removeDomain(uuid: another)
                try await group.waitForService("vm1", log: log)
                #expect(group.starts(group.vm1) == 2 && group.starts(group.vm2) == 0, "one wanted, one ordered")
                let failures = try await group.lab.events().count { $0.kind == .instanceFailed }
                #expect(failures == 1)
            }
        }

        @Test("of two groups that want the last room one gets it; the other waits, and gets it when it is free again")
        func twoGroups() async throws {
            try await withGroup({ lab in
                lab.limits.startDeadline = .seconds(2)
                lab.configuration = { configuration in
                    var second = configuration.groups[0]
                    configuration.groups[0].domains = NamePattern("vm1")
                    second.name = "second"
                    second.domains = NamePattern("vm2")
                    configuration.groups.append(second)
                }
            }) { group in
                // Room for one guest of 512 MiB.
                group.hypervisor.addDomain("other", memory: 7168 << 20, network: nil, state: .running)
                let controller = try await group.lab.start()
                try await waitUntil("one serves") {
                    let states = try await [group.lab.instance(group.vm1)?.state, group.lab.instance(group.vm2)?.state]
                    return states.contains(.inService)
                }
                let isFirst = try await group.lab.instance(group.vm1)?.state == .inService
                let (winner, loser) = isFirst ? (group.vm1, group.vm2) : (group.vm2, group.vm1)
                let name = isFirst ? "vm2" : "vm1"
                try await waitUntil("the other one's wait is named") {
                    try await group.lab.events().contains {
                        $0.kind == .scaleOutBlocked && $0.detail.contains("\(name) needs 512 MiB of memory")
                            || $0.kind == .scaleOutBlocked && $0.instance == name
                    }
                }
                let began = ContinuousClock.now
                try await waitUntil("a deadline has passed") { ContinuousClock.now - began > .seconds(3) }
                #expect(group.starts(loser) == 0 && group.starts(winner) == 1)
                group.hypervisor.removeDomain(uuid: winner)
                try await waitUntil("the other one serves") {
                    try await group.lab.instance(loser)?.state == .inService
                }
                #expect(group.starts(loser) == 1)
                let failures = try await group.lab.events().count { $0.kind == .instanceFailed }
                #expect(failures == 0)
                await controller.stop()
            }
        }
    }
}
