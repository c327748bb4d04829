import Foundation
import Synchronization
import TestSupport
import Testing

@testable import EtcdStore
@testable import Lifecycle
@testable import Ownership
@testable import Persistence
@testable import Wire

extension EtcdTests {
    @Suite("The store in etcd", .timeLimit(.minutes(2)))
    struct EtcdStoreTests {
        private let now = Date(timeIntervalSince1970: 1_000_000)

        private func rows(_ range: Range<Int>, state: InstanceState = .off) -> [Instance] {
            range.map { number in
                var row = Instance(uuid: "u\(10_000 + number)", name: "vm\(number)", since: now)
                row.state = state
                return row
            }
        }

        private func events(_ range: Range<Int>) -> [ControllerEvent] {
            range.map { ControllerEvent(.overload, at: now, detail: "event \($0)") }
        }

        @Test("a change of more rows than a transaction has operations is one transaction all the same")
        func large() async throws {
            try await EtcdLab.withStore { store in
                try await store.commit(StoreChange(instances: rows(0..<1200), events: events(0..<250)))
                #expect(try await store.ledger() == rows(0..<1200))
                #expect(try await store.events(EventQuery(limit: 1000)).count == 250)
                // Rows and removals together, over rows that a pack wrote.
                let change = StoreChange(
                    instances: rows(0..<600, state: .starting),
                    removed: rows(600..<1200).map(\.uuid) + ["never there"]
                )
                try await store.commit(change)
                #expect(try await store.ledger() == rows(0..<600, state: .starting))
                #expect(try await store.client.list(store.keys.packs).entries.isEmpty)
            }
        }

        @Test("what does not fit into one request is refused, and nothing of it is written")
        func tooLarge() async throws {
            try await EtcdLab.withStore { store in
                let large = rows(0..<1000).map { row in
                    var row = row
                    row.reason = String(repeating: "x", count: 2000)
                    return row
                }
                let error = await #expect(throws: StoreFailure.self) {
                    try await store.commit(StoreChange(instances: large))
                }
                guard case .tooLarge(let bytes, EtcdLimits.requestBytes) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(bytes > 2_000_000)
                #expect(try await store.ledger().isEmpty)
                // Near the limit etcd takes it.
                try await store.commit(StoreChange(instances: Array(large.prefix(640))))
                #expect(try await store.ledger().count == 640)
            }
        }

        @Test("packs that nobody took apart are read as rows, and taken apart by whoever writes next")
        func packs() async throws {
            try await EtcdLab.withStore { store in
                try await store.commit(StoreChange(instances: rows(0..<3)))
                let change = StoreChange(instances: rows(1..<300, state: .starting), removed: ["u10000"])
                let plan = try CommitPlan(
                    EncodedChange(change, only: nil),
                    keys: store.keys,
                    known: .init(
                        commitRevision: store.core.known.withLock { $0.commits[nil]?.revision ?? 0 },
                        nextEvent: (1, 0),
                        sets: [:]
                    ),
                    writer: nil,
                    id: "other",
                    fence: nil
                )
                #expect(plan.isPacked)
                #expect(try await store.client.transaction(if: plan.conditions, then: plan.operations).succeeded)
                #expect(try await store.ledger() == rows(1..<300, state: .starting))
                #expect(try await store.snapshot().instances.count == 299)
                try await store.commit(StoreChange(removed: ["u10001"]))
                #expect(try await store.ledger() == rows(2..<300, state: .starting))
                #expect(try await store.client.list(store.keys.packs).entries.isEmpty)
                #expect(try await store.client.list(store.keys.instances).entries.count == 298)
            }
        }

