import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import Shared

/// What happened, as a list or as it happens.
extension ControllerAPI {
    /// The most events in one list.
    static let eventLimit = 10_000

    /// `GET /v1/events`: a list, newest first, or with `Accept: text/event-stream` all that happens from now on.
    @Sendable func events(_ request: Request, _ context: PeerContext) async throws -> Response {
        try context.requireReader()
        let wantsStream = request.headers[.accept]?.contains("text/event-stream") ?? false
        return wantsStream ? try await eventStream(request, context) : try await eventList(request)
    }

    private func eventList(_ request: Request) async throws -> Response {
        let parameters = request.uri.queryParameters
        var query = EventQuery(limit: 100)
        if let text = parameters["limit"] {
            guard let limit = Int(text), (1...Self.eventLimit).contains(limit) else {
                throw Self.badParameter("'limit' is a number from 1 to \(Self.eventLimit)")
            }
            query.limit = limit
        }
        if let text = parameters["since"] {
            guard let since = Date(rfc3339: String(text)) else {
                throw Self.badParameter("'since' is a time of RFC 3339, for example 2026-01-02T03:04:05Z")
            }
            query.since = since
        }
        if let text = parameters["kind"] {
            query.kinds = Set(
                try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
                    guard let kind = ControllerEvent.Kind(rawValue: String(word)) else {
                        throw Self.badParameter(
                            "there is no kind '\(word.prefix(64))'; the kinds are "
                                + ControllerEvent.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                        )
                    }
                    return kind
                }
            )
        }
        query.after = try Self.eventNumber(parameters["after"], "'after'")
        query.group = try Self.groupName(request, of: parts.groups)
        query.instance = parameters["instance"].map { String($0) }
        return try Response.message(try await parts.store.events(query))
    }

    private func eventStream(_ request: Request, _ context: PeerContext) async throws -> Response {
        let parameters = request.uri.queryParameters
        let group = try Self.groupName(request, of: parts.groups)
        var ticks = true
        if let text = parameters["ticks"] {
            guard text == "0" || text == "1" else { throw Self.badParameter("'ticks' is 0 or 1") }
            ticks = text == "1"
        }
        var after = try Self.eventNumber(parameters["after"], "'after'")
        if let name = HTTPField.Name("Last-Event-ID"), let text = request.headers[name] {
            // The browser sends it when it connects again: it is newer than what the address says.
            after = try Self.eventNumber(text[...], "'Last-Event-ID'")
        }
        guard request.method != .head else { return Response(status: .ok, headers: Self.streamHeaders) }
        let channel = context.channel
        guard
            let subscription = parts.feed.subscribe(
                group: group,
                ticks: ticks,
                onOverflow: { channel.close(promise: nil) }
            )
        else {
            throw Problem(
                .serviceUnavailable,
                code: "too-many-streams",
                detail: "\(parts.feed.limit) streams of events are open; close one, or try again later"
            )
        }
        let (feed, store, known) = (parts.feed, parts.store, after)
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

    private static func eventNumber(_ text: Substring?, _ name: String) throws -> Int64? {
        guard let text else { return nil }
        guard let number = Int64(text), number >= 0 else {
            throw badParameter("\(name) is the number of an event, from 0 on")
        }
        return number
    }

    /// A value of the query that is not what it should be.
    static func badParameter(_ detail: String) -> Problem {
        Problem(.badRequest, code: "out-of-range", detail: detail)
    }
}
