import Foundation
import HTTPTypes
import History
import Hummingbird
import Monitoring
import Orchestration
import Shared
import Wire

/// What was, and what was decided.
extension ControllerAPI {
    private static let usualPoints = 600
    private static let usualDecisions = 50
    private static let decisions = 1...1000

    /// `GET /v1/history[?group=G&since=TIME&until=TIME&points=N&instances=0]`: the past in columns.
    @Sendable package func history(_ request: Request, _ context: PeerContext) async throws -> Response {
        let group = try group(request)
        let now = parts.clock.date
        let until = try Self.time("until", in: request, now: now) ?? now
        let since = try Self.time("since", in: request, now: now) ?? until.addingTimeInterval(-3600)
        guard since < until else {
            throw Problem(.badRequest, code: "out-of-range", detail: "'since' must be before 'until'")
        }
        let points = try Self.number("points", in: request, HistoryQuery.points) ?? Self.usualPoints
        let instances = try Self.number("instances", in: request, 0...1) ?? 1
        let query = HistoryQuery(
            group: group.name,
            since: since,
            until: until,
            points: points,
            hasInstances: instances == 1
        )
        return try await past { try await $0.series(query) }
    }

    /// `GET /v1/decisions[?group=G&limit=N]`: the decisions that differ from the one before, newest first.
    @Sendable package func decisions(_ request: Request, _ context: PeerContext) async throws -> Response {
        let group = try group(request)
        let limit = try Self.number("limit", in: request, Self.decisions) ?? Self.usualDecisions
        return try await past { try await $0.decisions(group: group.name, limit: limit) }
    }

    private func past(_ ask: (History) async throws -> ByteBuffer) async throws -> Response {
        guard let history = parts.history else {
            throw Problem(
                .notFound,
                code: "history-off",
                detail: "no history is kept; set history-size and start the controller again"
            )
        }
        do {
            let body = ResponseBody(byteBuffer: try await ask(history))
            return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
        } catch let error as History.Unavailable {
            throw Problem(.serviceUnavailable, code: "history-unavailable", detail: error.description)
        }
    }

    /// A time in the query: RFC 3339, or how long ago (`2h`).
    private static func time(_ name: String, in request: Request, now: Date) throws -> Date? {
        guard let text = request.uri.queryParameters[Substring(name)].map(String.init) else { return nil }
        if let date = Date(rfc3339: text) { return date }
        if let ago = DurationText.parse(text) { return now.addingTimeInterval(-(ago / .seconds(1))) }
        throw Problem(
            .badRequest,
            code: "out-of-range",
            detail:
                "'\(name)' is no time: give RFC 3339, for example 2026-01-02T03:04:05Z, or how long ago, for example 2h"
        )
    }

    private static func number(_ name: String, in request: Request, _ range: ClosedRange<Int>) throws -> Int? {
        guard let text = request.uri.queryParameters[Substring(name)] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Problem(
                .badRequest,
                code: "out-of-range",
                detail: "'\(name)' is a number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }
}
