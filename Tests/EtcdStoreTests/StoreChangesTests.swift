import Foundation
import Shared
import TestSupport
import Testing

@testable import EtcdStore
@testable import Lifecycle
@testable import Persistence
@testable import Wire

extension EtcdTests {
    @Suite("What readers of the store are told", .timeLimit(.minutes(1)))
    struct StoreChangesTests {
        private let now = Date(timeIntervalSince1970: 1_000_000)

        private func set(_ revision: UInt64) -> StoreChange {
            StoreChange(endpointSets: ["web": EndpointSet(revision: revision, endpoints: [])])
        }

        @Test("the state first, then each change; packs and their parts tell the same rows")
        func changes() async throws {
            try await EtcdLab.withStore { store in
                let row = Instance(uuid: "a", name: "vm1", since: now)
                try await store.commit(StoreChange(instances: [row], endpointSets: set(3).endpointSets))
                var told = store.changes.makeAsyncIterator()
                guard case .state(let state) = try await told.next() else {
                    Issue.record("no state")
                    return
                }
                #expect(state.instances == ["a": row] && state.endpointSets["web"]?.revision == 3)
                #expect(state.nextEvent == 1)
                let event = ControllerEvent(.overload, at: now, detail: "one")
                try await store.commit(StoreChange(removed: ["a"], events: [event], endpointSets: set(4).endpointSets))
                guard case .change(let change) = try await told.next() else {
                    Issue.record("no change")
                    return
                }
                #expect(change.removed == ["a"] && change.endpointSets["web"]?.revision == 4)
                #expect(change.events.map(\.id) == [1] && change.events.map(\.detail) == ["one"])
                let many = (0..<300).map { Instance(uuid: "u\($0)", name: "vm\($0)", since: now) }
                try await store.commit(StoreChange(instances: many))
                var rows: [String: Instance] = [:]
                try await store.commit(StoreChange(removed: ["u0"]))
                while rows.count != 299 || rows["u0"] != nil {
                    guard case .change(let change) = try await told.next() else { continue }
                    for row in change.instances { rows[row.uuid] = row }
                    for uuid in change.removed { rows[uuid] = nil }
                }
                #expect(Set(rows.values) == Set(many.dropFirst()))
            }
        }

        @Test("after what was compacted a fresh state comes")
        func compacted() async throws {
            try await EtcdCluster.with { cluster in
                let settings = EtcdSettings(endpoints: cluster.endpoints, watchSilence: .milliseconds(300))
                try await FaultyProxy.with(to: cluster.ports[0]) { proxy in
                    var far = settings
                    far.endpoints = [proxy.endpoint]
                    try await EtcdLab.withClient(far) { reader in
                        try await EtcdLab.withClient(settings) { client in
                            let store = EtcdStore(client: client)
                            try await store.commit(set(1))
                            var told = EtcdStore(client: reader).changes.makeAsyncIterator()
                            guard case .state(let first) = try await told.next() else {
                                Issue.record("no state")
                                return
                            }
                            #expect(first.endpointSets["web"]?.revision == 1)
                            // While nothing comes through, sets are told and compacted away.
                            proxy.set(.losesAnswers)
                            for revision in UInt64(2)...5 { try await store.commit(set(revision)) }
                            try cluster.control("compact", "\(client.position?.revision ?? 0)")
                            proxy.set(.passes)
                            while true {
                                guard let element = try await told.next() else { break }
                                // The compacted watch ends; nothing in between was told as if it were whole.
                                if case .state(let state) = element {
                                    #expect(state.endpointSets["web"]?.revision == 5)
                                    break
                                }
                                if case .change(let change) = element {
                                    #expect(change.endpointSets["web"]?.revision == 5)
                                    break
                                }
                            }
                        }
                    }
                }
            }
        }

        @Test("a reader notices a member that is stopped, and goes on at another")
        func stopped() async throws {
            try await EtcdCluster.with(.init(members: 3)) { cluster in
                let settings = EtcdSettings(
                    endpoints: cluster.endpoints,
                    patience: .milliseconds(700),
                    watchSilence: .milliseconds(700)
                )
                try await EtcdLab.withClient(settings) { reader in
                    try await EtcdLab.withClient(EtcdSettings(endpoints: Array(cluster.endpoints.reversed()))) {
                        client in
                        let store = EtcdStore(client: client)
                        try await store.commit(set(1))
                        var told = EtcdStore(client: reader).changes.makeAsyncIterator()
                        _ = try await told.next()
                        let watched = try #require(cluster.endpoints.firstIndex(of: reader.preferredEndpoint))
                        cluster.signal(watched, SIGSTOP)
                        let start = ContinuousClock.now
                        try await store.commit(set(2))
                        var seen: UInt64 = 0
                        while seen != 2 {
                            guard case .change(let change) = try await told.next() else { continue }
                            seen = change.endpointSets["web"]?.revision ?? 0
                        }
                        #expect(start.duration(to: .now) < .seconds(8))
                        #expect(reader.preferredEndpoint != cluster.endpoints[watched])
                        cluster.signal(watched, SIGCONT)
                    }
                }
            }
        }
    }
}
