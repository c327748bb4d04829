import EtcdStore
import Foundation
import Logging
import ServiceLifecycle
import Shared
import Wire

/// What a controller notes of etcd in its state directory for its next run: the lease, which can be ended then at once, and
/// the newest revision, so that an older store is noticed.
struct ClusterNotes: Sendable {
    /// What is noted.
    struct Content: Codable, Equatable {
        var lease: Int64?
        var cluster: Int64?
        var revision: Int64?

        var position: EtcdClient.Position? {
            cluster.flatMap { cluster in revision.map { EtcdClient.Position(cluster: cluster, revision: $0) } }
        }
    }

    private static let fileName = "etcd.json"
    private let path: String

    init(directory: String) {
        path = "\(directory)/\(Self.fileName)"
    }

    /// What the last run noted; `nil` when it noted nothing that can be read.
    func read() -> Content? {
        FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Content.self, from: $0) }
    }

    func write(_ content: Content) throws {
        let data = try JSONEncoder().encode(content)
        try DurableFile.write(String(decoding: data, as: UTF8.self), to: path, mode: 0o600)
    }
}

/// Keeps the notes up to date.
struct ClusterNotesService: Service {
    let cluster: Cluster
    let logger: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var noted: ClusterNotes.Content?
            var filter = RepeatFilter()
            while true {
                let content = present
                // The lease matters at once; the revision may lag behind by what is lost in a few seconds.
                if noted?.lease != content.lease || noted?.cluster != content.cluster
                    || (content.revision ?? 0) > (noted?.revision ?? 0) + 20
                {
                    do {
                        try cluster.notes.write(content)
                        noted = content
                    } catch  where filter.passes(ErrorText.of(error)) {
                        logger.warning("etcd's state is not noted", metadata: ["error": "\(ErrorText.of(error))"])
                    }
                }
                try await Task.sleep(for: .seconds(1))
            }
        }
        // An orderly stop gives the lease back.
        var content = present
        content.lease = nil
        try? cluster.notes.write(content)
    }

    private var present: ClusterNotes.Content {
        let position = cluster.client.position
        return ClusterNotes.Content(
            lease: cluster.ownership.lease,
            cluster: position?.cluster,
            revision: position?.revision
        )
    }
}
