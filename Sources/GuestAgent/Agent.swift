import AsyncHTTPClient
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Shared
import UnixSignals
import Wire

/// The guest agent: serves, reports its load, and keeps its identity, until it is told to stop.
package final class Agent: Service {
    /// The port that the HTTPS endpoint listens on, from when it does.
    package let listening = Latch<Int>()
    /// The name and state that answers and probes show.
    package let status: AgentStatus
    /// What computes; `nil` unless the built-in service is served.
    let pool: ComputePool?
    let statistics = ServiceStatistics()
    let keeper: IdentityKeeper
    private let configuration: AgentConfiguration
    private let client: HTTPClient
    private let clients: ControllerClients
    private let services: [any Service]
    private let logger: Logger

    /// An agent that does nothing until ``run(signals:)``, which must be called once.
    package init(
        configuration: AgentConfiguration,
        notifier: SystemdNotifier = SystemdNotifier(environment: [:]),
        logger: Logger
    ) {
        let loops = MultiThreadedEventLoopGroup.singleton
        self.configuration = configuration
        self.logger = logger
        client = HTTPClient.cms(readTimeout: .seconds(60), connectionsPerHost: 4, group: loops)
        status = AgentStatus(server: configuration.state.serverName ?? SystemInformation.hostname)
        clients = ControllerClients(readTimeout: .seconds(60), connectionsPerHost: 4, group: loops)
        let connections = ControllerConnections(
            known: KnownControllers(configuration.controllers) { [state = configuration.state] controllers in
                Self.keep(controllers, in: state, logger)
            },
            clients: clients,
            timeout: configuration.timing.call
        )
        keeper = IdentityKeeper(configuration: configuration, connections: connections, logger: logger)
        let serving = ServingParts(
            ServingContext(
                configuration: configuration,
                status: status,
                statistics: statistics,
                identity: keeper.identity,
                listening: listening,
                loops: loops,
                client: client,
                logger: logger
            )
        )
        pool = serving.pool
        let session = ControllerSession(
            configuration: configuration,
            connections: connections,
            keeper: keeper,
            listening: listening,
            monitor: LoadMonitor(
                work: serving.work,
                status: status,
                holdFile: configuration.holdFile
            ),
            status: status,
            clock: GuestClock(configuration.clock, logger: logger),
            logger: logger
        )
        let systemd = SystemdService(
            notifier: notifier,
            keeper: keeper,
            listening: listening,
            known: connections.known,
            loops: loops
        )
        // Stopped from the last to the first: the controller sees the session end, clients are sent elsewhere, and
        // the server finishes what it has.
        services = [keeper] + serving.services + [session, systemd]
    }

    /// Runs until the surrounding service group shuts down or the task is cancelled.
    package func run() async throws {
        try await run(signals: [])
    }

    /// Runs until one of `signals` arrives or the task is cancelled; then finishes what is in flight.
    ///
    /// - Throws: What keeps the agent from serving, such as a port that is taken.
    package func run(signals: [UnixSignal]) async throws {
        var group = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: signals,
            logger: quietLogger
        )
        group.maximumGracefulShutdownDuration = configuration.timing.shutdown
        let result: Result<Void, any Error>
        do {
            try await ServiceGroup(configuration: group).run()
            result = .success(())
        } catch is CancellationError {
            logger.notice("requests in flight were cut off at the end of the shutdown time")
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await pool?.close()
        await closeClients()
        logger.info("stopped")
        try result.get()
    }

    /// Closes the connections to the controllers, but does not wait long for their good-bye: TLS would for five seconds.
    private func closeClients() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.client.shutDown(within: .seconds(1)) }
            group.addTask { await self.clients.shutDown(within: .seconds(1)) }
        }
    }

    /// Keeps the controllers that one told of for the next start.
    private static func keep(_ controllers: [HostPort], in state: AgentStateDirectory, _ logger: Logger) {
        logger.info("knows other controllers", metadata: ["controllers": "\(controllers)"])
        do {
            try state.save(controllers: controllers)
        } catch {
            logger.error("cannot save the controllers", metadata: ["error": "\(ErrorText.of(error))"])
        }
    }

    /// The service group tells of each step; only what goes wrong matters.
    private var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}
