import Foundation
import Shared
import TestSupport
import Testing

@testable import EtcdStore

extension EtcdTests {
    @Suite("etcd over its gateway", .timeLimit(.minutes(1)))
    struct EtcdClientTests {
        private func with(_ body: (EtcdClient, String) async throws -> Void) async throws {
            let cluster = try await SharedEtcd.shared.cluster(members: 1)
            try await EtcdLab.withClient(EtcdSettings(endpoints: cluster.endpoints)) { client in
                try await body(client, "/client-\(UUID().uuidString)/")
            }
        }

        @Test("keys are written, read in pages at one revision, and removed")
        func keys() async throws {
            try await with { client, prefix in
                #expect(try await client.get(prefix + "a").entry == nil)
                for number in 0..<6 {
                    _ = try await client.transaction(
                        then: (0..<100).map { .put("\(prefix)\(1000 + number * 100 + $0)", Data("x".utf8)) }
                    )
                }
                let listing = try await client.list(prefix)
                #expect(listing.entries.count == 600)
                #expect(listing.entries.map(\.key) == listing.entries.map(\.key).sorted())
                try await client.put(prefix + "later", Data())
                let later = try await client.list(prefix)
                #expect(later.entries.count == 601 && later.entries.last?.value == Data())
                #expect(try await client.list(prefix, at: listing.revision).entries.count == 600)
                try await client.delete(below: prefix)
                #expect(try await client.list(prefix).entries.isEmpty)
            }
        }

        @Test("a transaction is carried out when all conditions hold, and reads when not")
        func transactions() async throws {
            try await with { client, prefix in
                let key = prefix + "a"
                let first = try await client.transaction(if: [.created(key, at: 0)], then: [.put(key, Data("1".utf8))])
                #expect(first.succeeded)
                let second = try await client.transaction(
                    if: [.created(key, at: 0)],
                    then: [.put(key, Data("2".utf8))],
                    otherwise: [.get(key)]
                )
                #expect(!second.succeeded && second.found[key]?.value == Data("1".utf8))
                #expect(second.found[key]?.createRevision == first.revision)
                #expect(try await !client.transaction(if: [.none(below: prefix)], then: []).succeeded)
                #expect(try await client.transaction(if: [.none(below: prefix + "b")], then: []).succeeded)
                #expect(try await client.transaction(if: [.writtenBefore(key, first.revision + 1)], then: []).succeeded)
                #expect(try await !client.transaction(if: [.writtenBefore(key, first.revision)], then: []).succeeded)
                #expect(
                    try await client.transaction(if: [.written(key, at: first.revision)], then: [.delete(key)])
                        .succeeded
                )
            }
        }

        @Test("the limits that are named are etcd's: one more is refused, with a word of its own")
        func limits() async throws {
            try await with { client, prefix in
                func puts(_ count: Int) -> [EtcdOperation] { (0..<count).map { .put("\(prefix)\($0)", Data()) } }
                let most = try await client.transaction(then: puts(EtcdLimits.operations))
                #expect(most.succeeded)
                await #expect(throws: EtcdError.tooManyOperations) {
                    try await client.transaction(then: puts(EtcdLimits.operations + 1))
                }
                let revision = try await client.put(prefix + "a", Data(count: EtcdLimits.requestBytes))
                #expect(revision > most.revision)
                await #expect(throws: EtcdError.tooLarge) { try await client.put(prefix + "a", Data(count: 1_600_000)) }
                await #expect(throws: EtcdError.tooLarge) { try await client.put(prefix + "a", Data(count: 3_000_000)) }
            }
        }

        @Test("answers are bounded: smaller pages are asked for, and what does not fit alone is refused")
        func bounds() async throws {
            let cluster = try await SharedEtcd.shared.cluster(members: 1)
            var settings = EtcdSettings(endpoints: cluster.endpoints)
            settings.answerLimit = 100_000
            try await EtcdLab.withClient(settings) { client in
                let prefix = "/bounds-\(UUID().uuidString)/"
                for number in 0..<20 { try await client.put("\(prefix)\(number)", Data(count: 20_000)) }
                #expect(try await client.list(prefix).entries.count == 20)
                try await client.put(prefix + "large", Data(count: 200_000))
                await #expect(throws: EtcdError.tooLarge) { try await client.list(prefix) }
            }
        }

        @Test("a lease is granted, renewed, looked at and given back; its keys end with it")
        func leases() async throws {
            try await with { client, prefix in
                let lease = try await client.grantLease(.seconds(30))
                #expect(lease.timeToLive == .seconds(30))
                try await client.put(prefix + "a", Data(), lease: lease.id)
                #expect(try await client.get(prefix + "a").entry?.lease == lease.id)
                #expect(try await client.keepAlive(lease.id) == .seconds(30))
                let left = try #require(try await client.timeToLive(of: lease.id))
                #expect(left > .seconds(20) && left <= .seconds(30))
                try await client.revoke(lease.id)
                #expect(try await client.get(prefix + "a").entry == nil)
                await #expect(throws: EtcdError.leaseNotFound) { try await client.keepAlive(lease.id) }
                #expect(try await client.timeToLive(of: lease.id) == nil)
                try await client.revoke(lease.id)
                await #expect(throws: EtcdError.leaseNotFound) {
                    try await client.put(prefix + "a", Data(), lease: lease.id)
                }
            }
        }

        @Test("a watch begins where it is told, goes on over silence, and misses nothing")
        func watch() async throws {
            let cluster = try await SharedEtcd.shared.cluster(members: 1)
            let settings = EtcdSettings(endpoints: cluster.endpoints, watchSilence: .milliseconds(200))
            try await EtcdLab.withClient(settings) { client in
                let prefix = "/watch-\(UUID().uuidString)/"
                let start = try await client.put(prefix + "0", Data())
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for number in 1..<6 {
                            try await client.put("\(prefix)\(number)", Data())
                            try await Task.sleep(for: .milliseconds(number == 3 ? 700 : 20))
                        }
                        try await client.delete(below: prefix)
                    }
                    var keys: [String] = []
                    var removed = 0
                    for try await element in client.watch(prefix, from: start) {
                        guard case .changes(let changes, _) = element else { continue }
                        for change in changes {
                            if change.entry == nil { removed += 1 } else { keys.append(change.key) }
                        }
                        if removed == 6 { break }
                    }
                    #expect(keys == (0..<6).map { "\(prefix)\($0)" })
                    try await group.waitForAll()
                }
            }
        }

        @Test("a watch that begins before what was compacted says so")
        func compacted() async throws {
            try await EtcdCluster.with { cluster in
                try await EtcdLab.withClient(EtcdSettings(endpoints: cluster.endpoints)) { client in
                    for _ in 0..<5 { try await client.put("/a", Data()) }
                    try cluster.control("compact", "5")
                    var watch = client.watch("/a", from: 2).makeAsyncIterator()
                    await #expect(throws: EtcdError.compacted(5)) { try await watch.next() }
                    await #expect(throws: EtcdError.compacted(nil)) { try await client.list("/a", at: 2) }
                }
            }
        }
    }
}
