import ConfigurationValues
import ControllerHTTP
import EmbeddedStore
import Foundation
import Lifecycle
import Logging
import NIOPosix
import Orchestration
import ServerSupport
import ServiceLifecycle
import Shared
import Wire

/// The two HTTP servers: the API for agents, clients and operators, and the web interface for people and monitoring.
struct Servers {
    /// Called once with the port when a server listens.
    typealias OnListening = @Sendable (Int) async -> Void

    private let state: OpenedState
    private let shared: SharedParts
    private let api: ControllerAPI
    /// Passes on to the owner of a group what concerns it; `nil`: there is one controller.
    private let forwarder: ControllerForwarder?
    /// The libraries' own messages below warnings tell an operator nothing.
    private let quiet: Logger

    init(_ state: OpenedState, _ shared: SharedParts, _ observers: Observers) {
        self.state = state
        self.shared = shared
        forwarder = state.cluster.map { _ in ControllerForwarder(identity: state.identity) }
        var parts = ControllerAPI.Parts(
            groups: shared.groups,
            issuing: ControllerAPI.Issuing(
                authority: state.authority,
                policy: shared.policy,
                hostAddresses: Set(state.networks.map(\.hostAddress))
            ),
            store: state.store,
            registry: shared.registry,
            hosts: shared.hosts,
            reading: ControllerAPI.Reading(
                history: observers.history,
                feed: observers.feed,
                metrics: state.metrics,
                eventBus: shared.eventBus,
                interval: state.configuration.interval
            ),
            clock: state.clock,
            reloader: shared.reloader,
            backups: BackupMaker(store: state.store, directory: state.configuration.stateDirectory),
            report: { [events = shared.events] in events.record($0) },
            logger: state.logger
        )
        parts.owners = state.owners
        parts.forwarder = forwarder
        api = ControllerAPI(parts: parts)
        var quiet = state.logger
        quiet.logLevel = max(quiet.logLevel, .warning)
        self.quiet = quiet
    }

    /// The API, and what stops it from taking connections first when it is to stop.
    func apiServices(onListening: @escaping OnListening) throws -> [any Service] {
        let stopper = AcceptStopper(loops: MultiThreadedEventLoopGroup.singleton)
        let server = APIServer(
            address: state.configuration.listen,
            identity: state.identity,
            api: api,
            stopper: stopper,
            report: { [events = shared.events] in events.record($0) },
            clock: state.clock,
            logger: quiet
        )
        let (listening, lock, listen) = (shared.listening, state.lock, state.configuration.listen)
        let service = try server.service { port in
            listening.set(port)
            StateDirectory.note(
                listen: HostPort(host: listen.host, port: port),
                local: HostPort(host: listen.localHost, port: port),
                in: lock
            )
            SystemdNotifier().send(.ready, .status("listening on port \(port)"))
            await onListening(port)
        }
        return [service, stopper] + (forwarder.map { [$0] } ?? [])
    }

    /// The web interface likewise; nothing when there is to be none.
    func webServices(token: WebToken?, onListening: @escaping OnListening) throws -> [any Service] {
        guard let address = state.configuration.webListen else { return [] }
        let report: @Sendable (ControllerEvent) -> Void = { [events = shared.events] in events.record($0) }
        let stopper = AcceptStopper(loops: MultiThreadedEventLoopGroup.singleton)
        let server = WebServer(
            address: address,
            identity: state.identity,
            routes: WebRoutes(
                api: api,
                access: WebAccess(address: address, token: token, clock: state.clock, report: report)
            ),
            stopper: stopper,
            report: report,
            clock: state.clock,
            logger: quiet
        )
        let service = try server.service { [listening = shared.webListening] port in
            listening.set(port)
            await onListening(port)
        }
        return [service, stopper]
    }
}
