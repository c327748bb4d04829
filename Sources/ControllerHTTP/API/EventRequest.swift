import Foundation
import HTTPTypes
import Hummingbird
import Lifecycle
import Orchestration
import Persistence
import Wire

/// What a request for events asks for; all of it is checked, whether as a list or as a stream.
package struct EventRequest {
    /// The most events in one list.
    package static let limit = 10_000
    /// The longest wait, seconds.
    static let longestWait = 60.0
    /// What a list has.
    var query = EventQuery(limit: 100)
    /// How long a list waits while there are no events.
    package var wait = Duration.zero
    /// Whether a stream has ticks.
    var ticks = true
    /// The event after which a stream begins; `nil`: with what happens from now on.
    var streamAfter: Int64?

    /// Reads address and headers.
    ///
    /// - Throws: A 400 or 404 problem.
    package init(_ request: Request, groups: [GroupRuntime], now: Date) throws {
        let parameters = request.uri.queryParameters
        if let text = parameters["limit"] {
            guard let limit = Int(text), (1...Self.limit).contains(limit) else {
                throw ControllerAPI.badParameter("'limit' is a number from 1 to \(Self.limit)")
            }
            query.limit = limit
        }
        if let text = parameters["since"] {
            guard let since = Self.moment(String(text), now: now) else {
                throw ControllerAPI.badParameter(
                    "'since' is a time of RFC 3339, for example 2026-01-02T03:04:05Z, or how long ago, for example 2h"
                )
            }
            query.since = since
        }
        if let text = parameters["kind"] { query.kinds = try Self.kinds(text) }
        query.after = try Self.number(parameters["after"], "'after'")
        query.group = try ControllerAPI.groupName(request, of: groups)
        query.instance = parameters["instance"].map { String($0) }
        switch parameters["order"] {
        case nil, "newest": query.order = .newestFirst
        case "oldest": query.order = .oldestFirst
        default: throw ControllerAPI.badParameter("'order' is 'newest' or 'oldest'")
        }
        if let text = parameters["wait"] {
            guard let seconds = Double(text), (0...Self.longestWait).contains(seconds) else {
                throw ControllerAPI.badParameter("'wait' is 0 to 60 seconds")
            }
            // Only the answer's headers are asked for: they are there at once.
            wait = request.method == .head ? .zero : .seconds(seconds)
        }
        if let text = parameters["ticks"] {
            guard text == "0" || text == "1" else { throw ControllerAPI.badParameter("'ticks' is 0 or 1") }
            ticks = text == "1"
        }
        streamAfter = query.after
        if let name = HTTPField.Name("Last-Event-ID"), let text = request.headers[name] {
            // The browser sends it when it connects again: it is newer than what the address says.
            streamAfter = try Self.number(text[...], "'Last-Event-ID'")
        }
    }

    private static func moment(_ text: String, now: Date) -> Date? {
        if let date = Date(rfc3339: text) { return date }
        return DurationText.parse(text).map { now.addingTimeInterval(-($0 / .seconds(1))) }
    }

    private static func kinds(_ text: Substring) throws -> Set<ControllerEvent.Kind> {
        Set(
            try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
                guard let kind = ControllerEvent.Kind(rawValue: String(word)) else {
                    throw ControllerAPI.badParameter(
                        "there is no kind '\(word.prefix(64))'; the kinds are "
                            + ControllerEvent.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                    )
                }
                return kind
            }
        )
    }

    private static func number(_ text: Substring?, _ name: String) throws -> Int64? {
        guard let text else { return nil }
        guard let number = Int64(text), number >= 0 else {
            throw ControllerAPI.badParameter("\(name) is the number of an event, from 0 on")
        }
        return number
    }
}
