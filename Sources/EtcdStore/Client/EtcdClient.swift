import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import Shared
import Synchronization
import Wire

/// etcd 3.4's v3 API over its JSON gateway.
///
/// A request goes to the member that answered last. One that is silent for ``EtcdSettings/patience`` is left for the next;
/// the wait doubles with each round, so that a slow cluster is still heard. A request whose answer was lost may have been
/// carried out, and is sent again: whoever writes has to compare revisions.
package final class EtcdClient: Sendable {
    /// Which cluster answers, and the largest revision that it has shown.
    package struct Position: Sendable, Equatable {
        package var cluster: Int64
        package var revision: Int64

        package init(cluster: Int64, revision: Int64) {
            (self.cluster, self.revision) = (cluster, revision)
        }
    }

    private struct State {
        var preferred = 0
        var token: String?
        var position: Position?
        /// Why nothing is asked any more.
        var failure: EtcdError?
    }

    package let settings: EtcdSettings
    let logger: Logger
    let http: HTTPClient
    /// Watches have connections of their own, on which silence ends them.
    let watchHTTP: HTTPClient
    private let state: Mutex<State>

    /// A client.
    ///
    /// - Parameter position: What an earlier client of the same store saw last; an older store is refused.
    package init(_ settings: EtcdSettings, position: Position? = nil, logger: Logger) {
        self.settings = settings
        self.logger = logger
        state = Mutex(State(position: position))
        http = .cms(
            connectTimeout: .nanoseconds(max(1, Self.nanoseconds(settings.patience))),
            readTimeout: .nanoseconds(Self.nanoseconds(settings.deadline)),
            connectionsPerHost: 16,
            deadPeerTimeout: .seconds(5)
        )
        watchHTTP = .cms(
            connectTimeout: .nanoseconds(max(1, Self.nanoseconds(settings.patience))),
            readTimeout: .nanoseconds(Self.nanoseconds(settings.watchSilence)),
            connectionsPerHost: 64,
            deadPeerTimeout: .seconds(5)
        )
    }

    /// Closes the connections.
    package func shutdown() async {
        await http.shutDown(within: .seconds(1))
        await watchHTTP.shutDown(within: .seconds(1))
    }

    /// What was seen last; `nil` before the first answer.
    package var position: Position? { state.withLock { $0.position } }

    /// The member that is asked first.
    package var preferredEndpoint: String { settings.endpoints[state.withLock { $0.preferred }] }

    private static func nanoseconds(_ duration: Duration) -> Int64 { Int64(duration / .nanoseconds(1)) }

    /// Asks one member after the other until one answers or the time is over.
    func call<Answer: Decodable>(
        _ path: String,
        _ request: some Encodable & Sendable,
        as type: Answer.Type,
        within limit: Duration? = nil
    ) async throws -> Answer {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        let body = try JSONEncoder().encode(request)
        let end = ContinuousClock.now.advanced(by: limit ?? settings.deadline)
        var failures: [String: String] = [:]
        var lastError: EtcdError?
        var attempt = 0
        while true {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .milliseconds(1) else { break }
            let index = state.withLock { $0.preferred }
            let endpoint = settings.endpoints[index]
            do {
                let data = try await authorized(endpoint, path, body, wait: min(left, patience(attempt)))
                return try Self.decoded(type, data)
            } catch let error as EtcdError where !error.isTransient {
                throw error
            } catch let error as EtcdError {
                (lastError, failures[endpoint]) = (error, "\(error)")
            } catch let error as CancellationError {
                throw error
            } catch {
                if Task.isCancelled { throw CancellationError() }
                failures[endpoint] = error is DeadlineExceeded ? "no answer in time" : ErrorText.of(error)
            }
            leave(index, because: failures[endpoint] ?? "")
            attempt += 1
            if attempt.isMultiple(of: settings.endpoints.count) {
                try await Task.sleep(for: min(.milliseconds(100), max(.zero, ContinuousClock.now.duration(to: end))))
            }
        }
        throw lastError ?? EtcdError.unreachable(failures)
    }

    /// How long a member may be silent: longer with each round, and without another member as long as there is time.
    private func patience(_ attempt: Int) -> Duration {
        guard settings.endpoints.count > 1 else { return settings.deadline }
        return settings.patience * (1 << min(attempt / settings.endpoints.count, 10))
    }

    /// Prefers the next member, if nobody else has done so meanwhile.
    func leave(_ index: Int, because reason: String) {
        let count = settings.endpoints.count
        let moved = state.withLock { state in
            guard count > 1, state.preferred == index else { return false }
            state.preferred = (index + 1) % count
            return true
        }
        if moved {
            logger.info(
                "leaving a member of etcd for the next",
                metadata: ["member": "\(settings.endpoints[index])", "reason": "\(reason)"]
            )
        }
    }

    var preferredIndex: Int { state.withLock { $0.preferred } }

    /// One request with the user's token, renewed once when it is not known any more.
    private func authorized(_ endpoint: String, _ path: String, _ body: Data, wait: Duration) async throws -> Data {
        let token = try await token(endpoint, renewing: nil, wait: wait)
        do {
            return try await post(endpoint, path, body, token: token, wait: wait)
        } catch let stale as StaleToken {
            guard settings.user != nil else { throw EtcdError.notAuthenticated(stale.message) }
            let renewed = try await self.token(endpoint, renewing: token, wait: wait)
            do {
                return try await post(endpoint, path, body, token: renewed, wait: wait)
            } catch let stale as StaleToken {
                throw EtcdError.notAuthenticated(stale.message)
            }
        }
    }

    /// The token; a new one when there is none, or still the one that is not good any more.
    func token(_ endpoint: String, renewing old: String?, wait: Duration) async throws -> String? {
        guard let user = settings.user else { return nil }
        if let token = state.withLock({ $0.token }), token != old { return token }
        let body = try JSONEncoder().encode(EtcdMessages.AuthenticateRequest(name: user.name, password: user.password))
        let data = try await post(endpoint, "/v3/auth/authenticate", body, token: nil, wait: wait)
        let token = try Self.decoded(EtcdMessages.AuthenticateAnswer.self, data).token
        state.withLock { $0.token = token }
        return token
    }

    /// A request as HTTP.
    func request(_ endpoint: String, _ path: String, _ body: Data, token: String?) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: endpoint + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        if let token { request.headers.add(name: "Authorization", value: token) }
        request.tlsConfiguration = settings.tls
        request.body = .bytes(ByteBuffer(bytes: body))
        return request
    }

    private func post(_ endpoint: String, _ path: String, _ body: Data, token: String?, wait: Duration) async throws
        -> Data
    {
        let request = request(endpoint, path, body, token: token)
        let limit = settings.answerLimit
        let http = http
        let (status, data) = try await withDeadline(wait) {
            let response = try await http.execute(request, deadline: .now() + .nanoseconds(Self.nanoseconds(wait)))
            do {
                let body = try await response.body.collect(upTo: limit)
                return (response.status.code, Data(body.readableBytesView))
            } catch is NIOTooManyBytesError {
                throw EtcdError.tooLarge
            }
        }
        guard status != 200 else { return data }
        throw Self.failure(status, data)
    }

    /// A token that a member does not know: it was restarted, or the token has ended.
    private struct StaleToken: Error {
        var message: String
    }

    /// What an answer with another status than 200 means.
    static func failure(_ status: UInt, _ data: Data) -> any Error {
        guard let answer = try? JSONDecoder().decode(EtcdMessages.ErrorAnswer.self, from: data),
            let message = answer.message ?? answer.error
        else { return EtcdError.unreadable("status \(status) without an error of etcd's") }
        let words = String(PrintableText.of(message).prefix(300))
        return EtcdError.isStaleToken(message)
            ? StaleToken(message: words) : EtcdError(code: answer.code, message: words)
    }

    private static func decoded<Answer: Decodable>(_ type: Answer.Type, _ data: Data) throws -> Answer {
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw EtcdError.unreadable("\(UnreadableMessage(error))")
        }
    }

    /// Takes note of an answer's cluster and revision.
    ///
    /// - Parameter asked: What was known before the request was sent: an answer must not be older.
    /// - Throws: ``EtcdError/wentBack(seen:found:)`` or ``EtcdError/otherCluster``, from then on for every answer.
    func note(_ header: EtcdMessages.Header, asked: Position?) throws {
        try state.withLock { state in
            if let known = state.position ?? asked, known.cluster != header.cluster_id {
                state.failure = .otherCluster
            } else if let asked, header.revision < asked.revision {
                state.failure = .wentBack(seen: asked.revision, found: header.revision)
            }
            if let failure = state.failure { throw failure }
            state.position = Position(
                cluster: header.cluster_id,
                revision: max(state.position?.revision ?? 0, header.revision)
            )
        }
    }
}
