import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Lifecycle
import Logging
import Monitoring
import NIOCore
import NIOPosix
import NIOSSL
import ServerSupport
import ServiceLifecycle
import Shared
import Wire

/// The HTTP server of port 7080: the dashboard, the metrics and what people and monitoring read.
package struct WebServer: Sendable {
    /// The most connections at a time.
    private static let connectionLimit = 4096
    /// How long a connection without a request stays.
    private static let idleTime = TimeAmount.seconds(30)
    /// What the kernel keeps for a peer that does not read, bytes.
    private static let sendBuffer = 128 * 1024
    package let address: HostPort
    package let identity: RotatingIdentity
    package let routes: WebRoutes
    package let stopper: AcceptStopper
    package let report: @Sendable (ControllerEvent) -> Void
    package let clock: SteadyClock
    package let logger: Logger

    package init(
        address: HostPort,
        identity: RotatingIdentity,
        routes: WebRoutes,
        stopper: AcceptStopper,
        report: @escaping @Sendable (ControllerEvent) -> Void,
        clock: SteadyClock,
        logger: Logger
    ) {
        self.address = address
        self.identity = identity
        self.routes = routes
        self.stopper = stopper
        self.report = report
        self.clock = clock
        self.logger = logger
    }

    /// The server as a service.
    ///
    /// - Parameter onListening: Called with the port when it listens.
    package func service(onListening: @escaping @Sendable (Int) async -> Void) throws -> any Service {
        let isLoopback = address.isLoopback
        let tls = isLoopback ? nil : try TLSConfiguration.cmsServer(identity: identity, asksForClientCertificate: false)
        let application = Application(
            router: routes.router(),
            server: HTTPServerBuilder { [report, clock] responder in
                let plain = SmallBuffers(
                    base: HTTP1Channel(responder: responder, configuration: Self.http),
                    size: Self.sendBuffer
                )
                guard let tls else { return plain }
                return HandshakeObserver(base: try TLSChannel(plain, tlsConfiguration: tls)) { address, reason in
                    report(
                        ControllerEvent(
                            .peerRefused,
                            at: clock.date,
                            detail: "the TLS handshake of the web interface with \(address) failed: \(reason)"
                        )
                    )
                }
            },
            configuration: ApplicationConfiguration(
                address: .hostname(address.usable.host, port: address.port),
                serverName: "cms-controller",
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionLimit)
            ),
            onServerRunning: { [stopper] channel in
                stopper.serverIsRunning(on: channel)
                await onListening(channel.localAddress?.port ?? 0)
            },
            logger: logger
        )
        return PortClaim(base: application, address: address, option: "--web-listen")
    }

    private static let http = HTTP1Channel.Configuration(
        additionalChannelHandlers: [HalfClosureDisabler(), RequestGuard()],
        idleTimeout: idleTime,
        httpDecoderConfiguration: .init(maxHeaderFieldSize: 8192, maxHeaderListSize: 16384, maxHeaderFieldCount: 64)
    )
}

/// Bounds what the kernel keeps for peers that do not read.
private struct SmallBuffers<Base: HTTPChannelHandler>: HTTPChannelHandler {
    let base: Base
    let size: Int

    var responder: Responder { base.responder }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        try? channel.syncOptions?.setOption(.socketOption(.so_sndbuf), value: SocketOptionValue(size))
        return base.setup(channel: channel, logger: logger)
    }

    func handle(value: Base.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}

/// A server whose port may be taken: then its error says so.
package struct PortClaim<Base: Service>: Service {
    package let base: Base
    package let address: HostPort
    package let option: String

    package init(base: Base, address: HostPort, option: String) {
        self.base = base
        self.address = address
        self.option = option
    }

    package func run() async throws {
        do {
            try await base.run()
        } catch {
            throw PortTaken.wrap(error, address, option: option)
        }
    }
}
