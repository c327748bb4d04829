import ConfigurationReading
import ConfigurationValues
import ControllerHTTP
import EmbeddedStore
import EtcdStore
import Foundation
import Libvirt
import Lifecycle
import Logging
import Monitoring
import Orchestration
import Persistence
import ServiceLifecycle
import Shared
import UnixSignals
import Wire

/// A controller: opens its state, finds its group and runs until it is told to stop.
package struct ControllerService: Sendable {
    /// The longest an orderly stop may take.
    private static let stopLimit = Duration.seconds(10)
    let configuration: ControllerConfiguration
    private let hypervisors: [any Hypervisor]
    let logger: Logger
    private let reload: (@Sendable () throws -> ControllerConfiguration)?
    private let openStore: @Sendable (StateDirectory) throws -> any Store

    /// A controller over a hypervisor.
    ///
    /// - Parameters:
    ///   - configuration: The settings at the start.
    ///   - hypervisors: Where the domains are, in the order of the configured hosts.
    ///   - reload: Reads the settings anew when SIGHUP arrives; without it SIGHUP changes nothing.
    ///   - logger: Where everything is told.
    package init(
        configuration: ControllerConfiguration,
        hypervisors: [any Hypervisor],
        reload: (@Sendable () throws -> ControllerConfiguration)? = nil,
        logger: Logger
    ) {
        self.init(configuration: configuration, hypervisors: hypervisors, reload: reload, logger: logger) { directory in
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
        hypervisors: [any Hypervisor],
        reload: (@Sendable () throws -> ControllerConfiguration)? = nil,
        logger: Logger,
        openStore: @escaping @Sendable (StateDirectory) throws -> any Store
    ) {
        self.configuration = configuration
        self.hypervisors = hypervisors
        self.reload = reload
        self.logger = logger
        self.openStore = openStore
    }

    /// Runs until SIGTERM, SIGINT or the task's cancellation.
    ///
    /// - Parameters:
    ///   - onListening: Called once with the port when the API listens.
    ///   - onWebListening: Called once with the port when the web interface listens, if there is to be one.
    ///   - within: For who measures the controller from within its process.
    /// - Throws: What keeps it from running: a state directory in use, a hypervisor that does not answer, a range
    ///   without a network, a port that is taken, a token of the web interface that cannot be used.
    package func run(
        onListening: @escaping @Sendable (Int) async -> Void = { _ in },
        onWebListening: @escaping @Sendable (Int) async -> Void = { _ in },
        within use: InProcessUse? = nil
    ) async throws {
        let token = try webToken()
        let directory = try StateDirectory(path: configuration.stateDirectory)
        let lock = try directory.lock()
        defer { close(lock) }
        let clock = SteadyClock()
        var cluster: Cluster?
        if case .etcd(let etcd) = configuration.store {
            cluster = try await Cluster.open(configuration, etcd, clock: clock, logger: logger)
        }
        do {
            let state = try await OpenedState(
                configuration,
                directory: directory,
                lock: lock,
                hypervisors: hypervisors,
                logger: logger,
                cluster: cluster,
                clock: clock,
                openStore: { [cluster] in try cluster?.store ?? openStore($0) }
            )
            let shared = try await SharedParts(state, reload: reload, use: use)
            try await run(state, shared, token: token, onListening: onListening, onWebListening: onWebListening)
        } catch {
            await cluster?.client.shutdown()
            throw error
        }
        await cluster?.client.shutdown()
    }

    private func run(
        _ state: OpenedState,
        _ shared: SharedParts,
        token: WebToken?,
        onListening: @escaping @Sendable (Int) async -> Void,
        onWebListening: @escaping @Sendable (Int) async -> Void
    ) async throws {
        do {
            let observers = Observers(state, shared)
            let servers = Servers(state, shared, observers)
            var order = try await services(state, shared, observers)
            order.add(try servers.apiServices(onListening: onListening), at: .api)
            order.add(try servers.webServices(token: token, onListening: onWebListening), at: .web)
            recordStart(state, shared)
            try await group(of: order).run()
        } catch {
            try? await shared.shutDown()
            throw error
        }
        try await shared.shutDown()
    }

    private func webToken() throws -> WebToken? {
        guard let address = configuration.webListen else { return nil }
        let token = try configuration.webTokenFile.map { try WebToken(file: $0) }
        if !address.isLoopback, token == nil { throw ControllerConfiguration.webTokenMissing(address, source: "") }
        return token
    }

    /// All services but the servers.
    private func services(
        _ state: OpenedState,
        _ shared: SharedParts,
        _ observers: Observers
    ) async throws -> ServiceOrder {
        var order = ServiceOrder()
        order.add(shared.events, at: .events)
        order.add(observers.metrics, at: .metrics)
        order.add(observers.feed, at: .feed)
        addHosts(state, shared, to: &order)
        order.add(shared.queryService(state), at: .queries)
        order.add(ReloadService(reloader: shared.reloader), at: .reload)
        order.add(
            HeartbeatService(
                registry: shared.registry,
                groups: shared.groups,
                owners: state.owners,
                clock: state.clock
            ),
            at: .heartbeats
        )
        order.add(
            ControllerIdentityService(
                identity: state.identity,
                authority: state.authority,
                leaf: state.leaf,
                clock: state.clock,
                logger: logger
            ),
            at: .certificate
        )
        if let history = observers.history { order.add(history, at: .history) }
        if let spans = observers.spans { order.add(spans, at: .spans) }
        if let cluster = state.cluster { add(cluster, state, shared, observers, to: &order) }
        order.add(try await GroupAssembly(state, shared).services(), at: .reconcilers)
        return order
    }

    private func recordStart(_ state: OpenedState, _ shared: SharedParts) {
        shared.events.record(
            ControllerEvent(
                .controllerStarted,
                at: state.clock.date,
                detail: "version \(CMSVersion.current), "
                    + (state.cluster == nil ? "" : "controller \(configuration.name), ")
                    + configuration.groups.map { "group \($0.name) in \($0.hosts)" }.joined(separator: ", ")
                    + ", networks " + state.networks.map(\.name).joined(separator: ", ")
            )
        )
    }

    private func group(of order: ServiceOrder) -> ServiceGroup {
        var group = ServiceGroupConfiguration(
            services: order.ordered.map {
                .init(service: $0.service, successTerminationBehavior: .gracefullyShutdownGroup)
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        group.maximumGracefulShutdownDuration = Self.stopLimit
        return ServiceGroup(configuration: group)
    }
}
