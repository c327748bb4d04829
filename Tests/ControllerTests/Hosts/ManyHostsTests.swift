import Foundation
import Libvirt
import NIOHTTP1
import Shared
import TestSupport
import Testing
import Wire

@testable import Autoscaling
@testable import ConfigurationValues
@testable import Lifecycle

extension SocketTests {
    /// A whole controller over two hosts, `a` with `vm1` and `vm2`, `b` with `vm3` and `vm4`.
    @Suite("The whole path: several hosts")
    struct ManyHosts {
        private struct Place: Sendable {
            let lab: ControllerLab
            let a: InMemoryHypervisor
            let b: InMemoryHypervisor
            let guestsOfA: Guests
            let guestsOfB: Guests
            /// By name.
            let ids: [String: String]

            func id(_ name: String) -> String { ids[name] ?? "" }
            func starts(_ name: String) -> Int {
                a.calls(of: .startFresh, uuid: id(name)) + b.calls(of: .startFresh, uuid: id(name))
            }
            func hosts(_ running: ControllerLab.Running) async throws -> [HostStatus] {
                try await lab.call(running, .GET, "/v1/hosts", as: try lab.operatorIdentity())
                    .message([HostStatus].self)
            }
            func steer(_ running: ControllerLab.Running, _ host: String, _ act: String) async throws -> Answer {
                let identity = try lab.operatorIdentity()
                return try await lab.call(running, .POST, "/v1/hosts/\(host)/\(act)", as: identity)
            }
        }

        private func withTwoHosts(
            min: Int = 1,
            _ change: @escaping @Sendable (inout ControllerConfiguration) -> Void = { _ in },
            _ body: @Sendable (Place) async throws -> Void
        ) async throws {
            let second = InMemoryHypervisor(networks: [.loopback])
            try await withLab { lab in
                lab.others = [second]
                lab.group = { group in
                    group.policy.min = min
                    group.drain.timeout = .seconds(3)
                }
                lab.configuration = { configuration in
                    configuration.hypervisors = [
                        HypervisorConfiguration(name: "a", uri: .inMemory, labels: ["zone": "east"]),
                        HypervisorConfiguration(name: "b", uri: .test),
                    ]
                    configuration.hasNamedHosts = true
                    change(&configuration)
                }
            } _: { lab in
                var ids: [String: String] = [:]
                for name in ["vm1", "vm2"] { ids[name] = lab.hypervisor.addDomain(name) }
                for name in ["vm3", "vm4"] { ids[name] = second.addDomain(name) }
                try await body(
                    Place(
                        lab: lab,
                        a: lab.hypervisor,
                        b: second,
                        guestsOfA: Guests(lab),
                        guestsOfB: Guests(lab, on: second),
                        ids: ids
                    )
                )
            }
        }

        @Test("a controller that starts while a host is silent takes the agents there as the ledger has them")
        func startsBesideSilentHost() async throws {
            try await withTwoHosts(min: 2) { configuration in
                configuration.groups[0].limits.adoptionGrace = .seconds(3)
            } _: { place in
                let first = try await place.lab.start()
                let before = try place.lab.watch(first)
                try await waitUntil("two serve", within: .seconds(20)) { before.names == ["vm1", "vm3"] }
                await first.stop()
                place.b.disconnect()
                place.b.failNext(
                    .connect,
                    with: LibvirtError(code: .noConnect, message: "refused", operation: "", isConnectionLost: true)
                )
                let agent = try #require(place.guestsOfB.agent(place.id("vm3")))
                let (reports, refusals) = (agent.reports, agent.refusals.count)
                let second = try await place.lab.start(port: first.port)
                let log = try place.lab.watch(second)
                try await waitUntil("vm3's agent is heard of") { agent.reports > reports + 30 }
                #expect(!agent.refusals.dropFirst(refusals).contains("unknown-machine"))
                #expect(log.names == ["vm1", "vm3"])
            }
        }

        @Test("a group is spread over both; rows, events and hosts say what is where")
        func spread() async throws {
            try await withTwoHosts(min: 2) { place in
                let controller = try await place.lab.start()
                let log = try place.lab.watch(controller)
                try await waitUntil("two serve", within: .seconds(20)) { log.names == ["vm1", "vm3"] }
                #expect(try await place.lab.instance(place.id("vm1"))?.host == "a")
                #expect(try await place.lab.instance(place.id("vm3"))?.host == "b")
                let hosts = try await place.hosts(controller)
                #expect(hosts.map(\.name) == ["a", "b"])
                #expect(hosts.map(\.state) == [.answers, .answers])
                #expect(hosts.map { $0.instances.map(\.name) } == [["vm1"], ["vm3"]])
                #expect(hosts[0].labels == ["zone": "east"])
                try await place.lab.waitForEvent(.instanceStarting, saying: "on host b (0 of the group there)")
            }
        }

