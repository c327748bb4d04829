import Autoscaling
import ConfigurationValues
import EtcdStore
import Foundation
import Libvirt
import Lifecycle
import NIOCore
import NIOHTTP1
import Orchestration
import Persistence
import Shared
import TestSupport
import Testing
import Wire

@testable import Controller

extension SocketTests {
    @Suite("Several controllers", .enabled(if: EtcdCluster.isInstalled), .timeLimit(.minutes(2)))
    struct SeveralControllers {
        @Test("one owns the group; the others tell the same; when it stops another goes on, and nothing happens twice")
        func handOver() async throws {
            try await withControllerTrio { trio in
                var running: [String: ControllerLab.Running] = [:]
                for name in ControllerTrio.names { running[name] = try await trio.start(name) }
                let first = try await trio.waitForOwner()
                let logs = try running.mapValues { try trio.first.watch($0) }
                try await waitUntil("all tell of vm1") { logs.values.allSatisfy { $0.names == ["vm1"] } }
                #expect(trio.hypervisor.calls(of: .startFresh, uuid: trio.ids[0]) == 1)

                await running[first]?.stop()
                #expect(running[first]?.job.error == nil, "it stops in order")
                let second = try await trio.waitForOwner(notIn: [first], within: .seconds(3))
                trio.hypervisor.setLoad(100, of: trio.ids[0])
                let left = logs.filter { $0.key != first }
                try await waitUntil("those that are left tell of vm2", within: .seconds(20)) {
                    left.values.allSatisfy { $0.names == ["vm1", "vm2"] }
                }
                #expect(trio.ids.map { trio.hypervisor.calls(of: .startFresh, uuid: $0) } == [1, 1, 0])
                for log in left.values {
                    let revisions = log.notices.map(\.revision)
                    #expect(revisions == revisions.sorted(), "revisions only grow")
                    #expect(log.notices.allSatisfy { $0.removed?.isEmpty ?? true }, "nobody was withdrawn")
                }
                let owners = try await trio.store.events(EventQuery(order: .oldestFirst, limit: 1000))
                    .filter { $0.kind == .groupOwned }
                #expect(owners.count == 2)
                #expect(owners.last?.detail.contains(" \(second) ") == true)
            }
        }

        @Test("a drain waits for clients that watch at a controller which does not own the group")
        func acknowledgedElsewhere() async throws {
            try await withControllerTrio { lab in
                lab.group = { [group = lab.group] settings in
                    group(&settings)
                    settings.drain.lease = .seconds(8)
                }
            } _: { trio in
                var running: [String: ControllerLab.Running] = [:]
                for name in ControllerTrio.names { running[name] = try await trio.start(name) }
                let owner = try await trio.waitForOwner()
                let other = try #require(running.first { $0.key != owner })
                let log = try trio.first.watch(other.value)
                try await waitUntil("vm1 is told") { log.names == ["vm1"] }
                trio.hypervisor.setLoad(100, of: trio.ids[0])
                try await waitUntil("vm2 is told", within: .seconds(20)) { log.names == ["vm1", "vm2"] }
                trio.hypervisor.setLoad(1, of: trio.ids[0])
                let boss = try trio.first.operatorIdentity()
                let asked = try #require(running[owner])
                #expect(try await trio.first.call(asked, .POST, "/v1/instances/vm2/drain", as: boss).status < 300)
                try await waitUntil("vm2 has left") { log.names == ["vm1"] }
                try await Task.sleep(for: .seconds(1))
                #expect(try await trio.store.ledger().first { $0.name == "vm2" }?.state == .draining)
                let revision = try #require(log.notices.last?.revision)
                let answer = try await trio.first.call(
                    other.value,
                    .POST,
                    "/v1/endpoints/acks",
                    as: trio.first.clientIdentity(),
                    ByteBuffer(string: #"{"revision": \#(revision)}"#)
                )
                #expect(answer.status < 300)
                try await waitUntil("it goes on at once", within: .seconds(5)) {
                    try await trio.store.ledger().first { $0.name == "vm2" }?.state != .draining
                }
            }
        }

        @Test("validate says what is missing to join, and a backup is a copy of what all share")
        func validationAndBackup() async throws {
            try await withControllerTrio { trio in
                let running = try await trio.start("a")
                _ = try await trio.waitForOwner()
                var configuration = ControllerConfiguration(
                    hosts: try CIDR(parsing: "127.0.0.0/8"),
                    uri: trio.hypervisor.uri,
                    listen: HostPort(host: "0.0.0.0", port: 7000),
                    stateDirectory: "\(trio.lab.path)/new",
                    policy: ThresholdPolicy(),
                    interval: .seconds(1),
                    limits: LifecycleLimits(),
                    issuing: IssuingPolicy(),
                    advertise: [],
                    logFile: nil
                )
                configuration.name = "new"
                configuration.store = .etcd(EtcdConfiguration(endpoints: trio.etcd.endpoints))
                let refused = await StoreFindings.findings(configuration).filter { !$0.isFine }.map(\.text)
                #expect(refused.count == 2)
                #expect(refused.contains { $0.contains("--advertise") })
                #expect(refused.contains { $0.contains("token create --for-controller new") })
                configuration.stateDirectory = trio.first.path
                configuration.advertise = ["127.0.0.1"]
                #expect(await StoreFindings.findings(configuration).allSatisfy(\.isFine))
                configuration.store = .etcd(EtcdConfiguration(endpoints: ["http://127.0.0.1:1"]))
                #expect(await StoreFindings.findings(configuration).contains { !$0.isFine })

                let boss = try trio.first.operatorIdentity()
                let answer = try await trio.first.call(running, .GET, "/v1/backup", as: boss)
                #expect(answer.status == 200)
                let file = "\(trio.lab.path)/copy.jsonl"
                try Data(answer.body.readableBytesView).write(to: URL(filePath: file))
                let copy = try await SnapshotFile(path: file).snapshot()
                #expect(Set(copy.instances.keys) == Set(trio.ids))
            }
        }

        @Test("one with an authority of its own is refused, and told what to do")
        func otherAuthority() async throws {
            try await withControllerTrio { trio in
                _ = try await trio.start("a")
                var lonely = trio.first
                lonely.path += "/elsewhere"
                let endpoints = trio.etcd.endpoints
                lonely.configuration = { configuration in
                    configuration.name = "d"
                    configuration.store = .etcd(.init(endpoints: endpoints))
                }
                await #expect(throws: (any Error).self) { _ = try await lonely.start() }
                #expect(!FileManager.default.fileExists(atPath: "\(lonely.path)/authority.pem"), "none was made")
            }
        }
    }
}
