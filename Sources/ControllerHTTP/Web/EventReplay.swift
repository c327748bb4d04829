import Foundation
import Lifecycle
import NIOCore
import Persistence

/// What a reader missed: the first lines of a stream, up to where the live ones begin.
package struct EventReplay: Sendable {
    private struct Reset: Encodable {
        var after: Int64
    }

    package let store: any Store
    /// The one group that matters; `nil` for all.
    package let group: String?

    /// Writes the beginning of a stream.
    ///
    /// - Parameters:
    ///   - after: The last event that the reader knows; `nil` when it wants nothing from before.
    ///   - position: The event up to which the store is read; what comes after it is told live.
    ///   - write: Takes the text; waits until the reader has room.
    /// - Returns: The number up to which live events are known to the reader already.
    package func write(
        after: Int64?,
        upTo position: Int64,
        to write: (ByteBuffer) async throws -> Void
    ) async throws -> Int64 {
        try await write(ByteBuffer(string: "retry: 2000\n\n"))
        guard var after else { return position }
        if after > position {
            let newest = try await store.events(EventQuery(limit: 1)).first?.id ?? 0
            guard after > max(position, newest) else { return after }
            // From a store that is no more, or invented: the reader begins anew.
            let start = max(position, newest)
            if let text = EventFeed.text("reset", Reset(after: start), id: start) { try await write(text) }
            return start
        }
        while after < position {
            let events = try await store.events(
                EventQuery(after: after, order: .oldestFirst, limit: EventFeed.batch)
            )
            guard let last = events.last?.id else { break }
            var text = ByteBuffer()
            for event in events {
                guard let id = event.id, id <= position else { break }
                guard group == nil || event.group == nil || event.group == group else { continue }
                if let frame = EventFeed.frame(event) { text.writeImmutableBuffer(frame) }
            }
            if text.readableBytes > 0 { try await write(text) }
            after = last
        }
        return position
    }
}
