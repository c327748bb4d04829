import Foundation
import Libvirt
import NIOHTTP1
import TestSupport
import Testing
import Wire

@testable import Lifecycle

extension SocketTests {
    @Suite("The whole path without agents")
    struct Agentless {
        /// A controller of such a group over three domains, which all serve at loopback addresses of their own.
        private func withAppliances(
            drainFor: Duration = .milliseconds(500),
            _ body: @Sendable (Group, StatusServer, _ port: Int) async throws -> Void
        ) async throws {
            try await StatusServer.run { server, port in
                try await withLab { lab in
                    lab.group = { group in
                        group.service = ServiceConfiguration(
                            kind: .agentless,
                            port: port,
                            scheme: .http,
                            probe: .http(ServiceProbe.Request(path: "/healthz")),
                            drainFor: drainFor
                        )
                    }
                } _: { lab in
                    let ids = ["vm1", "vm2", "vm3"].map { lab.hypervisor.addDomain($0) }
                    for (index, id) in ids.enumerated() {
                        lab.hypervisor.setAddresses(["127.0.0.\(11 + index)"], source: .lease, of: id)
                    }
                    try await body(Group(lab: lab, guests: Guests(lab), ids: ids), server, port)
                }
            }
        }

        @Test(
            "started without a token, found by its lease, probed, told, overloaded by the host's figure, drained, stopped"
        )
        func wholePath() async throws {
            try await withAppliances { group, server, port in
                server.status = 503
                let controller = try await group.lab.start()
                let log = try group.lab.watch(controller)
                try await waitUntil("it is probed in vain") { server.paths.count > 1 }
                #expect(log.names.isEmpty)
                server.status = 200
                try await group.waitForService("vm1", log: log)
                #expect(Set(server.paths) == ["/healthz"])
                #expect(group.hypervisor.guestCredentials(uuid: group.vm1)?.isEmpty == true)
                #expect(group.hypervisor.calls(of: .setCredentials) == 0)
                let told = log.notices.flatMap { ($0.added ?? []) + ($0.endpoints ?? []) }
                #expect(told.map(\.url) == ["http://127.0.0.11:\(port)"])

                group.overload(group.vm1)
                try await group.waitForService("vm1", "vm2", log: log)
                #expect(
                    try await group.lab.kinds(of: "vm2") == [
                        .instanceStarting, .instanceStarted, .instanceLocated, .instanceProbed,
                    ]
                )
                group.hypervisor.setLoad(1, of: group.vm1)
                let boss = try group.lab.operatorIdentity()
                #expect(try await group.lab.call(controller, .POST, "/v1/instances/vm2/drain", as: boss).status < 300)
                try await group.waitForService("vm1", log: log)
                try await waitUntil("it is off") { try await group.lab.instance(group.vm2)?.state == .off }
                #expect(
                    try await group.lab.kinds(of: "vm2").suffix(3) == [
                        .instanceDraining, .instanceDrained, .instanceStopped,
                    ]
                )
                #expect(group.hypervisor.calls(of: .shutdown, uuid: group.vm2) == 1 && group.destroys(group.vm2) == 0)
            }
        }

        @Test("one that fails its probe leaves, and comes back; after a start of the controller it stays in service")
        func healthAndRestart() async throws {
            try await withAppliances { group, server, _ in
                let first = try await group.lab.start()
                let log = try group.lab.watch(first)
                try await group.waitForService("vm1", log: log)
                server.status = 500
                try await waitUntil("it is withdrawn") { log.names.isEmpty }
                try await group.lab.waitForEvent(.instanceUnhealthy, saying: "status 500, where 200 to 399 is expected")
                server.status = 200
                try await group.waitForService("vm1", log: log)
                await first.stop()
                let before = try await group.lab.kinds(of: "vm1").count
                let second = try await group.lab.start()
                let later = try group.lab.watch(second)
                try await group.waitForService("vm1", log: later)
                let asked = server.paths.count
                try await waitUntil("it is asked again") { server.paths.count > asked + 3 }
                #expect(try await group.lab.kinds(of: "vm1").count == before, "nothing happened to it")
                #expect(group.starts(group.vm1) == 1)
                await second.stop()
            }
        }
    }
}
