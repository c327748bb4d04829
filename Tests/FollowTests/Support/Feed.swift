import Client
import Follow
import ServiceLifecycle
import TestSupport
import Wire

/// A feed that a test fills, and a follower that runs beside it.
struct Feed: Sendable {
    let gate = AcknowledgementGate()
    let feed: EndpointFeed

    init(stored: EndpointSet? = nil) {
        feed = EndpointFeed(gate: gate, stored: stored)
    }

    /// The controller tells a set.
    func tell(_ set: EndpointSet, epoch: UInt64 = 1) {
        feed.put(AcknowledgementGate.Update(set: set, epoch: epoch))
    }

    /// A set of endpoints `vmN`.
    static func set(_ revision: UInt64, _ numbers: [Int], scheme: String = "http") -> EndpointSet {
        EndpointSet(
            revision: revision,
            endpoints: numbers.map {
                Endpoint(id: "id-\($0)", name: "vm\($0)", url: "\(scheme)://127.0.0.1:\(9000 + $0)")
            }
        )
    }

    func settles(_ revision: UInt64) async throws {
        try await waitUntil("revision \(revision) is in effect") { feed.settled == revision }
    }
}
