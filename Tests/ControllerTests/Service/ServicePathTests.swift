import Foundation
import Libvirt
import TestSupport
import Testing
import Wire

@testable import Lifecycle

extension SocketTests {
    @Suite("The service of a group that has agents")
    struct ServicePath {
        @Test("clients are sent where the group says, and its agent is asked all the same; a slow start is told")
        func url() async throws {
            try await withGroup { lab in
                lab.group = { group in
                    group.service.url = "https://{name}.example:8443/{address}"
                    group.service.slowStart = .seconds(30)
                }
            } _: { group in
                let controller = try await group.lab.start()
                let log = try group.lab.watch(controller)
                try await group.waitForService("vm1", log: log)
                let told = try #require(log.notices.flatMap { ($0.added ?? []) + ($0.endpoints ?? []) }.first)
                #expect(told.url == "https://vm1.example:8443/127.0.0.1" && told.slowStartSeconds == 30)
                let since = try #require(told.since)
                #expect(
                    abs(since.timeIntervalSinceNow) < 60
                        && since.timeIntervalSince1970.rounded() == since.timeIntervalSince1970
                )
                #expect(try #require(group.guests.agent(group.vm1)).answers > 0)

                // What is read back from the disk is no other set.
                let revision = try await group.lab.store().endpointSet()?.revision
                await controller.stop()
                let second = try await group.lab.start()
                let later = try group.lab.watch(second)
                try await group.waitForService("vm1", log: later)
                try await waitUntil("its agent is back") { later.notices.contains { $0.kind == .heartbeat } }
                #expect(try await group.lab.store().endpointSet()?.revision == revision)
                await second.stop()
            }
        }

        @Test("an agent that serves something else than the group expects does not come into service, and why is said")
        func mismatch() async throws {
            try await withGroup { lab in
                lab.limits.startDeadline = .seconds(3)
                lab.group = { $0.service.kind = .proxy }
            } _: { group in
                let controller = try await group.lab.start()
                try await group.lab.waitForEvent(
                    .instanceFailed,
                    saying: "its agent serves 'built-in', and the group expects 'proxy' (service.kind)"
                )
                #expect(group.guests.agent(group.vm1)?.answers ?? 0 == 0)
                await controller.stop()
            }
        }
    }
}
