import AsyncHTTPClient
import Logging
import NIOCore
import Proxy
import ServerSupport
import ServiceLifecycle
import Shared
import Wire

/// The parts of an agent that serve, by what is served.
struct ServingParts {
    /// In the order in which they start; they stop from the last to the first.
    let services: [any Service]
    /// Says how much work there is.
    let work: any LoadSource
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
            let watch = DepartureWatch()
            let responder = AgentResponder(
                pool: pool,
                statistics: statistics,
                status: status,
                watch: watch,
                metrics: AgentMetrics(work: pool, statistics: statistics, status: status),
                maximumN: configuration.maximumN,
                requestDeadline: configuration.requestDeadline
            )
            let stopper = AcceptStopper(loops: loops)
            let server = AgentServer(
                listen: configuration.listen,
                maximumConnections: configuration.maximumConnections,
                responder: responder,
                watch: watch,
                identity: identity,
                listening: listening,
                stopper: stopper,
                logger: logger
            )
            (services, work) = ([server, stopper], CountedRequests(source: pool, statistics: statistics))
            self.pool = pool
        case .proxy(let service):
            let gate = RequestGate(limit: service.settings.concurrency, queueLimit: service.settings.queueLimit)
            let check = ServiceCheck(client: client, loops: loops, timeout: service.healthTimeout)
            let health = ServiceHealth(
                name: "\(service.settings.upstream)",
                interval: service.healthInterval,
                answered: { statistics.totals.answered },
                logger: logger
            ) {
                let upstream = service.settings.upstream
                guard let path = service.healthPath else { return try await check.connect(upstream) }
                try await check.get(ServiceCheck.url(upstream, path: path), shown: path)
            }
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
            services = [health] + certificate + [server]
            (work, pool) = (CountedRequests(source: gate, statistics: statistics), nil)
        case .beside(let service):
            let monitor = BesideMonitor(service: service, status: status, client: client, logger: logger)
            let check = ServiceCheck(client: client, loops: loops, timeout: service.timeout)
            let health = ServiceHealth(
                name: service.endpoint,
                interval: service.interval * 2,
                answered: { 0 },
                logger: logger
            ) {
                guard let url = service.health else {
                    return try await check.connect(.tcp(HostPort(host: "127.0.0.1", port: Int(service.port))))
                }
                try await check.get(url, shown: url)
            }
            let stopper = AcceptStopper(loops: loops)
            let server = AgentServer(
                listen: configuration.listen,
                maximumConnections: configuration.maximumConnections,
                responder: BesideResponder(
                    status: status,
                    metrics: AgentMetrics(work: monitor, statistics: statistics, status: status),
                    health: health
                ),
                watch: DepartureWatch(),
                identity: identity,
                listening: listening,
                stopper: stopper,
                logger: logger
            )
            (services, work, pool) = ([monitor, health, server, stopper], monitor, nil)
        }
    }
}