        @Test("a host that hangs delays nothing on the other, where the group grows")
        func hung() async throws {
            try await withTwoHosts { place in
                let controller = try await place.lab.start()
                let log = try place.lab.watch(controller)
                try await waitUntil("one serves", within: .seconds(20)) { log.names == ["vm1"] }
                place.b.setStuck(true)
                try await waitUntil("the other is silent") {
                    try await place.hosts(controller).map(\.state) == [.answers, .silent]
                }
                place.a.setLoad(100, of: place.id("vm1"))
                try await waitUntil("it grows", within: .seconds(10)) { log.names == ["vm1", "vm2"] }
                #expect(place.starts("vm3") == 0 && place.starts("vm4") == 0)
                place.b.setStuck(false)
                try await waitUntil("the other is back") {
                    try await place.hosts(controller).map(\.state) == [.answers, .answers]
                }
            }
        }

        @Test("libvirt and agents of a host are silent: replaced elsewhere, and taken in again when it is back")
        func lost() async throws {
            let change: @Sendable (inout ControllerConfiguration) -> Void = { $0.hostLostAfter = .seconds(2) }
            try await withTwoHosts(min: 2, change) { place in
                let controller = try await place.lab.start()
                let log = try place.lab.watch(controller)
                try await waitUntil("two serve", within: .seconds(20)) { log.names == ["vm1", "vm3"] }
                place.b.disconnect()
                try await place.lab.waitForEvent(.hypervisorLost, saying: "host b")
                try await Task.sleep(for: .seconds(3))
                #expect(log.names == ["vm1", "vm3"], "its agents are alive: it serves")
                #expect(place.starts("vm2") == 0)
                await place.guestsOfB.kill(place.id("vm3"))
                try await place.lab.waitForEvent(.hostLost)
                try await waitUntil("it is replaced", within: .seconds(15)) { log.names == ["vm1", "vm2"] }
                #expect(try await place.hosts(controller)[1].state == .lost)
                place.guestsOfB.revive(place.id("vm3"))
                place.b.reconnect()
                try await place.lab.waitForEvent(.hostReturned)
                try await waitUntil("it is taken in", within: .seconds(15)) { log.names.contains("vm3") }
                #expect(place.starts("vm3") == 1)
                #expect(place.b.calls(of: .destroy) == 0)
            }
        }

        @Test("a cordon is kept over a restart; an evacuation starts others first and empties the host")
        func evacuation() async throws {
            try await withTwoHosts { place in
                let first = try await place.lab.start()
                let log = try place.lab.watch(first)
                try await waitUntil("one serves", within: .seconds(20)) { log.names == ["vm1"] }
                #expect(try await place.steer(first, "b", "cordon").status == 200)
                #expect(try await place.steer(first, "nowhere", "cordon").code == "no-such-host")
                await first.stop()
                let second = try await place.lab.start(port: first.port)
                let again = try place.lab.watch(second)
                #expect(try await place.hosts(second).map(\.isCordoned) == [false, true])
                #expect(try await place.steer(second, "b", "uncordon").status == 200)
                try await waitUntil("it serves again", within: .seconds(20)) { again.names == ["vm1"] }
                #expect(try await place.steer(second, "a", "evacuate").message(HostStatus.self).isEvacuating)
                try await waitUntil("it is replaced", within: .seconds(20)) { again.names == ["vm3"] }
                try await waitUntil("the host is empty", within: .seconds(20)) {
                    try await place.hosts(second)[0].instances.isEmpty
                }
                let came = try #require(again.story.firstIndex { $0.contains("+vm3") })
                let left = try #require(again.story.firstIndex { $0.contains("-vm1") })
                #expect(came <= left, "nobody is without an endpoint")
                try await place.lab.waitForEvent(.hostEvacuated, saying: "host a")
                #expect(place.starts("vm2") == 0)
            }
        }

        @Test("a host that does not answer at the start is taken in when it does")
        func late() async throws {
            try await withTwoHosts(min: 2) { place in
                place.b.disconnect()
                place.b.failNext(
                    .connect,
                    with: LibvirtError(code: .noConnect, message: "refused", operation: "connect")
                )
                let controller = try await place.lab.start()
                let log = try place.lab.watch(controller)
                try await waitUntil("two serve", within: .seconds(20)) { log.names == ["vm1", "vm2"] }
                place.b.reconnect()
                try await waitUntil("it is taken in") {
                    try await place.hosts(controller).map(\.state) == [.answers, .answers]
                }
                try await waitUntil("its domains are known") {
                    try await place.lab.instance(place.id("vm3")) != nil
                }
            }
        }
    }
}
