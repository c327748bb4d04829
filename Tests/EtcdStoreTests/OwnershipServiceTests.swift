import Foundation
import Lifecycle
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@testable import EtcdStore
@testable import Ownership
@testable import Persistence

extension EtcdTests {
    @Suite("Controllers that share groups over a real etcd", .timeLimit(.minutes(2)))
    struct OwnershipServiceTests {
        /// One controller with a client of its own.
        private struct Member: Sendable {
            let store: EtcdStore
            let service: OwnershipService
            let group: ServiceGroup
            let job: BackgroundJob

            init(
                _ name: String,
                _ groups: Set<String>,
                _ endpoints: [String],
                _ prefix: String,
                in background: Background,
                abandoned: Int64? = nil
            ) {
                let client = EtcdClient(EtcdSettings(endpoints: endpoints), logger: EtcdLab.logger)
                store = EtcdStore(client: client, prefix: prefix)
                var settings = OwnershipSettings(controller: name, groups: groups, lease: .seconds(2))
                settings.settling = .milliseconds(300)
                settings.reach = .milliseconds(300)
                let service = OwnershipService(
                    store: store,
                    settings: settings,
                    addresses: ["\(name).example:7000"],
                    abandoned: abandoned,
                    logger: EtcdLab.logger
                )
                self.service = service
                let group = ServiceGroup(services: [service], logger: EtcdLab.logger)
                self.group = group
                job = background.start {
                    // Nothing is ever under way here.
                    try await withThrowingTaskGroup(of: Void.self) { tasks in
                        tasks.addTask {
                            for await notice in service.notices {
                                if case .finish(let group) = notice { service.quiesced(group) }
                            }
                        }
                        try await group.run()
                        tasks.cancelAll()
                    }
                    await client.shutdown()
                }
            }

            func owned() -> Set<String> { Set(service.groups.keys.filter { service.fence(for: $0) != nil }) }
        }

        private func prefix() -> String { "/owners-\(UUID().uuidString)/" }

        @Test("groups are split, each has one owner, and an orderly end hands them over at once")
        func handOver() async throws {
            let cluster = try await SharedEtcd.shared.cluster(members: 1)
            let (prefix, groups) = (prefix(), Set((0..<12).map { "g\($0)" }))
            try await withBackground { background in
                let first = Member("one", groups, cluster.endpoints, prefix, in: background)
                try await waitUntil("one owns all") { first.owned() == groups }
                let second = Member("two", groups, cluster.endpoints, prefix, in: background)
                let expected = Set(groups.filter { RendezvousRanking.rank(["one", "two"], for: $0).first == "two" })
                try await waitUntil("two has its share") {
                    second.owned() == expected && first.owned() == groups.subtracting(expected)
                }
                #expect(first.service.view?.members["two"]?.addresses == ["two.example:7000"])
                // Its fence is good for a commit, and no other's is.
                let name = try #require(expected.first)
                let fence = try #require(second.service.fence(for: name))
                try await second.store.fenced(by: fence).commit(StoreChange(breakers: [name: .init()]))
                let start = ContinuousClock.now
                await second.group.triggerGracefulShutdown()
                try await waitUntil("one owns all again") { first.owned() == groups }
                #expect(start.duration(to: .now) < .seconds(1.5), "it did not wait for a lease")
                await second.job.ended()
                await #expect(throws: StoreFailure.lostOwnership(group: name)) {
                    try await first.store.fenced(by: fence).commit(StoreChange(breakers: [name: .init()]))
                }
                await first.group.triggerGracefulShutdown()
                await first.job.ended()
            }
        }

        @Test("a controller that dies is replaced when its lease has ended; the next run of its name need not wait")
        func death() async throws {
            let cluster = try await SharedEtcd.shared.cluster(members: 1)
            let (prefix, groups) = (prefix(), Set((0..<6).map { "g\($0)" }))
            try await withBackground { background in
                let first = Member("one", groups, cluster.endpoints, prefix, in: background)
                let second = Member("two", groups, cluster.endpoints, prefix, in: background)
                try await waitUntil("they own all, each some") {
                    first.owned().union(second.owned()) == groups && !second.owned().isEmpty
                        && first.owned().isDisjoint(with: second.owned())
                }
                let start = ContinuousClock.now
                await second.job.stop()
                try await waitUntil("one owns all") { first.owned() == groups }
                // etcd looks for ended leases every half second.
                #expect(start.duration(to: .now) < .seconds(2 + 2.5))
                let lease = try #require(first.service.lease)
                await first.job.stop()
                let third = Member("one", groups, cluster.endpoints, prefix, in: background, abandoned: lease)
                let again = ContinuousClock.now
                try await waitUntil("the next run owns all") { third.owned() == groups }
                #expect(again.duration(to: .now) < .seconds(1.5))
            }
        }

        @Test("without etcd an owner stops before its lease can end, and goes on when etcd is back")
        func silence() async throws {
            try await EtcdCluster.with { cluster in
                let prefix = prefix()
                try await withBackground { background in
                    let member = Member("one", ["web"], cluster.endpoints, prefix, in: background)
                    try await waitUntil("it owns the group") { member.owned() == ["web"] }
                    cluster.signal(0, SIGSTOP)
                    let start = ContinuousClock.now
                    try await waitUntil("it does not act any more", within: .seconds(3)) { member.owned().isEmpty }
                    #expect(start.duration(to: .now) < .seconds(2 - 0.4), "a lease of 2 s less its margin")
                    cluster.signal(0, SIGCONT)
                    try await waitUntil("it owns the group again") { member.owned() == ["web"] }
                    await member.group.triggerGracefulShutdown()
                    await member.job.ended()
                }
            }
        }

        @Test("two of one name: the second owns nothing, and says so")
        func sameName() async throws {
            let cluster = try await SharedEtcd.shared.cluster(members: 1)
            let prefix = prefix()
            try await withBackground { background in
                let first = Member("one", ["web"], cluster.endpoints, prefix, in: background)
                try await waitUntil("it owns the group") { first.owned() == ["web"] }
                let second = Member("one", ["web"], cluster.endpoints, prefix, in: background)
                try await waitUntil("it is refused") { second.service.isNameTaken }
                #expect(second.owned().isEmpty && first.owned() == ["web"])
            }
        }
    }
}
