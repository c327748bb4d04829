import HTTPTypes
import Hummingbird
import NIOCore
import Shared
import Synchronization
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A controller with knobs: what its endpoint watch says and when it breaks is up to the test.
package final class FakeController: Sendable {
    /// What the controller was asked.
    package enum Observation: Sendable, Equatable {
        case watch(from: UInt64?)
        case acknowledged(UInt64)
        case renewal
    }

    private struct State {
        var set = EndpointSet(revision: 1, endpoints: [])
        var streams: [AsyncStream<ByteBuffer>.Continuation] = []
        var refusal: Problem?
        /// The only group there is; `nil`: whichever is asked for.
        var group: String?
        var groupsOfAcknowledgements: Set<String> = []
        var isSilent = false
        var acknowledgementFailures = 0
        var controllers: [String]?
    }

    private let state = Mutex(State())
    private let authority: TestAuthority
    private let leafLifetime: Duration
    /// What the controller was asked, in order.
    package let observations: AsyncStream<Observation>
    private let observe: AsyncStream<Observation>.Continuation

    /// A controller with these endpoints in its set.
    package init(_ authority: TestAuthority, endpoints: [Endpoint] = [], leafLifetime: Duration = .seconds(3600)) {
        self.authority = authority
        self.leafLifetime = leafLifetime
        (observations, observe) = AsyncStream.makeStream()
        state.withLock { $0.set.endpoints = endpoints }
    }

    /// Refuses watches with this problem; `nil` to serve again.
    package func refuse(_ problem: Problem?) { state.withLock { $0.refusal = problem } }

    /// Has this group alone, and no first one to fall back on.
    package func serve(group: String) { state.withLock { $0.group = group } }

    /// The groups that revisions were acknowledged of.
    package var groupsOfAcknowledgements: Set<String> { state.withLock { $0.groupsOfAcknowledgements } }

    /// Tells of these controllers in the first line of each stream.
    package func tell(_ controllers: [HostPort]) {
        state.withLock { $0.controllers = controllers.map(\.description) }
    }

    /// Opens streams and says nothing on them.
    package func keepSilent(_ silent: Bool) { state.withLock { $0.isSilent = silent } }

    /// Fails so many acknowledgements with 503.
    package func failAcknowledgements(_ count: Int) { state.withLock { $0.acknowledgementFailures = count } }

    /// Sends a change on all streams, the next revision unless told otherwise.
    package func change(added: [Endpoint] = [], removed: [Endpoint] = [], revision: UInt64? = nil) throws {
        let gone = Set(removed.map(\.id))
        let revision = state.withLock { state in
            state.set.revision = revision ?? state.set.revision + 1
            state.set.endpoints = state.set.endpoints.filter { !gone.contains($0.id) } + added
            return state.set.revision
        }
        var notice = EndpointNotice(kind: .change, revision: revision, at: Date())
        notice.added = added
        notice.removed = removed
        send(try WireCoding.line(notice))
    }

    /// Sends `scaling` for `name`.
    package func announceScaling(_ name: String) throws {
        var notice = EndpointNotice(kind: .scaling, revision: state.withLock { $0.set.revision }, at: Date())
        notice.name = name
        notice.reason = "overloaded"
        send(try WireCoding.line(notice))
    }

    /// Sends bytes as they are on all streams.
    package func send(_ bytes: ByteBuffer) {
        for stream in state.withLock({ $0.streams }) { stream.yield(bytes) }
    }

    /// Ends all streams.
    package func dropStreams() {
        let streams = state.withLock { state in
            defer { state.streams = [] }
            return state.streams
        }
        for stream in streams { stream.finish() }
    }

    /// The routes.
    package var router: Router<BasicRequestContext> {
        let router = Router()
        router.get("/v1/endpoints") { request, _ in try self.watch(request) }
        router.post("/v1/endpoints/acks") { request, _ in
            let body = try await request.body.collect(upTo: 4096)
            let message = try WireCoding.decode(EndpointAcknowledgement.self, from: body)
            let group = request.uri.queryParameters["group"].map(String.init)
            let fails = self.state.withLock { state in
                defer { state.acknowledgementFailures = max(0, state.acknowledgementFailures - 1) }
                if let group { state.groupsOfAcknowledgements.insert(group) }
                return state.acknowledgementFailures > 0
            }
            if fails { throw Problem(.serviceUnavailable, code: "busy", detail: "busy") }
            self.observe.yield(.acknowledged(message.revision))
            return HTTPResponse.Status.noContent
        }
        router.post("/v1/renew") { request, _ in
            let body = try await request.body.collect(upTo: WireLimits.enrollmentBody)
            let message = try WireCoding.decode(RenewalRequest.self, from: body)
            let leaf = CertificateAuthority.Leaf(
                id: .client(name: "test"),
                usage: .client,
                lifetime: self.leafLifetime
            )
            let issued = try self.authority.authority.issue(leaf, forRequest: message.csr, now: Date())
            self.observe.yield(.renewal)
            return Response(status: .ok, body: .init(byteBuffer: try WireCoding.line(issued)))
        }
        return router
    }

    private func watch(_ request: Request) throws -> Response {
        let query = request.uri.queryParameters
        observe.yield(.watch(from: query["from"].flatMap { UInt64($0) }))
        let (lines, stream) = AsyncStream<ByteBuffer>.makeStream()
        let asked = query["group"].map(String.init)
        let (refusal, set, isSilent, controllers) = state.withLock { state in
            if let group = state.group, group != asked {
                state.refusal = Problem(.notFound, code: "no-such-group", detail: "there are: \(group)")
            }
            if state.refusal == nil { state.streams.append(stream) }
            return (state.refusal, state.set, state.isSilent, state.controllers)
        }
        if let refusal { throw refusal }
        if !isSilent {
            let resumes = query["from"].flatMap { UInt64($0) } == set.revision
            var notice = EndpointNotice(kind: resumes ? .heartbeat : .set, revision: set.revision, at: Date())
            if !resumes { notice.endpoints = set.endpoints }
            notice.controllers = controllers
            stream.yield(try WireCoding.line(notice))
        }
        return Response(
            status: .ok,
            body: ResponseBody { writer in
                for await line in lines { try await writer.write(line) }
                try await writer.finish(nil)
            }
        )
    }
}
