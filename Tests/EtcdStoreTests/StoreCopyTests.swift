import EmbeddedStore
import Foundation
import TestSupport
import Testing

@testable import EtcdStore
@testable import Lifecycle
@testable import Persistence
@testable import Wire

extension EtcdTests {
    @Suite("Stores that are copied", .timeLimit(.minutes(1)))
    struct StoreCopyTests {
        private let now = Date(timeIntervalSince1970: 1_000_000)

        /// Fills a store with something of all that there is.
        private func fill(_ store: any Store) async throws {
            let rows = (0..<150).map { number in
                var row = Instance(uuid: "u\(number)", name: "vm\(number)", since: now)
                row.reason = "quotes \" and { braces ], and umlauts äöü"
                return row
            }
            for part in [rows.prefix(80), rows.suffix(70)] {
                try await store.commit(StoreChange(instances: Array(part)))
            }
            for part in 0..<3 {
                let events = (0..<70).map { number in
                    ControllerEvent(.overload, at: now, instance: "vm\(number)", detail: "\\\"]}[{ \(part) \(number)")
                }
                try await store.commit(StoreChange(events: events))
            }
            var steering = GroupSteering()
            steering.pausedBy = "alice"
            let set = EndpointSet(revision: 9, endpoints: [Endpoint(id: "u1", name: "vm1", url: "https://192.0.2.1")])
            try await store.commit(
                StoreChange(
                    endpointSets: ["web": set, "mail/1": set],
                    breakers: ["web": .init()],
                    steerings: ["web": steering],
                    hosts: ["b": host]
                )
            )
            try await store.addToken(JoinTokenRecord(hash: "h", uuid: "u1", expires: now.addingTimeInterval(60)))
            _ = try await store.redeemToken(hash: "h", uuid: "u1", key: "k", now: now)
        }

        private var host: HostSteering { HostSteering(isCordoned: true, isEvacuating: false, by: "alice", since: now) }

        private func withDirectory(_ body: (String) async throws -> Void) async throws {
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: path) }
            try await body(path)
        }

        @Test("there and back again nothing is lost, and numbers go on")
        func both() async throws {
            try await withDirectory { directory in
                try await EtcdLab.withStore { etcd in
                    let source = try SQLiteStore(path: directory + "/a.sqlite")
                    try await fill(source)
                    let summary = try await StoreCopy.run(from: source, to: etcd, called: "etcd", replaces: false)
                    #expect(
                        summary.instances == 150 && summary.events == 210 && summary.groups == 2 && summary.tokens == 1
                    )
                    #expect(summary.eventsLeft == 0 && summary.verified)
                    #expect(try await etcd.ledger() == source.ledger())
                    #expect(try await etcd.events(EventQuery(limit: 500)) == source.events(EventQuery(limit: 500)))
                    #expect(try await etcd.redeemToken(hash: "h", uuid: "u1", key: "other", now: now) == .used)
                    try await etcd.commit(StoreChange(events: [ControllerEvent(.overload, at: now, detail: "next")]))
                    #expect(try await etcd.events(EventQuery(limit: 1)).map(\.id) == [211])
                    let target = try SQLiteStore(path: directory + "/b.sqlite")
                    _ = try await StoreCopy.run(from: etcd, to: target, called: "b", replaces: false)
                    #expect(try await target.snapshot() == etcd.snapshot())
                    #expect(try await target.steering(group: "web").pausedBy == "alice")
                    #expect(try await target.hosts() == ["b": host])
                    try await target.commit(StoreChange(events: [ControllerEvent(.overload, at: now, detail: "last")]))
                    #expect(try await target.events(EventQuery(kinds: [.overload], limit: 1)).map(\.id) == [212])
                }
            }
        }

        @Test(
            "a store that is not empty is left alone unless it may be replaced; one that was filled in part counts as full"
        )
        func replaced() async throws {
            try await withDirectory { directory in
                try await EtcdLab.withStore { etcd in
                    let source = try SQLiteStore(path: directory + "/a.sqlite")
                    try await fill(source)
                    try await etcd.commit(StoreChange(instances: [.init(uuid: "old", name: "old", since: now)]))
                    await #expect(throws: StoreFailure.notEmpty("etcd")) {
                        try await StoreCopy.run(from: source, to: etcd, called: "etcd", replaces: false)
                    }
                    #expect(try await etcd.ledger().map(\.uuid) == ["old"])
                    try await etcd.client.put(etcd.keys.format, try StoredRow.encode(EtcdStore.Format(isFilling: true)))
                    await #expect(throws: StoreFailure.notEmpty("etcd")) {
                        try await StoreCopy.run(from: source, to: etcd, called: "etcd", replaces: false)
                    }
                    _ = try await StoreCopy.run(from: source, to: etcd, called: "etcd", replaces: true)
                    #expect(try await etcd.ledger().count == 150)
                    try await etcd.open()
                    // A controller that lives there keeps everybody out.
                    try await etcd.client.put(etcd.keys.controller("c1"), Data())
                    await #expect(throws: StoreFailure.inUse(by: ["c1"])) {
                        try await StoreCopy.run(from: source, to: etcd, called: "etcd", replaces: true)
                    }
                }
            }
        }

        @Test("older events than the other store keeps are left, and counted")
        func left() async throws {
            try await withDirectory { directory in
                try await EtcdLab.withStore { etcd in
                    let source = try SQLiteStore(path: directory + "/a.sqlite")
                    let events = (0..<2000).map { ControllerEvent(.overload, at: now, detail: "\($0)") }
                    for _ in 0..<6 { try await source.commit(StoreChange(events: events)) }
                    let summary = try await StoreCopy.run(from: source, to: etcd, called: "etcd", replaces: false)
                    #expect(summary.events == 10_000 && summary.eventsLeft == 2000)
                    #expect(try await etcd.events(EventQuery(order: .oldestFirst, limit: 1)).map(\.id) == [2001])
                }
            }
        }

        @Test("a backup is of one revision, is restored whole, and one that is cut off or changed is refused")
        func backup() async throws {
            try await withDirectory { directory in
                try await EtcdLab.withStore { etcd in
                    try await fill(etcd)
                    let before = try await etcd.snapshot()
                    let path = directory + "/copy"
                    try await etcd.backup(to: path)
                    try await etcd.commit(StoreChange(removed: ["u1"]))
                    let file = SnapshotFile(path: path)
                    #expect(try await file.snapshot() == before)
                    _ = try await StoreCopy.run(from: file, to: etcd, called: "etcd", replaces: true)
                    #expect(try await etcd.snapshot() == before)
                    let data = try Data(contentsOf: URL(fileURLWithPath: path))
                    for cut in [data.count / 2, data.count - 2, 0] {
                        #expect(throws: StoreFailure.self) { try file.decoded(data.prefix(cut)) }
                    }
                    let text = String(decoding: data, as: UTF8.self)
                    let later = Data(text.replacing("\"version\":1}", with: "\"version\":2}").utf8)
                    #expect(throws: StoreFailure.laterVersion(found: 2, known: 1)) { try file.decoded(later) }
                    #expect(throws: StoreFailure.self) { try file.decoded(Data("no copy\n".utf8)) }
                    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                    #expect(mode == 0o600)
                }
            }
        }
    }
}
