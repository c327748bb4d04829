import Foundation
import Libvirt
import TestSupport
import Testing
import Wire

@testable import EmbeddedStore
@testable import Lifecycle
@testable import Orchestration

extension SocketTests {
    @Suite("The whole path: clones")
    struct Clones {
        @Test("scale out makes clones with an address of their own, which serve; scale in leaves nothing of them")
        func wholePath() async throws {
            try await withClones { group in
                let controller = try await group.lab.start()
                let log = try group.lab.watch(controller)
                try await group.waitForService("fib-1", log: log)
                let first = try await group.clone("fib-1")
                #expect(first.record?.group == "default")
                let lease = try #require(first.record?.clone?.reservation?.lease)
                #expect(lease.address == "127.0.0.1" && lease.mac == first.interfaces.first?.mac)
                group.hypervisor.setLoad(100, of: first.uuid)
                try await group.waitForService("fib-1", "fib-2", log: log)
                let second = try await group.clone("fib-2")
                #expect(second.record?.clone?.reservation?.lease.address == "127.0.0.2")
                try await group.expectNoOrphans()
                group.hypervisor.setLoad(10, of: first.uuid)
                // As another client may write it.
                try await group.drain("fib%2D2", controller)
                try await group.lab.waitForEvent(.instanceRemoved)
                try await group.expectNoOrphans()
                #expect(try await group.clones().map(\.name) == ["fib-1"])
                #expect(try await group.lab.instance(second.uuid) == nil)
                // The template was never touched.
                #expect(group.hypervisor.calls(of: .startFresh, uuid: group.template) == 0)
                #expect(try await group.hypervisor.domain(uuid: group.template).state == .shutOff)
                #expect(
                    try await group.lab.kinds(of: "fib-2") == [
                        .instanceStarting, .instanceCreated, .instanceStarted, .agentEnrolled, .agentRegistered,
                        .instanceProbed, .instanceDraining, .instanceDrained, .instanceRemoved,
                    ]
                )
            }
        }

        @Test("the template's memory and vCPUs are replaced where the group says so")
        func sizes() async throws {
            try await withClones({ group in
                group.template?.memory = 256 << 20
                group.template?.vCPUs = 2
            }) { group in
                let controller = try await group.lab.start()
                try await group.waitForService("fib-1", log: try group.lab.watch(controller))
                let clone = try await group.clone("fib-1")
                #expect(clone.maxMemory == 256 << 20 && clone.vcpuCount == 2)
            }
        }

        @Test("a controller whose hypervisor goes away at any step makes one clone in the end, and leaves nothing else")
        func lostWhileMaking() async throws {
            try await withClones { group in
                for calls in 1...14 {
                    let order = CloneOperator.Order(
                        uuid: UUID().uuidString.lowercased(),
                        name: "fib-1",
                        group: "default",
                        hosts: try CIDR(parsing: "127.0.0.0/8"),
                        networks: ["default"],
                        template: TemplateConfiguration(source: .domain("base"), pool: CloneLab.pool)
                    )
                    let clones = CloneOperator(hypervisor: group.hypervisor, gate: SerialGate())
                    group.hypervisor.disconnect(afterCalls: calls)
                    do {
                        try await clones.make(order, at: Date())
                    } catch {
                        #expect((error as? LibvirtError)?.isConnectionLost == true, "after \(calls) calls: \(error)")
                    }
                    group.hypervisor.reconnect()
                    // The same order again, as after a restart.
                    try await clones.make(order, at: Date())
                    try await group.expectNoOrphans()
                    #expect(try await group.clones().map(\.uuid) == [order.uuid])
                    group.hypervisor.disconnect(afterCalls: calls)
                    try? await clones.remove(uuid: order.uuid)
                    group.hypervisor.reconnect()
                    try await clones.remove(uuid: order.uuid)
                    #expect(try await CloneLab.Traces(group.hypervisor) == group.before)
                }
            }
        }

        @Test(
            "killed while the hypervisor is away, at any moment of the first clone: the next controller finishes it",
            arguments: Array(stride(from: 1, through: 25, by: 3))
        )
        func killed(afterCalls calls: Int) async throws {
            try await withClones { group in
                let first = try await group.lab.start()
                group.hypervisor.disconnect(afterCalls: calls)
                try await waitUntil("the hypervisor is away", within: .seconds(10)) {
                    !group.hypervisor.isConnected
                }
                await first.kill()
                group.hypervisor.reconnect()
                let second = try await group.lab.start(port: first.port)
                let log = try group.lab.watch(second)
                try await waitUntil("one serves", within: .seconds(15)) { log.names == ["fib-1"] }
                try await waitUntil("nothing is under way") {
                    try await group.lab.store().ledger().allSatisfy { $0.state == .inService }
                }
                try await group.expectNoOrphans()
                #expect(try await group.clones().map(\.name) == ["fib-1"])
                await second.stop()
            }
        }

