import ConfigurationValues
import Foundation
import TestSupport
import Testing

@testable import EtcdStore
@testable import Lifecycle
@testable import Ownership
@testable import Persistence

extension EtcdTests {
    /// Prints how long commits take; run by hand with `CMS_MEASURE=1`, alone on the machine.
    @Suite(
        "How long commits to etcd take",
        .serialized,
        .timeLimit(.minutes(5)),
        .enabled(if: EtcdCluster.isInstalled && ProcessInfo.processInfo.environment["CMS_MEASURE"] != nil)
    )
    struct CommitLatencyTests {
        @Test(arguments: [1, 3])
        func latency(members: Int) async throws {
            try await EtcdCluster.with(.init(members: members, authority: TestAuthority())) { cluster in
                let settings = try EtcdSettings(
                    .init(
                        endpoints: cluster.endpoints,
                        authority: cluster.path("ca.pem"),
                        certificate: cluster.path("client.pem"),
                        key: cluster.path("client-key.pem")
                    )
                )
                try await EtcdLab.withClient(settings) { client in
                    let store = EtcdStore(client: client)
                    let revision = try await client.put(store.keys.owner("web"), Data())
                    let owner = store.fenced(by: Fence(group: "web", createRevision: revision))
                    for (rows, rounds) in [(1, 500), (100, 100), (1000, 20)] {
                        var times: [Double] = []
                        for round in 0..<rounds {
                            let change = StoreChange(
                                instances: (0..<rows).map { number in
                                    var row = Instance(uuid: "u\(number)", name: "vm\(number)", since: Date())
                                    (row.group, row.failures) = ("web", round)
                                    row.reason = String(repeating: "x", count: 200)
                                    return row
                                },
                                events: [ControllerEvent(.overload, at: Date(), detail: "\(round)")]
                            )
                            let start = ContinuousClock.now
                            try await owner.commit(change)
                            times.append(start.duration(to: .now) / .milliseconds(1))
                        }
                        times.sort()
                        let (half, most) = (times[times.count / 2], times[times.count * 99 / 100])
                        print("members \(members), rows \(rows) + 1 event: p50 \(half) ms, p99 \(most) ms")
                    }
                }
            }
        }
    }
}
