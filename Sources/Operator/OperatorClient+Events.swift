import Foundation
import Lifecycle
import NIOCore
import NIOHTTP1

extension OperatorClient {
    /// Which events are asked for.
    package struct EventRequest: Sendable, Equatable {
        /// Only those with a larger number.
        package var after: Int64?
        /// Only those from then on: a time of RFC 3339, or how long ago (`2h`).
        package var since: String?
        /// Only these kinds; empty: all.
        package var kinds: [ControllerEvent.Kind]
        /// Only those of this group.
        package var group: String?
        /// Only those of this instance.
        package var instance: String?
        /// Whether the oldest come first.
        package var isOldestFirst = false
        /// The most events.
        package var limit: Int
        /// How long the controller may wait for the first, seconds.
        package var wait = 0

        /// A question.
        package init(
            since: String? = nil,
            kinds: [ControllerEvent.Kind] = [],
            group: String? = nil,
            instance: String? = nil,
            limit: Int = 100
        ) {
            self.since = since
            self.kinds = kinds
            self.group = group
            self.instance = instance
            self.limit = limit
        }

        package var path: String {
            var parts = ["limit=\(limit)"]
            if let after { parts.append("after=\(after)") }
            if let since { parts.append("since=\(OperatorClient.escaped(since))") }
            if !kinds.isEmpty { parts.append("kind=" + kinds.map(\.rawValue).joined(separator: ",")) }
            if let group { parts.append("group=\(OperatorClient.escaped(group))") }
            if let instance { parts.append("instance=\(OperatorClient.escaped(instance))") }
            if isOldestFirst { parts.append("order=oldest") }
            if wait > 0 { parts.append("wait=\(wait)") }
            return "/v1/events?" + parts.joined(separator: "&")
        }
    }

    /// Events, and the number of the newest that there is.
    package struct EventAnswer: Sendable {
        /// The events.
        package var events: [ControllerEvent]
        /// The number of the newest event that the controller has.
        package var newest: Int64?

        /// An answer.
        package init(events: [ControllerEvent], newest: Int64? = nil) {
            self.events = events
            self.newest = newest
        }
    }

    /// What happened.
    package func events(_ question: EventRequest) async throws -> EventAnswer {
        var newest: Int64?
        let body = try await send(.GET, question.path, wait: question.wait) { headers in
            newest = headers.first(name: "CMS-Newest-Event").flatMap { Int64($0) }
        }
        return EventAnswer(events: try message([ControllerEvent].self, of: body, question.path), newest: newest)
    }

    /// The ledger of all groups.
    package func instances() async throws -> [Instance] {
        try await answer(.GET, "/v1/instances")
    }
}
