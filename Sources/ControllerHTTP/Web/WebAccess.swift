import Autoscaling
import Foundation
import HTTPTypes
import Hummingbird
import Lifecycle
import Monitoring
import Orchestration
import ServerSupport
import Shared
import Synchronization
import Wire

/// Decides who asks at the web interface, and what they may.
package struct WebAccess: Sendable {
    /// What everyone may fetch, wherever it listens: nothing in it tells anything of the groups.
    static let open: Set<String> = ["/healthz"]
    /// The operator's name in events, for those with the token.
    package static let name = "web"
    /// Wrong tokens that one address may show in the long run, and at once.
    private static let failureRate = (perSecond: 1.0, burst: 10.0)

    /// Whether only programs on this host can reach it.
    package let isLoopback: Bool
    /// The token, if there is one.
    package let token: WebToken?
    /// The names in `Host` that are taken on loopback.
    package let names: Set<String>
    package let clock: SteadyClock
    package let report: @Sendable (ControllerEvent) -> Void
    private let failures = FailureGate(
        RateLimiter(perSecond: failureRate.perSecond, burst: failureRate.burst)
    )

    package init(
        address: HostPort,
        token: WebToken?,
        clock: SteadyClock,
        report: @escaping @Sendable (ControllerEvent) -> Void
    ) {
        isLoopback = address.isLoopback
        self.token = token
        names = ["localhost", "127.0.0.1", "::1", Self.canonical(address.host)]
        self.clock = clock
        self.report = report
    }

    /// The sender, as the request shows it.
    ///
    /// - Returns: The sender, or the answer when a token is wrong or wrong too often.
    func peer(of request: Request, from address: IPAddress?) -> Result<Peer, Refusal> {
        guard let token, let header = request.headers[.authorization] else {
            return .success(isLoopback ? .reader : .anonymous)
        }
        let sender = address ?? IPAddress(family: .v4, value: 0)
        guard failures.wouldAdmit(sender, now: clock.now) else { return .failure(Self.tooOften) }
        let words = header.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer", token.matches(words[1]) else {
            failures.count(sender, now: clock.now)
            report(
                ControllerEvent(
                    .peerRefused,
                    at: clock.date,
                    detail: "\(sender) showed a wrong token to the web interface"
                )
            )
            return .failure(Self.wrongToken)
        }
        return .success(.identified(.operator(name: Self.name)))
    }

    /// Whether a `Host` is one of the names that are taken on loopback.
    func answers(to text: String) -> Bool {
        HostPort(text, defaultPort: 80).map { names.contains(Self.canonical($0.host)) } ?? false
    }

    /// An address in the one way of writing it, a name in lower case.
    private static func canonical(_ host: String) -> String { IPAddress(host)?.description ?? host.lowercased() }

    /// Checks the name under which a browser came: a page of another site may have had its name point here.
    func checkHost(_ request: Request) throws {
        guard isLoopback else { return }
        let text = request.head.authority ?? ""
        guard answers(to: text) else {
            throw Problem(
                .misdirectedRequest,
                code: "wrong-host",
                detail:
                    "the web interface answers under localhost, 127.0.0.1 and [::1] only, not '\(text.prefix(64))'; "
                    + "open it under one of these"
            )
        }
    }

    /// Checks that a peer may do this; `nil` when it may.
    func refusal(of peer: Peer, for request: Request, isOpen: Bool) -> Refusal? {
        let reads = request.method == .get || request.method == .head
        if reads, isOpen { return nil }
        switch peer {
        case .identified: return nil
        case .reader where reads: return nil
        case .reader, .anonymous, .nameless:
            return token == nil ? Self.readOnly : Self.noToken
        }
    }

    /// An answer that refuses.
    package struct Refusal: Error {
        package var problem: Problem
        var headers: HTTPFields

        package var response: Response { problem.response(headers: headers) }

        package init(problem: Problem, headers: HTTPFields) {
            self.problem = problem
            self.headers = headers
        }
    }

    private static let challenge: HTTPFields = [.wwwAuthenticate: "Bearer realm=\"cms\""]

    private static let noToken = Refusal(
        problem: Problem(
            .unauthorized,
            code: "no-token",
            detail: "this needs the token of the web interface: send 'Authorization: Bearer TOKEN'"
        ),
        headers: challenge
    )

    private static let wrongToken = Refusal(
        problem: Problem(
            .unauthorized,
            code: "wrong-token",
            detail: "this is not the token that the controller read from web-token-file at its start"
        ),
        headers: challenge
    )

    private static let tooOften = Refusal(
        problem: Problem(
            .tooManyRequests,
            code: "too-often",
            detail: "too many wrong tokens came from this address; wait a second"
        ),
        headers: [.retryAfter: "1"]
    )

    private static let readOnly = Refusal(
        problem: Problem(
            .forbidden,
            code: "read-only",
            detail: "the web interface only shows; to steer from it, start the controller with --web-token-file"
        ),
        headers: [:]
    )
}

/// Counts wrong tokens by sender.
private final class FailureGate: Sendable {
    private let limiter: Mutex<RateLimiter<IPAddress>>

    init(_ limiter: RateLimiter<IPAddress>) {
        self.limiter = Mutex(limiter)
    }

    func wouldAdmit(_ address: IPAddress, now: MonotonicInstant) -> Bool {
        limiter.withLock { $0.wouldAdmit(address.sender, now: now) }
    }

    func count(_ address: IPAddress, now: MonotonicInstant) {
        _ = limiter.withLock { $0.admit(address.sender, now: now) }
    }
}

/// Lets through who may.
package struct WebAccessMiddleware: RouterMiddleware {
    package typealias Context = PeerContext
    package let access: WebAccess
    package let table: RouteTable

    package func handle(
        _ request: Request,
        context: PeerContext,
        next: (Request, PeerContext) async throws -> Response
    ) async throws -> Response {
        try access.checkHost(request)
        var context = context
        switch access.peer(of: request, from: context.address) {
        case .success(let peer): context.peer = peer
        case .failure(let refusal): return refusal.response
        }
        let path = request.uri.path
        let isOpen = WebAccess.open.contains(path) || StaticFiles.paths.contains(path)
        // On loopback everyone may know which routes there are: a wrong one is said before who may use it.
        let isRoute = WebRouteMiddleware.isPlain(path) && table.methods(of: path).contains(request.method.rawValue)
        if isRoute || !access.isLoopback,
            let refusal = access.refusal(of: context.peer, for: request, isOpen: isOpen)
        {
            return refusal.response
        }
        return try await next(request, context)
    }
}
