import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Shared

/// Changes of the keys below a prefix, in the order of their revisions, without a gap.
///
/// The reader pulls: nothing runs beside it. A member that is silent is asked whether it has a quorum, and the watch goes on
/// from the next revision there or at another member, since a watch on a stopped member never ends by itself.
package struct EtcdWatch: AsyncSequence, Sendable {
    /// What a watch tells.
    package enum Element: Sendable, Equatable {
        /// Changes of one or more revisions, the last of which is `revision`.
        case changes([Change], revision: Int64)
        /// No member can be watched at present; told once, until there is one again.
        case interrupted(String)
        /// A member is watched again.
        case resumed
    }

    /// A change of one key.
    package struct Change: Sendable, Equatable {
        package var key: String
        /// The key as it is now; `nil` when it was removed.
        package var entry: EtcdEntry?
        /// The revision of the change.
        package var revision: Int64
    }

    /// The most bytes of one line, and of one batch in several.
    static let lineLimit = 8 << 20
    static let batchLimit = 64 << 20

    let client: EtcdClient
    let prefix: String
    let start: Int64

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(client: client, prefix: prefix, next: start)
    }

    /// Pulls changes from one member after the other.
    package struct AsyncIterator: AsyncIteratorProtocol {
        private let client: EtcdClient
        private let prefix: String
        /// The revision from which on nothing has been seen.
        private var next: Int64
        private var lines: LineSequence<HTTPClientResponse.Body>.AsyncIterator?
        private var pending: [Change] = []
        private var pendingBytes = 0
        private var isInterrupted = false
        private var member = 0
        private var backoff = Backoff(base: .milliseconds(100), maximum: .seconds(2))

        init(client: EtcdClient, prefix: String, next: Int64) {
            (self.client, self.prefix, self.next) = (client, prefix, next)
        }

        /// - Throws: ``EtcdError/compacted(_:)`` when changes are gone that were not seen yet: read the state anew. Also what
        ///   no waiting helps: a user that is refused, a store that went back. CancellationError.
        package mutating func next() async throws -> Element? {
            while true {
                if lines == nil {
                    if let element = try await open() { return element }
                    continue
                }
                guard let line = try await line() else { continue }
                if let element = try take(line) { return element }
            }
        }

        /// The next line; `nil` when the stream ended, or was silent for too long.
        private mutating func line() async throws -> ByteBuffer? {
            guard var reader = lines else { return nil }
            do {
                let line = try await reader.next()
                lines = line == nil ? nil : reader
                return line
            } catch let error as LineDecoder.LineTooLong {
                throw EtcdError.unreadable("\(error)")
            } catch {
                if Task.isCancelled || error is CancellationError { throw CancellationError() }
                lines = nil
                // Mere silence is usual: the same member is asked again first.
                if (error as? HTTPClientError) != .readTimeout { client.leave(member, because: ErrorText.of(error)) }
                return nil
            }
        }

        /// Begins to watch at the member that answers a read to which all agree: one that is cut off could not.
        private mutating func open() async throws -> Element? {
            do {
                _ = try await client.get("\(prefix)?")
                member = client.preferredIndex
                lines = try await client.openWatch(prefix, from: next, at: member)
                (pending, pendingBytes) = ([], 0)
                backoff.reset()
                guard isInterrupted else { return nil }
                isInterrupted = false
                return .resumed
            } catch {
                lines = nil
                if Task.isCancelled || error is CancellationError { throw CancellationError() }
                if let error = error as? EtcdError, !error.isTransient { throw error }
                client.leave(client.preferredIndex, because: ErrorText.of(error))
                guard isInterrupted else {
                    isInterrupted = true
                    return .interrupted(ErrorText.of(error))
                }
                try await Task.sleep(for: backoff.next())
                return nil
            }
        }

        private mutating func take(_ line: ByteBuffer) throws -> Element? {
            let answer: EtcdMessages.WatchAnswer
            do {
                let message = try JSONDecoder().decode(
                    EtcdMessages.Streamed<EtcdMessages.WatchAnswer>.self,
                    from: Data(line.readableBytesView)
                )
                if let error = message.error {
                    let error = EtcdError(code: error.grpc_code, message: error.message ?? "")
                    guard error.isTransient else { throw error }
                    lines = nil
                    return nil
                }
                guard let result = message.result else { throw EtcdError.unreadable("a line without a result") }
                answer = result
            } catch let error as DecodingError {
                throw EtcdError.unreadable("\(UnreadableMessage(error))")
            }
            if answer.canceled ?? false {
                lines = nil
                if answer.compact_revision > 0 { throw EtcdError.compacted(answer.compact_revision) }
                if let reason = answer.cancel_reason, reason.contains("permission denied") {
                    throw EtcdError.forbidden(reason)
                }
                return nil
            }
            if answer.created ?? false { return nil }
            return try take(answer, size: line.readableBytes)
        }

        private mutating func take(_ answer: EtcdMessages.WatchAnswer, size: Int) throws -> Element? {
            let changes = (answer.events ?? []).map { event in
                let entry = EtcdEntry(event.kv)
                return Change(
                    key: entry.key,
                    entry: event.type == "DELETE" ? nil : entry,
                    revision: entry.modRevision
                )
            }
            pending += changes.filter { $0.revision >= next }
            pendingBytes += size
            guard pendingBytes <= EtcdWatch.batchLimit else { throw EtcdError.compacted(nil) }
            if answer.fragment ?? false { return nil }
            defer { (pending, pendingBytes) = ([], 0) }
            guard let last = pending.map(\.revision).max() else {
                // A notice that all up to here has been told.
                next = Swift.max(next, answer.header.revision + 1)
                return nil
            }
            next = last + 1
            return .changes(pending, revision: last)
        }
    }
}

extension EtcdClient {
    /// The changes of the keys below a prefix from a revision on.
    package func watch(_ prefix: String, from revision: Int64) -> EtcdWatch {
        EtcdWatch(client: self, prefix: prefix, start: revision)
    }

    /// Opens the stream of a watch at one member; it has said that it watches.
    func openWatch(_ prefix: String, from revision: Int64, at member: Int) async throws
        -> LineSequence<HTTPClientResponse.Body>.AsyncIterator
    {
        let endpoint = settings.endpoints[member]
        let body = try JSONEncoder().encode(
            EtcdMessages.WatchRequest(
                create_request: .init(
                    key: Data(prefix.utf8),
                    range_end: EtcdRange.end(of: prefix),
                    start_revision: "\(revision)"
                )
            )
        )
        let wait = settings.endpoints.count > 1 ? settings.patience : settings.deadline
        let token = try await token(endpoint, renewing: nil, wait: wait)
        let request = request(endpoint, "/v3/watch", body, token: token)
        let response = try await watchHTTP.execute(
            request,
            deadline: .now() + .nanoseconds(Int64(wait / .nanoseconds(1)))
        )
        guard response.status == .ok else {
            let data = try await response.body.collect(upTo: 1 << 20)
            throw Self.failure(response.status.code, Data(data.readableBytesView))
        }
        return LineSequence(response.body, limit: EtcdWatch.lineLimit).makeAsyncIterator()
    }
}
