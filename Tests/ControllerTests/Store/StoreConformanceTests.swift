import Foundation
import Shared
import TestSupport
import Testing
import Wire

@testable import EmbeddedStore
@testable import EtcdStore
@testable import Lifecycle
@testable import Persistence
@testable import Telemetry

/// The stores there are. A new one is added here and passes all that follows.
enum StoreEngine: CaseIterable, Sendable {
    case embedded
    case measured
    case inMemory
    case etcd
    case etcdOfThree

    /// Those that can be had here.
    static var allCases: [StoreEngine] {
        [.embedded, .measured, .inMemory] + (EtcdCluster.isInstalled ? [.etcd, .etcdOfThree] : [])
    }

    /// Runs `body` with a new store; those that have files get a directory.
    func with(in directory: String, _ body: (any Store) async throws -> Void) async throws {
        switch self {
        case .embedded: try await body(StateDirectory(path: directory).store())
        case .measured:
            try await body(
                MeasuredStore(base: try StateDirectory(path: directory).store(), metrics: PrometheusRegistry())
            )
        case .inMemory: try await body(InMemoryStore())
        case .etcd: try await withEtcd(members: 1, body)
        case .etcdOfThree: try await withEtcd(members: 3, body)
        }
    }

    private func withEtcd(members: Int, _ body: (any Store) async throws -> Void) async throws {
        let cluster = try await SharedEtcd.shared.cluster(members: members)
        let client = EtcdClient(EtcdSettings(endpoints: cluster.endpoints), logger: .quiet)
        do {
            try await body(EtcdStore(client: client, prefix: "/\(UUID().uuidString)/"))
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }
}

@Suite("What every store does")
struct StoreConformanceTests {
    private let now = Date(timeIntervalSince1970: 1_000_000)

    private func with(_ engine: StoreEngine, _ body: (any Store) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await engine.with(in: path, body)
    }

    private func instance(_ uuid: String, _ state: InstanceState) -> Instance {
        var instance = Instance(uuid: uuid, name: "vm-\(uuid)", since: now)
        instance.state = state
        return instance
    }

    @Test("a new one is empty, and has standard values", arguments: StoreEngine.allCases)
    func empty(engine: StoreEngine) async throws {
        try await with(engine) { store in
            let ledger = try await store.ledger()
            #expect(ledger.isEmpty)
            #expect(try await store.endpointSet(group: "web") == nil)
            #expect(try await store.breaker(group: "web") == StartBreaker())
            #expect(try await store.templates(group: "web") == CloneTemplates())
            #expect(try await store.steering(group: "web") == GroupSteering())
            #expect(try await store.events(EventQuery(limit: 10)).isEmpty)
        }
    }

    @Test("rows are added, replaced and removed; the others stay", arguments: StoreEngine.allCases)
    func ledger(engine: StoreEngine) async throws {
        try await with(engine) { store in
            let (first, second) = (instance("a", .off), instance("b", .starting))
            try await store.commit(StoreChange(instances: [second, first]))
            #expect(try await store.ledger() == [first, second])
            let changed = instance("b", .inService)
            try await store.commit(StoreChange(instances: [changed], removed: ["a", "never there"]))
            #expect(try await store.ledger() == [changed])
            try await store.commit(StoreChange())
            #expect(try await store.ledger() == [changed])
        }
    }

    @Test("what belongs to a group is that group's alone, each value by itself", arguments: StoreEngine.allCases)
    func groups(engine: StoreEngine) async throws {
        try await with(engine) { store in
            var steering = GroupSteering()
            steering.pausedBy = "alice"
            try await store.commit(StoreChange(steerings: ["web": steering]))
            #expect(try await store.endpointSet(group: "web") == nil, "written was something else of that group")
            let set = EndpointSet(
                revision: 7,
                endpoints: [Endpoint(id: "a", name: "vm1", url: "https://192.0.2.1:8000")]
            )
            try await store.commit(StoreChange(endpointSets: ["web": set]))
            #expect(try await store.endpointSet(group: "web") == set)
            #expect(try await store.steering(group: "web") == steering)
            #expect(try await store.steering(group: "mail") == GroupSteering())
            let later = EndpointSet(revision: 8, endpoints: [])
            try await store.commit(StoreChange(endpointSets: ["web": later, "mail": set]))
            #expect(try await store.endpointSet(group: "web") == later)
            #expect(try await store.endpointSet(group: "mail") == set)
        }
    }