        @Test("a stale owner cannot write; the one that owns can; nobody writes for another group")
        func fence() async throws {
            try await EtcdLab.withStore { store in
                let key = store.keys.owner("web")
                let first = try await store.client.put(key, Data("1".utf8))
                let owner = store.fenced(by: Fence(group: "web", createRevision: first))
                var row = rows(0..<1)[0]
                row.group = "web"
                try await owner.commit(StoreChange(instances: [row], events: events(0..<1)))
                try await store.client.delete(below: key)
                await #expect(throws: StoreFailure.lostOwnership(group: "web")) {
                    try await owner.commit(StoreChange(removed: [row.uuid]))
                }
                // Nor when the key is there again: it is another ownership.
                let second = try await store.client.put(key, Data("2".utf8))
                await #expect(throws: StoreFailure.lostOwnership(group: "web")) {
                    try await owner.commit(StoreChange(events: events(1..<2)))
                }
                #expect(try await store.ledger() == [row])
                let next = store.fenced(by: Fence(group: "web", createRevision: second))
                try await next.commit(StoreChange(removed: [row.uuid]))
                #expect(try await store.ledger().isEmpty)
                await #expect(throws: StoreFailure.otherGroup("mail", expected: "web")) {
                    try await next.commit(StoreChange(breakers: ["mail": StartBreaker()]))
                }
            }
        }

        @Test("the revision of an endpoint set never goes back, whoever writes")
        func revisions() async throws {
            try await EtcdLab.withStore { store in
                func change(_ revision: UInt64) -> StoreChange {
                    StoreChange(
                        events: events(0..<1),
                        endpointSets: ["web": EndpointSet(revision: revision, endpoints: [])]
                    )
                }
                let other = EtcdStore(client: store.client, prefix: store.keys.prefix)
                try await store.commit(change(7))
                try await other.commit(change(9))
                await #expect(throws: StoreFailure.revisionWentBack(group: "web", given: 8, stored: 9)) {
                    try await store.commit(change(8))
                }
                #expect(try await store.endpointSet(group: "web")?.revision == 9)
                #expect(try await store.events(EventQuery()).count == 2)
                try await store.commit(change(9))
            }
        }

        @Test("so many events are kept and not many more, and their numbers grow")
        func kept() async throws {
            try await EtcdLab.withStore { store in
                for part in 0..<12 {
                    try await store.commit(StoreChange(events: events(part * 1000..<part * 1000 + 1000)))
                }
                let all = try await store.events(EventQuery(order: .oldestFirst, limit: 100_000))
                #expect(all.count >= EtcdLimits.keptEvents && all.count <= EtcdLimits.keptEvents + 200)
                #expect(all.last?.id == 12_000 && all.last?.detail == "event 11999")
                #expect(all.compactMap(\.id) == Array(Int64(12_001 - all.count)...12_000))
                #expect(try await store.events(EventQuery(limit: 3)).map(\.id) == [12_000, 11_999, 11_998])
                let after = try await store.events(EventQuery(after: 11_990, order: .oldestFirst))
                #expect(after.compactMap(\.id) == Array(11_991...12_000))
            }
        }

        @Test("several writers of events collide, and none loses any")
        func writers() async throws {
            try await EtcdLab.withStore { store in
                let others = (0..<4).map { _ in EtcdStore(client: store.client, prefix: store.keys.prefix) }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (number, other) in others.enumerated() {
                        group.addTask { [now] in
                            for round in 0..<10 {
                                let event = ControllerEvent(.overload, at: now, detail: "\(number)-\(round)")
                                try await other.commit(StoreChange(events: [event]))
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let all = try await store.events(EventQuery(order: .oldestFirst, limit: 1000))
                #expect(all.compactMap(\.id) == Array(1...40))
                #expect(Set(all.map(\.detail)).count == 40)
            }
        }

        @Test("a commit whose answer is lost is carried out once, wherever it is sent again")
        func lostAnswer() async throws {
            let cluster = try await SharedEtcd.shared.cluster(members: 1)
            try await FaultyProxy.with(to: cluster.ports[0]) { proxy in
                let settings = EtcdSettings(
                    endpoints: [proxy.endpoint] + cluster.endpoints,
                    patience: .milliseconds(300)
                )
                try await EtcdLab.withClient(settings) { client in
                    let store = EtcdStore(client: client, prefix: "/lost-\(UUID().uuidString)/")
                    try await store.commit(StoreChange(events: events(0..<1)))
                    proxy.set(.losesAnswers)
                    try await store.commit(StoreChange(events: events(1..<2)))
                    #expect(try await store.events(EventQuery(limit: 10)).map(\.detail) == ["event 1", "event 0"])
                }
            }
        }

        @Test("a commit of which nobody knows whether it was carried out adds no event twice when it comes again")
        func uncertain() async throws {
            let cluster = try await SharedEtcd.shared.cluster(members: 1)
            try await FaultyProxy.with(to: cluster.ports[0]) { proxy in
                let settings = EtcdSettings(endpoints: [proxy.endpoint], deadline: .milliseconds(500))
                try await EtcdLab.withClient(settings) { client in
                    let store = EtcdStore(client: client, prefix: "/uncertain-\(UUID().uuidString)/")
                    try await store.commit(StoreChange(events: events(0..<1)))
                    proxy.set(.losesAnswers)
                    for last in 2..<4 {
                        await #expect(throws: EtcdError.self) {
                            try await store.commit(StoreChange(events: events(1..<last)))
                        }
                    }
                    proxy.set(.passes)
                    try await store.commit(StoreChange(events: events(1..<4)))
                    let found = try await store.events(EventQuery(order: .oldestFirst, limit: 10))
                    #expect(found.map(\.detail) == (0..<4).map { "event \($0)" })
                }
            }
        }

        @Test("a commit that arrives late, after another one of the same writer, changes nothing")
        func late() async throws {
            try await EtcdLab.withStore { store in
                try await store.commit(StoreChange(instances: rows(0..<1)))
                let late = try CommitPlan(
                    EncodedChange(StoreChange(instances: rows(0..<1, state: .starting)), only: nil),
                    keys: store.keys,
                    known: .init(
                        commitRevision: store.core.known.withLock { $0.commits[nil]?.revision ?? 0 },
                        nextEvent: (1, 0),
                        sets: [:]
                    ),
                    writer: nil,
                    id: "late",
                    fence: nil
                )
                try await store.commit(StoreChange(instances: rows(0..<1, state: .inService)))
                let result = try await store.client.transaction(if: late.conditions, then: late.operations)
                #expect(!result.succeeded)
                #expect(try await store.ledger() == rows(0..<1, state: .inService))
            }
        }

        @Test("a store of a later version, or one that was filled only in part, is refused")
        func formats() async throws {
            try await EtcdLab.withStore { store in
                try await store.open()
                try await store.client.put(store.keys.format, try StoredRow.encode(EtcdStore.Format(version: 2)))
                await #expect(throws: StoreFailure.laterVersion(found: 2, known: 1)) { try await store.open() }
                try await store.client.put(store.keys.format, try StoredRow.encode(EtcdStore.Format(isFilling: true)))
                await #expect(throws: StoreFailure.incomplete) { try await store.open() }
                await #expect(throws: StoreFailure.incomplete) { try await store.snapshot() }
                let key = store.keys.value(.breaker, of: "web")
                try await store.client.put(key, Data("{\"schema\":2,\"row\":{}}".utf8))
                await #expect(throws: StoreFailure.laterVersion(found: 2, known: 1)) {
                    try await store.breaker(group: "web")
                }
                try await store.client.put(key, Data("nothing".utf8))
                await #expect(throws: StoreFailure.self) { try await store.breaker(group: "web") }
            }
        }

        @Test("names with slashes and percent signs stay apart")
        func names() async throws {
            try await EtcdLab.withStore { store in
                let names = ["a/b", "a%2Fb", "a", "b"]
                for (number, name) in names.enumerated() {
                    let set = EndpointSet(revision: UInt64(number + 1), endpoints: [])
                    try await store.commit(StoreChange(endpointSets: [name: set]))
                }
                for (number, name) in names.enumerated() {
                    #expect(try await store.endpointSet(group: name)?.revision == UInt64(number + 1))
                }
                #expect(Set(try await store.snapshot().groups.keys) == Set(names))
            }
        }
    }
}
