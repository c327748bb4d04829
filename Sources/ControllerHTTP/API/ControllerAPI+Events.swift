import Foundation
import HTTPTypes
import Hummingbird
import Monitoring
import NIOCore
import Persistence
import ServiceLifecycle
import Shared

/// What happened, as a list or as it happens.
extension ControllerAPI {
    /// `GET /v1/events`: a list, newest first, or with `Accept: text/event-stream` all that happens from now on.
    @Sendable package func events(_ request: Request, _ context: PeerContext) async throws -> Response {
        let ask = try EventRequest(request, groups: parts.groups, now: parts.clock.date)
        let wantsStream = request.headers[.accept]?.contains("text/event-stream") ?? false
        return wantsStream ? try eventStream(ask, request, context) : try await eventList(ask)
    }

    private func eventStream(
        _ ask: EventRequest,
        _ request: Request,
        _ context: PeerContext
    ) throws -> Response {
        guard request.method != .head else { return Response(status: .ok, headers: Self.streamHeaders) }
        let (channel, group) = (context.channel, ask.query.group)
        guard
            let subscription = parts.feed.subscribe(
                group: group,
                ticks: ask.ticks,
                onOverflow: { channel.close(promise: nil) }
            )
        else {
            throw Problem(
                .serviceUnavailable,
                code: "too-many-streams",
                detail: "\(parts.feed.limit) streams of events are open; close one, or try again later"
            )
        }
        let (feed, store, known) = (parts.feed, parts.store, ask.streamAfter)
        return Response(
            status: .ok,
            headers: Self.streamHeaders,
            body: ResponseBody { writer in
                defer { feed.close(subscription.id) }
                // A reader that has gone is noticed at once, not at the next failing write.
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    let replay = EventReplay(store: store, group: group)
                    let start = try await replay.write(after: known, upTo: subscription.position) {
                        try await writer.write($0)
                    }
                    for await frame in subscription.frames.cancelOnGracefulShutdown() {
                        if let id = frame.id, id <= start { continue }
                        try await writer.write(frame.text)
                    }
                }
                try await writer.finish(nil)
            }
        )
    }

    private static let streamHeaders: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]

    /// A value of the query that is not what it should be.
    static func badParameter(_ detail: String) -> Problem {
        Problem(.badRequest, code: "out-of-range", detail: detail)
    }
}
