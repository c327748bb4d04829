import AsyncHTTPClient
import Autoscaling
import ConfigurationReading
import ConfigurationValues
import ControllerHTTP
import EmbeddedStore
import Foundation
import History
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Libvirt
import Lifecycle
import Logging
import Monitoring
import NIOCore
import NIOPosix
import NIOSSL
import Orchestration
import Persistence
import ServiceLifecycle
import Shared
import Telemetry
import UnixSignals
import Wire
import X509

/// A controller: opens its state, finds its group and runs until it is told to stop.
package struct ControllerService: Sendable {
    /// The longest an orderly stop may take.
    private static let stopLimit = Duration.seconds(10)
    /// A token outlives the deadline of the start it was made for by this much.
    private static let tokenMargin = Duration.seconds(600)
    /// The most connections at a time: more than any watch limit, few enough for the file descriptors.
    private static let connectionLimit = 25_000
    private let configuration: ControllerConfiguration
    private let hypervisor: any Hypervisor
    private let logger: Logger
    private let reload: (@Sendable () throws -> ControllerConfiguration)?
    private let openStore: @Sendable (StateDirectory) throws -> any Store

    /// A controller over a hypervisor.
    ///
    /// - Parameters:
    ///   - configuration: The settings at the start.
    ///   - hypervisor: Where the domains are.
    ///   - reload: Reads the settings anew when SIGHUP arrives; without it SIGHUP changes nothing.
    ///   - logger: Where everything is told.
    package init(
        configuration: ControllerConfiguration,
        hypervisor: any Hypervisor,
        reload: (@Sendable () throws -> ControllerConfiguration)? = nil,
        logger: Logger
    ) {
        self.init(configuration: configuration, hypervisor: hypervisor, reload: reload, logger: logger) { directory in
            try directory.store { kept, reason in
                logger.error(
                    "store damaged; a new one is begun from what the hypervisor says",
                    metadata: ["kept": "\(kept)", "reason": "\(reason)"]
                )
            }
        }
    }

    /// A controller with a store of another kind than the state directory's own.
    package init(
        configuration: ControllerConfiguration,
        hypervisor: any Hypervisor,
        reload: (@Sendable () throws -> ControllerConfiguration)? = nil,
        logger: Logger,
        openStore: @escaping @Sendable (StateDirectory) throws -> any Store
    ) {
        self.configuration = configuration
        self.hypervisor = hypervisor
        self.reload = reload
        self.logger = logger
        self.openStore = openStore
    }

    /// Runs until SIGTERM, SIGINT or the task's cancellation.
    ///
    /// - Parameters:
    ///   - onListening: Called once with the port when the API listens.
    ///   - onWebListening: Called once with the port when the web interface listens, if there is to be one.
    /// - Throws: What keeps it from running: a state directory in use, a hypervisor that does not answer, a range
    ///   without a network, a port that is taken, a token of the web interface that cannot be used.
    package func run(
        onListening: @escaping @Sendable (Int) async -> Void = { _ in },
        onWebListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) async throws {
        let token = try configuration.webListen == nil ? nil : configuration.webTokenFile.map { try WebToken(file: $0) }
        if let address = configuration.webListen, !address.isLoopback, token == nil {
            throw ControllerConfiguration.webTokenMissing(address, source: "")
        }
        let directory = try StateDirectory(path: configuration.stateDirectory)
        let lock = try directory.lock()
        defer { close(lock) }
        let metrics = PrometheusRegistry(MetricNames.all)
        let hypervisor = MeasuredHypervisor(base: hypervisor, metrics: metrics)
        try await hypervisor.connect()
        let known = try await hypervisor.networks()
        let networksOf = try configuration.groups.map { try GroupDiscovery.networks(in: $0.hosts, of: known) }
        let networks = Array(Set(networksOf.joined())).sorted { $0.name < $1.name }
        let clock = SteadyClock()
        let authority = try directory.authority(now: clock.date)
        let store = MeasuredStore(base: try openStore(directory), metrics: metrics)
        let activity = try configuration.logFile.map { try ActivityLog(path: $0) }
        let names = ServerNames(configuration: configuration, networks: networks)
        let leaf = configuration.issuing.controller(names: names.dns, addresses: names.addresses)
        let identity = try RotatingIdentity(try authority.makeIdentity(leaf, now: clock.date))

        let listening = Listening()
        let webListening = Listening()
        let observatory = Observatory()
        var groups: [GroupRuntime] = []
        for (group, networks) in zip(configuration.groups, networksOf) {
            let told = try await store.endpointSet(group: group.name)
            groups.append(
                GroupRuntime(group, networks: networks, told: told) { [name = group.name] lag in
                    metrics.record(MetricNames.ackLag, [name], lag.seconds)
                }
            )
        }
        let registry = AgentRegistry { [groups] _ in for group in groups { group.signals.send(.look) } }
        // A group's `health.timeout` ends each probe, and may be as long as that.
        let client = HTTPClient.cms(connectTimeout: .seconds(2), readTimeout: .seconds(60))
        let hookClient = HTTPClient(eventLoopGroupProvider: .singleton)
        let capacity = HostCapacity()
        let clones = CloneOperator(hypervisor: hypervisor, gate: SerialGate())
        let ledger = try await store.ledger()
        for row in ledger {
            guard let state = row.unreadState else { continue }
            logger.warning(
                "a row of the ledger has a state that this version does not know; it is taken for off",
                metadata: ["instance": "\(row.name)", "state": "\(state)"]
            )
        }
        let authorityHash = try authority.certificate.fingerprint()
        var reconcilers: [any Service] = []
        for group in groups {
            let settings = group.configuration
            let fleet = Fleet(
                settings: FleetSettings(settings),
                ledger: ledger.filter { $0.group == group.name },
                breaker: try await store.breaker(group: group.name),
                templates: try await store.templates(group: group.name),
                steering: try await store.steering(group: group.name),
                now: clock.now,
                date: clock.date
            )
            let reconciler = Reconciler(
                parts: Reconciler.Parts(
                    view: group.view,
                    registry: registry,
                    directory: group.directory,
                    store: store,
                    prober: HTTPSEndpointProber(
                        client: client,
                        identity: identity,
                        timeout: { group.configuration.health.timeout }
                    ),
                    domains: DomainOperator(
                        hypervisor: hypervisor,
                        store: store,
                        group: group.name,
                        controllerAddress: { [listen = configuration.listen, networks = group.networks] uuid in
                            let asks = networks.count > 1
                            let interfaces = asks ? try await hypervisor.domain(uuid: uuid).interfaces : []
                            let address = ServerNames.guestAddress(
                                listen: listen,
                                networks: networks,
                                interfaces: interfaces
                            )
                            let host = address?.description ?? listen.host
                            return "\(HostPort(host: host, port: listening.port ?? listen.port))"
                        },
                        authorityHash: authorityHash,
                        tokenLifetime: { group.configuration.limits.startDeadline + Self.tokenMargin }
                    ),
                    clones: clones,
                    networks: group.networks.map(\.name),
                    hooks: SystemHookRunner(client: hookClient),
                    capacity: capacity,
                    status: group.status,
                    trace: TraceRecorder(
                        path: "\(configuration.stateDirectory)/trace-\(group.name).jsonl",
                        header: { [interval = configuration.interval] in
                            TraceHeader(
                                group: group.name,
                                policy: group.configuration.policy,
                                interval: interval
                            )
                        },
                        logger: logger
                    ),
                    observatory: observatory,
                    metrics: metrics,
                    signals: group.signals,
                    clock: clock,
                    activity: activity,
                    logger: logger
                ),
                group: settings,
                fleet: fleet,
                interval: configuration.interval
            )
            // Started last and stopped first: nothing is started before the API listens, and the streams that an
            // orderly stop ends are not taken for agents that were lost.
            let ready = WhenListening(listening: listening, service: reconciler)
            reconcilers.append(
                configuration.webListen == nil ? ready : WhenListening(listening: webListening, service: ready)
            )
        }
        let policy = SharedIssuingPolicy(configuration.issuing)
        let events = EventRecorder(store: store, observatory: observatory, clock: clock, logger: logger)
        let history = configuration.historySize.map { size in
            History(
                path: "\(directory.path)/\(HistoryStore.fileName)",
                limit: size,
                observatory: observatory,
                groups: groups.count,
                clock: clock,
                report: { events.record($0) },
                logger: logger
            )
        }
        let spans = configuration.spansFile.map { path in
            SpanService(
                path: path,
                ledger: ledger.filter { row in groups.contains { $0.name == row.group } },
                observatory: observatory,
                logger: logger
            )
        }
        let recorder = ControllerMetrics(
            ControllerMetrics.Sources(groups: groups, registry: registry, identity: identity, authority: authority),
            into: metrics,
            observatory: observatory,
            interval: configuration.interval
        )
        let feed = EventFeed(store: store, observatory: observatory, clock: clock, logger: logger)
        let reloader = Reloader(
            load: reload,
            initial: configuration,
            groups: groups,
            policy: policy,
            clock: clock,
            report: { events.record($0) }
        )
        let api = ControllerAPI(
            parts: ControllerAPI.Parts(
                groups: groups,
                hostAddresses: Set(networks.map(\.hostAddress)),
                authority: authority,
                policy: policy,
                store: store,
                registry: registry,
                clones: clones,
                history: history,
                feed: feed,
                metrics: metrics,
                clock: clock,
                interval: configuration.interval,
                observatory: observatory,
                reloader: reloader,
                backups: BackupMaker(store: store, directory: configuration.stateDirectory),
                report: { events.record($0) },
                logger: logger
            )
        )
        let stopper = AcceptStopper(loops: MultiThreadedEventLoopGroup.singleton)
        let application = try makeApplication(
            api,
            identity: identity,
            events: events,
            stopper: stopper,
            clock: clock
        ) { port in
            listening.begin(port)
            StateDirectory.note(
                listen: HostPort(host: configuration.listen.host, port: port),
                local: HostPort(host: configuration.listen.localHost, port: port),
                in: lock
            )
            SystemdNotifier().send(.ready, .status("listening on port \(port)"))
            await onListening(port)
        }
        var web: [any Service] = []
        if let address = configuration.webListen {
            let webStopper = AcceptStopper(loops: MultiThreadedEventLoopGroup.singleton)
            let server = WebServer(
                address: address,
                identity: identity,
                routes: WebRoutes(
                    api: api,
                    access: WebAccess(address: address, token: token, clock: clock) { events.record($0) }
                ),
                stopper: webStopper,
                report: { events.record($0) },
                clock: clock,
                logger: quiet(logger)
            )
            web = [
                try server.service { port in
                    webListening.begin(port)
                    await onWebListening(port)
                },
                webStopper,
            ]
        }

        events.record(
            ControllerEvent(
                .controllerStarted,
                at: clock.date,
                detail: "version \(CMSVersion.current), "
                    + configuration.groups.map { "group \($0.name) in \($0.hosts)" }.joined(separator: ", ")
                    + ", networks " + networks.map(\.name).joined(separator: ", ")
            )
        )
        let services: [any Service] =
            [
                HypervisorService(hypervisor: hypervisor),
                events,
                recorder,
                feed,
                HypervisorSampler(
                    hypervisor: hypervisor,
                    targets: groups.map(\.target),
                    capacity: capacity,
                    interval: configuration.interval,
                    clock: clock,
                    logger: logger
                ),
                ReloadService(reloader: reloader),
                HeartbeatService(registry: registry, groups: groups, clock: clock),
                ControllerIdentityService(
                    identity: identity,
                    authority: authority,
                    leaf: leaf,
                    clock: clock,
                    logger: logger
                ),
                PortClaim(base: application, address: configuration.listen, option: "--listen"),
                stopper,
            ] + web + [history].compactMap(\.self) + [spans].compactMap(\.self) + reconcilers
        var group = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        group.maximumGracefulShutdownDuration = Self.stopLimit
        do {
            try await ServiceGroup(configuration: group).run()
        } catch {
            try? await client.shutdown()
            try? await hookClient.shutdown()
            throw error
        }
        try await client.shutdown()
        try await hookClient.shutdown()
    }

    /// The libraries' own messages below warnings tell an operator nothing.
    private func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    private func makeApplication(
        _ api: ControllerAPI,
        identity: RotatingIdentity,
        events: EventRecorder,
        stopper: AcceptStopper,
        clock: SteadyClock,
        onListening: @escaping @Sendable (Int) async -> Void
    ) throws -> some Service {
        let tls = try TLSConfiguration.cmsServer(identity: identity, asksForClientCertificate: true)
        let streams = HTTP1Channel.Configuration(
            additionalChannelHandlers: [FullClosure()],
            idleTimeout: .seconds(30),
            httpDecoderConfiguration: .init(maxHeaderFieldSize: 8192, maxHeaderListSize: 16384, maxHeaderFieldCount: 64)
        )
        return Application(
            router: api.router(),
            server: HTTPServerBuilder { responder in
                HandshakeObserver(
                    base: try HTTP2UpgradeChannel(
                        tlsConfiguration: tls,
                        configuration: .init(
                            idleTimeout: .seconds(60),
                            gracefulCloseTimeout: .seconds(5),
                            streamConfiguration: streams
                        ),
                        responder: responder
                    )
                ) { address, reason in
                    events.record(
                        ControllerEvent(
                            .peerRefused,
                            at: clock.date,
                            detail: "the TLS handshake with \(address) failed: \(reason)"
                        )
                    )
                }
            },
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.listen.usable.host, port: configuration.listen.port),
                serverName: "cms-controller",
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionLimit)
            ),
            onServerRunning: { channel in
                stopper.serverIsRunning(on: channel)
                await onListening(channel.localAddress?.port ?? 0)
            },
            logger: quiet(logger)
        )
    }
}
