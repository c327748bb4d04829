import AsyncHTTPClient
import Logging
import NIOCore
import Proxy
import ServerSupport
import ServiceLifecycle
import Shared

/// The parts of an agent that serve, by what is served.
struct ServingParts {
    /// In the order in which they start; they stop from the last to the first.
    let services: [any Service]
    /// Says how much work there is.
    let work: any WorkloadSource
    /// What computes; `nil` unless the built-in service is served.
    let pool: ComputePool?

    /// The parts.
    ///
    /// - Parameters:
    ///   - configuration: The agent's settings.
    ///   - status: What all parts of the agent share.
    ///   - statistics: Counts the requests.
    ///   - identity: What the server shows; it starts when this is set.
    ///   - listening: Gets the port when the server listens.
    ///   - loops: The event loops.
    ///   - client: Asks the service how it is.
    ///   - logger: The logger.
    init(
        configuration: AgentConfiguration,
        status: AgentStatus,
        statistics: ServiceStatistics,
        identity: Latch<RotatingIdentity>,
        listening: Latch<Int>,
        loops: any EventLoopGroup,
        client: HTTPClient,
        logger: Logger
    ) {
        switch configuration.service {
        case .builtIn:
            let pool = ComputePool(
                workers: configuration.workers,
                queueLimit: configuration.queueLimit,
                logger: logger
            )
            let responder = AgentResponder(
                pool: pool,
                statistics: statistics,
                status: status,
                watch: DepartureWatch(),
                metrics: AgentMetrics(work: pool, statistics: statistics, status: status),
                maximumN: configuration.maximumN,
                requestDeadline: configuration.requestDeadline
            )
            let stopper = AcceptStopper(loops: loops)
            let server = AgentServer(
                listen: configuration.listen,
                maximumConnections: configuration.maximumConnections,
                responder: responder,
                identity: identity,
                listening: listening,
                stopper: stopper,
                logger: logger
            )
            (services, work, self.pool) = ([server, stopper], pool, pool)
        case .proxy(let service):
            let gate = RequestGate(limit: service.settings.concurrency, queueLimit: service.settings.queueLimit)
            let health = ServiceHealth(
                service: service,
                client: client,
                loops: loops,
                answered: { statistics.totals.answered },
                logger: logger
            )
            let host = ProxiedServiceHost(
                status: status,
                statistics: statistics,
                metrics: AgentMetrics(work: gate, statistics: statistics, status: status),
                health: health
            )
            let server = ProxyServer(
                listen: configuration.listen,
                settings: service.settings,
                host: host,
                gate: gate,
                identity: identity,
                certificate: service.certificate,
                listening: listening,
                loops: loops,
                logger: logger
            )
            let certificate: [any Service] = service.certificate.map { [$0] } ?? []
            (services, work, pool) = ([health] + certificate + [server], gate, nil)
        }
    }
}