    @Test("what operators ask of a host is that host's alone", arguments: StoreEngine.allCases)
    func hosts(engine: StoreEngine) async throws {
        try await with(engine) { store in
            #expect(try await store.hosts().isEmpty)
            let cordoned = HostSteering(isCordoned: true, isEvacuating: false, by: "alice", since: now)
            var evacuated = cordoned
            evacuated.isEvacuating = true
            try await store.commit(StoreChange(hosts: ["a": cordoned]))
            try await store.commit(StoreChange(hosts: ["b": cordoned]))
            try await store.commit(StoreChange(hosts: ["a": evacuated]))
            #expect(try await store.hosts() == ["a": evacuated, "b": cordoned])
        }
    }

    @Test("events get numbers that grow, and are found by each part of a query", arguments: StoreEngine.allCases)
    func events(engine: StoreEngine) async throws {
        try await with(engine) { store in
            for second in 0..<6 {
                var event = ControllerEvent(
                    second % 2 == 0 ? .overload : .overloadEnded,
                    at: now.addingTimeInterval(Double(second)),
                    instance: second < 3 ? "vm1" : nil,
                    detail: "event \(second)"
                )
                event.group = second == 5 ? "mail" : "web"
                try await store.commit(StoreChange(events: [event]))
            }
            let all = try await store.events(EventQuery(order: .oldestFirst, limit: 100))
            #expect(all.map(\.detail) == (0..<6).map { "event \($0)" })
            let numbers = all.compactMap(\.id)
            #expect(numbers.count == 6 && numbers == numbers.sorted() && Set(numbers).count == 6)
            func found(_ query: EventQuery) async throws -> [String] { try await store.events(query).map(\.detail) }
            #expect(try await found(EventQuery(limit: 2)) == ["event 5", "event 4"])
            #expect(try await found(EventQuery(after: numbers[3], order: .oldestFirst)) == ["event 4", "event 5"])
            #expect(try await found(EventQuery(since: now.addingTimeInterval(4))) == ["event 5", "event 4"])
            #expect(try await found(EventQuery(kinds: [.overloadEnded])) == ["event 5", "event 3", "event 1"])
            #expect(try await found(EventQuery(group: "mail")) == ["event 5"])
            #expect(try await found(EventQuery(instance: "vm1", limit: 1)) == ["event 2"])
            #expect(try await found(EventQuery(kinds: [.overload], group: "mail")).isEmpty)
        }
    }

    @Test("changes at the same time lose nothing", arguments: StoreEngine.allCases)
    func concurrent(engine: StoreEngine) async throws {
        try await with(engine) { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<50 {
                    group.addTask { [now] in
                        let event = ControllerEvent(.overload, at: now, detail: "\(number)")
                        let row = Instance(uuid: "\(number)", name: "vm\(number)", since: now)
                        try await store.commit(StoreChange(instances: [row], events: [event]))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.ledger().count == 50)
            #expect(Set(try await store.events(EventQuery(limit: 100)).compactMap(\.id)).count == 50)
        }
    }

    @Test(
        "a token works once, for its machine, in its time; the same key may ask again",
        arguments: StoreEngine.allCases
    )
    func tokens(engine: StoreEngine) async throws {
        try await with(engine) { store in
            try await store.addToken(JoinTokenRecord(hash: "h", uuid: "a", expires: now.addingTimeInterval(60)))
            func redeem(_ uuid: String, _ key: String, after: Double = 0, hash: String = "h") async throws
                -> JoinTokenOutcome
            {
                try await store.redeemToken(hash: hash, uuid: uuid, key: key, now: now.addingTimeInterval(after))
            }
            #expect(try await redeem("a", "k", hash: "other") == .unknown)
            #expect(try await redeem("b", "k") == .otherMachine)
            #expect(try await redeem("a", "k", after: 60) == .expired)
            #expect(try await redeem("a", "k") == .accepted)
            #expect(try await redeem("a", "k") == .accepted)
            #expect(try await redeem("a", "other") == .used)
        }
    }

    @Test("of two keys that ask at the same time one gets the token", arguments: StoreEngine.allCases)
    func tokenRace(engine: StoreEngine) async throws {
        try await with(engine) { store in
            try await store.addToken(JoinTokenRecord(hash: "h", uuid: "a", expires: now.addingTimeInterval(60)))
            let outcomes = try await withThrowingTaskGroup(of: JoinTokenOutcome.self) { group in
                for key in 0..<20 {
                    group.addTask { [now] in
                        try await store.redeemToken(hash: "h", uuid: "a", key: "\(key)", now: now)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .accepted } == 1)
            #expect(outcomes.count { $0 == .used } == 19)
        }
    }

    @Test("a backup goes into a new file, and never over one", arguments: StoreEngine.allCases)
    func backup(engine: StoreEngine) async throws {
        try await with(engine) { store in
            try await store.commit(StoreChange(instances: [instance("a", .off)]))
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            try await store.backup(to: path)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count > 0)
            await #expect(throws: (any Error).self) { try await store.backup(to: path) }
        }
    }
}
