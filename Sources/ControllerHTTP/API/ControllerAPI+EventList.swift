import Foundation
import HTTPTypes
import Hummingbird
import Lifecycle
import Monitoring
import Orchestration
import Persistence
import ServiceLifecycle
import Shared
import Synchronization

extension ControllerAPI {
    /// The header that tells the number of the newest event: one that is smaller than what a reader has seen says that
    /// the store is another one, and that its numbers begin anew.
    static let newestEvent = HTTPField.Name("CMS-Newest-Event")

    /// The events that are asked for. While there are none it waits for as long as was asked.
    func eventList(_ asked: EventRequest) async throws -> Response {
        let found = asked.wait > .zero ? try await awaitEvents(asked) : try await parts.store.events(asked.query)
        var response = try Response.message(found)
        let newest = try await parts.store.events(EventQuery(limit: 1)).first?.id
        if let name = Self.newestEvent { response.headers[name] = "\(newest ?? 0)" }
        response.headers[.cacheControl] = "no-store"
        return response
    }

    private func awaitEvents(_ asked: EventRequest) async throws -> [ControllerEvent] {
        guard eventWaits.enter() else {
            throw Problem(
                .serviceUnavailable,
                code: "too-many-waits",
                detail: "\(eventWaits.limit) requests wait for events already; try again later"
            )
        }
        defer { eventWaits.leave() }
        // Before the question: what happens between it and the wait is not missed.
        let messages = parts.eventBus.messages(buffer: 256)
        let found = try await parts.store.events(asked.query)
        guard found.isEmpty else { return found }
        do {
            return try await withDeadline(asked.wait) { [store = parts.store] in
                for await message in messages.cancelOnGracefulShutdown() {
                    guard case .step(let step) = message, !step.events.isEmpty else { continue }
                    let found = try await store.events(asked.query)
                    if !found.isEmpty { return found }
                }
                return []
            }
        } catch is DeadlineExceeded {
            return try await parts.store.events(asked.query)
        }
    }
}

/// How many wait at the same time.
package final class WaitGate: Sendable {
    package let limit: Int
    private let count = Mutex(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// One more, if there is room.
    func enter() -> Bool {
        count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
    }

    func leave() { count.withLock { $0 -= 1 } }
}
