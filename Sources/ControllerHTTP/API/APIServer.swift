import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
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

/// The HTTPS server of port 7000: HTTP/1.1 and HTTP/2, with certificates on both sides.
package struct APIServer: Sendable {
    /// The most connections at a time: more than any watch limit, few enough for the file descriptors.
    private static let connectionLimit = 25_000
    private let address: HostPort
    private let identity: RotatingIdentity
    private let api: ControllerAPI
    private let stopper: AcceptStopper
    private let report: @Sendable (ControllerEvent) -> Void
    private let clock: SteadyClock
    private let logger: Logger

    /// - Parameters:
    ///   - address: Where it listens.
    ///   - identity: The controller's own.
    ///   - api: What it answers.
    ///   - stopper: Ends the taking of connections first.
    ///   - report: Takes events, of handshakes that fail.
    ///   - clock: The clock.
    ///   - logger: Where the libraries tell what happens.
    package init(
        address: HostPort,
        identity: RotatingIdentity,
        api: ControllerAPI,
        stopper: AcceptStopper,
        report: @escaping @Sendable (ControllerEvent) -> Void,
        clock: SteadyClock,
        logger: Logger
    ) {
        self.address = address
        self.identity = identity
        self.api = api
        self.stopper = stopper
        self.report = report
        self.clock = clock
        self.logger = logger
    }

    /// The server as a service.
    ///
    /// - Parameter onListening: Called with the port when it listens.
    package func service(onListening: @escaping @Sendable (Int) async -> Void) throws -> any Service {
        let tls = try TLSConfiguration.cmsServer(identity: identity, asksForClientCertificate: true)
        let application = Application(
            router: api.router(),
            server: HTTPServerBuilder { [report, clock] responder in
                HandshakeObserver(
                    base: try HTTP2UpgradeChannel(
                        tlsConfiguration: tls,
                        configuration: .init(
                            idleTimeout: .seconds(60),
                            gracefulCloseTimeout: .seconds(5),
                            streamConfiguration: Self.streams
                        ),
                        responder: responder
                    )
                ) { address, reason in
                    report(
                        ControllerEvent(
                            .peerRefused,
                            at: clock.date,
                            detail: "the TLS handshake with \(address) failed: \(reason)"
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
        return PortClaim(base: application, address: address, option: "--listen")
    }

    private static let streams = HTTP1Channel.Configuration(
        additionalChannelHandlers: [HalfClosureDisabler()],
        idleTimeout: .seconds(30),
        httpDecoderConfiguration: .init(maxHeaderFieldSize: 8192, maxHeaderListSize: 16384, maxHeaderFieldCount: 64)
    )
}
