import AsyncHTTPClient
import Hummingbird
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

    private init(services: [any Service], work: any LoadSource, pool: ComputePool? = nil) {
        self.services = services
        self.work = work
        self.pool = pool
    }

    /// The parts of an agent.
    init(_ context: ServingContext) {
        switch context.configuration.service {
        case .builtIn: self = Self.builtIn(context)
        case .proxy(let service): self = Self.proxy(service, context)
        case .beside(let service): self = Self.beside(service, context)
        }
    }

    private static func builtIn(_ context: ServingContext) -> ServingParts {
        let configuration = context.configuration
        let pool = ComputePool(
            workers: configuration.workers,
            queueLimit: configuration.queueLimit,
            logger: context.logger
        )
        let watch = DepartureWatch()
        let responder = AgentResponder(
            pool: pool,
            statistics: context.statistics,
            status: context.status,
            watch: watch,
            metrics: AgentMetrics(work: pool, statistics: context.statistics, status: context.status),
            maximumN: configuration.maximumN,
            requestDeadline: configuration.requestDeadline
        )
        let stopper = AcceptStopper(loops: context.loops)
        let server = context.server(responder, watch: watch, stopper: stopper)
        let work = CountedRequests(source: pool, statistics: context.statistics)
        return ServingParts(services: [server, stopper], work: work, pool: pool)
    }

    private static func proxy(_ service: ProxiedService, _ context: ServingContext) -> ServingParts {
        let statistics = context.statistics
        let gate = RequestGate(limit: service.settings.concurrency, queueLimit: service.settings.queueLimit)
        let check = ServiceCheck(client: context.client, loops: context.loops, timeout: service.healthTimeout)
        let health = ServiceHealth(
            name: "\(service.settings.upstream)",
            interval: service.healthInterval,
            answered: { statistics.totals.answered },
            logger: context.logger
        ) {
            let upstream = service.settings.upstream
            guard let path = service.healthPath else { return try await check.connect(upstream) }
            try await check.get(ServiceCheck.url(upstream, path: path), shown: path)
        }
        let host = ProxiedServiceHost(
            status: context.status,
            statistics: statistics,
            metrics: AgentMetrics(work: gate, statistics: statistics, status: context.status),
            health: health
        )
        let server = ProxyServer(
            listen: context.configuration.listen,
            settings: service.settings,
            host: host,
            gate: gate,
            identity: context.identity,
            certificate: service.certificate,
            listening: context.listening,
            loops: context.loops,
            logger: context.logger
        )
        let certificate: [any Service] = service.certificate.map { [$0] } ?? []
        return ServingParts(
            services: [health] + certificate + [server],
            work: CountedRequests(source: gate, statistics: statistics)
        )
    }

    private static func beside(_ service: BesideService, _ context: ServingContext) -> ServingParts {
        let monitor = BesideMonitor(
            service: service,
            status: context.status,
            client: context.client,
            logger: context.logger
        )
        let check = ServiceCheck(client: context.client, loops: context.loops, timeout: service.timeout)
        let health = ServiceHealth(
            name: service.endpoint,
            interval: service.interval * 2,
            answered: { 0 },
            logger: context.logger
        ) {
            if let command = service.healthCommand {
                return try await ShellCommand.run(command, within: service.timeout)
            }
            guard let url = service.health else {
                return try await check.connect(.tcp(HostPort(host: "127.0.0.1", port: Int(service.port))))
            }
            try await check.get(url, shown: url)
        }
        let responder = BesideResponder(
            status: context.status,
            metrics: AgentMetrics(work: monitor, statistics: context.statistics, status: context.status),
            health: health
        )
        let stopper = AcceptStopper(loops: context.loops)
        let server = context.server(responder, watch: DepartureWatch(), stopper: stopper)
        return ServingParts(services: [monitor, health, server, stopper], work: monitor)
    }
}

/// What the parts that serve are made from.
struct ServingContext {
    /// The agent's settings.
    let configuration: AgentConfiguration
    /// What all parts of the agent share.
    let status: AgentStatus
    /// Counts the requests.
    let statistics: ServiceStatistics
    /// What the server shows; it starts when this is set.
    let identity: Latch<RotatingIdentity>
    /// Gets the port when the server listens.
    let listening: Latch<Int>
    /// The event loops.
    let loops: any EventLoopGroup
    /// Asks the service how it is.
    let client: HTTPClient
    /// The logger.
    let logger: Logger

    /// The agent's own HTTPS server.
    func server<Responder: HTTPResponder>(
        _ responder: Responder,
        watch: DepartureWatch,
        stopper: AcceptStopper
    ) -> AgentServer<Responder> where Responder.Context == AgentRequestContext {
        AgentServer(
            listen: configuration.listen,
            maximumConnections: configuration.maximumConnections,
            responder: responder,
            watch: watch,
            identity: identity,
            listening: listening,
            stopper: stopper,
            logger: logger
        )
    }
}
