import Autoscaling
import EmbeddedStore
import Foundation
import HTTPTypes
import History
import Hummingbird
import Lifecycle
import Logging
import Monitoring
import NIOCore
import Orchestration
import Persistence
import ServerSupport
import Shared
import Synchronization
import Wire

/// The HTTPS API of port 7000: who may ask what, and what is answered.
package struct ControllerAPI: Sendable {
    /// Attempts to enroll that one address may make in the long run, and at once.
    private static let enrollmentRate = (perSecond: 2.0, burst: 20.0)
    /// Likewise to join as a controller, which is rare.
    private static let joinRate = (perSecond: 1.0, burst: 10.0)
    package let parts: Parts
    let enrollments = EnrollmentGate(
        RateLimiter(perSecond: enrollmentRate.perSecond, burst: enrollmentRate.burst)
    )
    let joins = EnrollmentGate(RateLimiter(perSecond: joinRate.perSecond, burst: joinRate.burst))
    /// Whose group each agent is of, where others own groups.
    let agentGroups = AgentGroups()
    /// Those who wait for events.
    let eventWaits = WaitGate(limit: 1000)

    package init(parts: Parts) {
        self.parts = parts
    }

    /// The routes.
    package func router() -> Router<PeerContext> {
        let router = Router(context: PeerContext.self)
        router.add(middleware: RequestCounter(listener: .api, metrics: parts.metrics))
        router.add(middleware: PeerMiddleware())
        router.add(middleware: OnBehalfMiddleware(api: self))
        router.add(middleware: ProblemMiddleware())
        router.get("/healthz") { _, _ in try Response.message(["status": "ok", "version": CMSVersion.current]) }
        router.post("/v1/enroll", use: enroll)
        router.post("/v1/join", use: join)
        // Whose identity it has to be, the handlers ask: an agent may act under its own UUID alone.
        router.requiring(.identified)
            .post("/v1/renew", use: renew)
            .get("/v1/authority", use: authority)
            .put("/v1/agents/{uuid}", use: register)
            .post("/v1/agents/{uuid}/reports", use: report)
            .get("/v1/agents/{uuid}/commands", use: commands)
        router.requiring(.client)
            .get("/v1/endpoints", use: endpoints)
            .post("/v1/endpoints/acks", use: acknowledge)
        addReading(to: router)
        addSteering(to: router)
        router.requiring(.operator)
            .post("/v1/reload", use: reload)
            // On this port alone: it holds what the controller must not lose.
            .get("/v1/backup", use: backup)
        return router
    }

    /// What operators and the web interface may read.
    func addReading(to router: Router<PeerContext>) {
        router.requiring(.reader)
            .get("/metrics") { [parts] request, _ in parts.metrics.response(accept: request.headers[.accept]) }
            .get("/v1/groups", use: groups)
            .get("/v1/groups/{group}", use: atOwner(of: .group, groupStatus))
            // The store is shared: any controller tells the whole ledger.
            .get("/v1/instances", use: instances)
            .get("/v1/instances/{instance}", use: atOwner(of: .instance, instance))
            .get("/v1/hosts", use: hosts)
            .get("/v1/hosts/{host}", use: host)
            .get("/v1/events", use: events)
            .get("/v1/history", use: atOwner(of: .query, history))
            .get("/v1/decisions", use: atOwner(of: .query, decisions))
    }

    /// What operators and the web interface, with its token, may do.
    func addSteering(to router: Router<PeerContext>) {
        router.requiring(.operator)
            .post("/v1/groups/{group}/pause", use: atOwner(of: .group, pause))
            .post("/v1/groups/{group}/resume", use: atOwner(of: .group, resume))
            .put("/v1/groups/{group}/size", use: atOwner(of: .group, holdSize))
            .delete("/v1/groups/{group}/size", use: atOwner(of: .group, releaseSize))
            .post("/v1/groups/{group}/retry", use: atOwner(of: .group, retry))
            .post("/v1/groups/{group}/rollout", use: atOwner(of: .group, rollout))
            .delete("/v1/groups/{group}/rollout", use: atOwner(of: .group, abortRollout))
            .put("/v1/instances/{instance}/protection", use: atOwner(of: .instance, protect))
            .delete("/v1/instances/{instance}/protection", use: atOwner(of: .instance, unprotect))
            .post("/v1/instances/{instance}/drain", use: atOwner(of: .instance, drain))
            .post("/v1/hosts/{host}/cordon", use: cordon)
            .post("/v1/hosts/{host}/uncordon", use: uncordon)
            .post("/v1/hosts/{host}/evacuate", use: evacuate)
    }

    /// Notes that a peer was refused, and why.
    func refuse(_ problem: Problem, _ context: PeerContext) -> Problem {
        let address = context.address?.description ?? "unknown address"
        parts.report(
            ControllerEvent(
                .peerRefused,
                at: parts.clock.date,
                detail: "\(address) was refused (\(problem.code)): \(problem.detail)"
            )
        )
        return problem
    }
}

/// Counts attempts to enroll, or to join, by address.
final class EnrollmentGate: Sendable {
    private let limiter: Mutex<RateLimiter<IPAddress>>

    init(_ limiter: RateLimiter<IPAddress>) {
        self.limiter = Mutex(limiter)
    }

    func admit(_ address: IPAddress, now: MonotonicInstant) -> Bool {
        limiter.withLock { $0.admit(address, now: now) }
    }
}

/// Unknown paths ask for a certificate first; what Hummingbird itself refuses becomes a problem, too.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = PeerContext

    func handle(
        _ request: Request,
        context: PeerContext,
        next: (Request, PeerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError {
            if error.status == .notFound {
                _ = try context.requireIdentity()
                throw Problem(
                    .notFound,
                    code: "no-such-route",
                    detail: "there is no \(request.method) \(request.uri.path)"
                )
            }
            throw Problem(error.status, code: "refused", detail: error.body ?? error.status.reasonPhrase)
        }
    }
}