        @Test("killed while one is removed: the next controller removes the rest")
        func killedWhileRemoving() async throws {
            try await withClones { group in
                let first = try await group.lab.start()
                let log = try group.lab.watch(first)
                try await group.waitForService("fib-1", log: log)
                group.hypervisor.setLoad(100, of: try await group.clone("fib-1").uuid)
                try await group.waitForService("fib-1", "fib-2", log: log)
                group.hypervisor.setLoad(10, of: try await group.clone("fib-1").uuid)
                let second = try await group.clone("fib-2").uuid
                for _ in 0..<50 { group.hypervisor.failNext(.deleteVolume, with: .broken) }
                try await group.drain("fib-2", first)
                try await group.lab.waitForEvent(.instanceFailed, saying: "could not be removed")
                #expect(try await group.lab.instance(second)?.state == .removing)
                await first.kill()
                let again = try await group.lab.start(port: first.port)
                try await waitUntil("a removal is tried again") {
                    group.hypervisor.calls(of: .deleteVolume) >= 2
                }
                for _ in 0..<50 { try? await group.hypervisor.deleteVolume(.init(pool: CloneLab.pool, name: "x")) }
                await again.kill()
                _ = try await group.lab.start(port: first.port)
                try await group.lab.waitForEvent(.instanceRemoved)
                try await group.expectNoOrphans()
                #expect(try await group.clones().map(\.name) == ["fib-1"])
            }
        }

        @Test("what stands against a clone is told with its remedy, leaves nothing, and is not tried for ever")
        func refusals() async throws {
            let faults: [(@Sendable (CloneLab) async throws -> Void, String)] = [
                ({ $0.hypervisor.removeDomain(uuid: $0.template) }, "there is no domain 'base' to clone"),
                ({ try await $0.hypervisor.start(uuid: $0.template) }, "shut it down first"),
                (
                    { $0.hypervisor.setStoragePool(CloneLab.pool, available: 100 << 20) },
                    "has 100 MiB left, and at least 256 MiB are kept"
                ),
                (
                    { $0.hypervisor.setStoragePool(CloneLab.pool, isActive: false) },
                    "is not active; start it with 'virsh pool-start clones'"
                ),
            ]
            for (fault, text) in faults {
                try await withClones { group in
                    try await fault(group)
                    let before = try await CloneLab.Traces(group.hypervisor)
                    let controller = try await group.lab.start()
                    try await group.lab.waitForEvent(.breakerOpened, saying: text)
                    try await waitUntil("the last one is cleaned away") {
                        try await group.lab.store().ledger().isEmpty
                    }
                    let events = try await group.lab.events()
                    #expect(events.count { $0.kind == .instanceFailed } == 3)
                    #expect(Set(events.compactMap(\.instance)) == ["fib-1"])
                    #expect(try await CloneLab.Traces(group.hypervisor) == before)
                    await controller.stop()
                }
            }
        }

        @Test("a name that somebody took is passed over, and a clone that a lost ledger knew is taken in again")
        func foundAgain() async throws {
            try await withClones { group in
                group.hypervisor.addDomain("fib-1", network: nil)
                let first = try await group.lab.start()
                try await group.waitForService("fib-2", log: try group.lab.watch(first))
                let clone = try await group.clone("fib-2").uuid
                await first.kill()
                try FileManager.default.removeItem(atPath: group.lab.path + "/cms.sqlite")
                for tail in ["-wal", "-shm"] {
                    try? FileManager.default.removeItem(atPath: group.lab.path + "/cms.sqlite" + tail)
                }
                let second = try await group.lab.start(port: first.port)
                try await group.waitForService("fib-2", log: try group.lab.watch(second))
                #expect(try await group.lab.instance(clone)?.isOwned == true)
                #expect(try await group.clones().map(\.uuid) == [clone])
            }
        }

        @Test("a clone whose making never ended is not started by anybody's order")
        func unfinished() async throws {
            try await withClones { group in
                let clone = try await group.hypervisor.cloneDomain(
                    CloneRequest(name: "half", template: .domain(uuid: group.template), pool: CloneLab.pool)
                )
                try await group.hypervisor.updateRecord(uuid: clone.uuid) { $0.clone?.state = .making }
                let domains = DomainOperator(
                    hypervisor: group.hypervisor,
                    store: try SQLiteStore.inMemory(),
                    group: "default",
                    controllerAddress: { _ in "127.0.0.1:7000" },
                    authorityHash: "x",
                    tokenLifetime: { .seconds(60) }
                )
                await #expect(throws: CloneProblem.unfinished(clone.uuid)) {
                    try await domains.start(uuid: clone.uuid, at: Date())
                }
                #expect(group.hypervisor.calls(of: .startFresh) == 0)
            }
        }
    }
}

extension LibvirtError {
    fileprivate static let broken = LibvirtError(code: .internalError, message: "I/O error", operation: "delete")
}
