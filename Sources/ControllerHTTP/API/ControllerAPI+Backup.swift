import EmbeddedStore
import Foundation
import HTTPTypes
import Hummingbird
import Lifecycle
import Monitoring
import NIOCore
import NIOPosix

extension ControllerAPI {
    /// How much of a copy is read and sent at a time, bytes.
    private static let chunk = 1 << 16

    /// `GET /v1/backup`: a copy of the store as of one moment, a file of SQLite.
    @Sendable package func backup(_ request: Request, _ context: PeerContext) async throws -> Response {
        let name = try context.requireOperator()
        let copy = try await parts.backups.make()
        parts.report(
            ControllerEvent(
                .backupTaken,
                at: parts.clock.date,
                by: name,
                detail: "\(name) took a copy of the store, \(copy.size) bytes"
            )
        )
        // A store in etcd is copied as lines of JSON.
        let isDatabase = try copy.read(at: 0, 6).readableBytesView.elementsEqual("SQLite".utf8)
        let body = ResponseBody(contentLength: copy.size) { writer in
            defer { copy.close() }
            try await request.body.consumeWithCancellationOnInboundClose { _ in
                var offset = 0
                while offset < copy.size {
                    let part = try await NIOThreadPool.singleton.runIfActive { [offset] in
                        try copy.read(at: offset, Self.chunk)
                    }
                    offset += part.readableBytes
                    try await writer.write(part)
                }
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: isDatabase ? "application/vnd.sqlite3" : "application/jsonl", .cacheControl: "no-store",
            ],
            body: body
        )
    }
}
