import Foundation
import NIOCore
import Shared
import TestSupport
import Testing

@testable import EtcdStore
@testable import Lifecycle
@testable import Persistence
@testable import Wire

extension EtcdFailureTests {
    @Suite("An etcd in which something fails", .timeLimit(.minutes(2)))
    struct EtcdFaultTests {
        private let now = Date(timeIntervalSince1970: 1_000_000)

        private func change(_ number: Int) -> StoreChange {
            StoreChange(
                instances: [Instance(uuid: "u\(number)", name: "vm\(number)", since: now)],
                events: [ControllerEvent(.overload, at: now, detail: "\(number)")]
            )
        }

        @Test(
            "a leader is killed, then a member stopped: commits go on in seconds, once each; without a quorum they say so"
        )
        func members() async throws {
            try await EtcdCluster.with(.init(members: 3)) { cluster in
                try await EtcdLab.withClient(EtcdSettings(endpoints: cluster.endpoints)) { client in
                    let store = EtcdStore(client: client)
                    try await store.open()
                    func commit(_ number: Int) async throws -> Duration {
                        let start = ContinuousClock.now
                        while true {
                            do {
                                try await store.commit(change(number))
                                return start.duration(to: .now)
                            } catch let error as EtcdError where error.isTransient {
                                guard start.duration(to: .now) < .seconds(20) else { throw error }
                            }
                        }
                    }
                    #expect(try await commit(0) < .seconds(2))
                    let leader = try cluster.leader()
                    cluster.signal(leader, SIGKILL)
                    #expect(try await commit(1) < .seconds(8))
                    try cluster.launch(leader)
                    try await cluster.waitUntilHealthy()
                    // The member that this client asks.
                    let member = try #require(cluster.endpoints.firstIndex(of: client.preferredEndpoint))
                    cluster.signal(member, SIGSTOP)
                    #expect(try await commit(2) < .seconds(8))
                    cluster.signal(member, SIGCONT)
                    let found = try await store.events(EventQuery(order: .oldestFirst, limit: 10))
                    #expect(found.map(\.detail) == ["0", "1", "2"])
                    // Two of three are gone.
                    cluster.signal((member + 1) % 3, SIGKILL)
                    cluster.signal((member + 2) % 3, SIGKILL)
                    let start = ContinuousClock.now
                    await #expect(throws: EtcdError.self) { try await store.commit(change(3)) }
                    #expect(start.duration(to: .now) < .seconds(7))
                }
            }
        }

        @Test("a member that is slow is left for one that is not")
        func slow() async throws {
            let cluster = try await SharedEtcd.shared.cluster(members: 1)
            try await FaultyProxy.with(to: cluster.ports[0]) { proxy in
                let settings = EtcdSettings(
                    endpoints: [proxy.endpoint] + cluster.endpoints,
                    patience: .milliseconds(400)
                )
                try await EtcdLab.withClient(settings) { client in
                    let key = "/slow-\(UUID().uuidString)"
                    try await client.put(key, Data())
                    #expect(client.preferredEndpoint == proxy.endpoint)
                    proxy.set(.delays(.seconds(3)))
                    let start = ContinuousClock.now
                    try await client.put(key, Data())
                    #expect(start.duration(to: .now) < .seconds(2))
                    #expect(client.preferredEndpoint == cluster.endpoints[0])
                }
            }
        }

        @Test("a slow member that is the only one is heard")
        func slowAlone() async throws {
            let cluster = try await SharedEtcd.shared.cluster(members: 1)
            try await FaultyProxy.with(to: cluster.ports[0]) { proxy in
                try await EtcdLab.withClient(EtcdSettings(endpoints: [proxy.endpoint])) { client in
                    proxy.set(.delays(.milliseconds(1500)))
                    let revision = try await client.put("/slow-\(UUID().uuidString)", Data())
                    #expect(revision > 0)
                }
            }
        }

        @Test("nobody there, or somebody else: said in words, with each member")
        func unreachable() async throws {
            let port = try await LoopbackPort.free()
            let settings = EtcdSettings(endpoints: ["http://127.0.0.1:\(port)"], deadline: .milliseconds(500))
            try await EtcdLab.withClient(settings) { client in
                let error = await #expect(throws: EtcdError.self) { try await client.get("/a") }
                let words = try #require(error).description
                #expect(words.contains("127.0.0.1:\(port): the connection was refused"))
            }
            _ = try await RawServer.run(.says("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno")) { port in
                try await EtcdLab.withClient(EtcdSettings(endpoints: ["http://127.0.0.1:\(port)"])) { client in
                    await #expect(throws: EtcdError.unreadable("status 404 without an error of etcd's")) {
                        try await client.get("/a")
                    }
                }
            }
        }

        @Test("a database that is full refuses writes with the remedy, and is read")
        func noSpace() async throws {
            try await EtcdCluster.with(.init(arguments: ["--quota-backend-bytes", "\(4 << 20)"])) { cluster in
                try await EtcdLab.withClient(EtcdSettings(endpoints: cluster.endpoints)) { client in
                    let store = EtcdStore(client: client)
                    try await store.commit(change(0))
                    await #expect(throws: EtcdError.noSpace) {
                        for number in 0..<20 { try await client.put("/full\(number)", Data(count: 1 << 20)) }
                    }
                    await #expect(throws: EtcdError.noSpace) { try await store.commit(change(1)) }
                    #expect(try await store.ledger().count == 1)
                }
            }
        }

        @Test("a store that was restored from an older copy is refused, by who saw the newer one and by who was told")
        func restored() async throws {
            try await EtcdCluster.with { cluster in
                let snapshot = cluster.path("copy.db")
                let settings = EtcdSettings(endpoints: cluster.endpoints)
                let position = try await EtcdLab.withClient(settings) { client in
                    let store = EtcdStore(client: client)
                    try await store.commit(change(0))
                    try cluster.control("snapshot", "save", snapshot)
                    try await store.commit(change(1))
                    return try #require(client.position)
                }
                try await EtcdCluster.with(.init(snapshot: snapshot)) { restored in
                    let settings = EtcdSettings(endpoints: restored.endpoints)
                    try await EtcdLab.withClient(settings, position: position) { client in
                        let store = EtcdStore(client: client)
                        let error = await #expect(throws: EtcdError.self) { try await store.ledger() }
                        // A restored cluster has another id, unless its members have the same addresses.
                        #expect(error == .otherCluster)
                        // Once noticed, nothing is written either.
                        await #expect(throws: EtcdError.otherCluster) { try await store.commit(change(2)) }
                    }
                    // The same cluster by its id, at an older revision.
                    let found = try await EtcdLab.withClient(settings) { client in
                        #expect(try await EtcdStore(client: client).ledger().count == 1)
                        return try #require(client.position)
                    }
                    let seen = EtcdClient.Position(cluster: found.cluster, revision: position.revision)
                    try await EtcdLab.withClient(settings, position: seen) { client in
                        let wentBack = EtcdError.wentBack(seen: position.revision, found: found.revision)
                        await #expect(throws: wentBack) { try await EtcdStore(client: client).ledger() }
                        for _ in 0..<4 { _ = try? restored.control("put", "/x", "y") }
                        await #expect(throws: wentBack) { try await EtcdStore(client: client).ledger() }
                    }
                }
            }
        }
    }
}
