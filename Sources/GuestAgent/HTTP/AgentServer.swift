import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import ServerSupport
import ServiceLifecycle
import Shared
import Wire

/// Bounds that keep a peer from making the server grow.
private enum Limits {
    static let headerBytes = 16 * 1024
    static let headerFields = 64
    static let idleSeconds: Int64 = 75
    static let backlog = 512
}

/// The HTTPS server: waits for an identity, then serves until the group shuts down.
final class AgentServer<Responder: HTTPResponder>: Service where Responder.Context == AgentRequestContext {
    private let listen: HostPort
    private let maximumConnections: Int
    private let responder: Responder
    private let watch: DepartureWatch
    private let identity: Latch<RotatingIdentity>
    private let listening: Latch<Int>
    private let stopper: AcceptStopper
    private let logger: Logger

    /// - Parameters:
    ///   - listen: The address; port 0 lets the system choose. `[::]` is IPv4 alone where the system has no IPv6.
    ///   - maximumConnections: The most connections at a time; more wait in the kernel's backlog.
    ///   - responder: Answers the requests.
    ///   - watch: Learns of connections that end.
    ///   - identity: What the server shows; it starts when this is set.
    ///   - listening: Gets the port when the server listens.
    ///   - stopper: Gets the listening channel.
    ///   - logger: The logger.
    init(
        listen: HostPort,
        maximumConnections: Int,
        responder: Responder,
        watch: DepartureWatch,
        identity: Latch<RotatingIdentity>,
        listening: Latch<Int>,
        stopper: AcceptStopper,
        logger: Logger
    ) {
        self.listen = listen.usable
        self.maximumConnections = maximumConnections
        self.responder = responder
        self.watch = watch
        self.identity = identity
        self.listening = listening
        self.stopper = stopper
        self.logger = logger
    }

    func run() async throws {
        let identity: RotatingIdentity
        do {
            identity = try await cancelWhenGracefulShutdown { try await self.identity.wait() }
        } catch is CancellationError {
            return
        }
        let application = try makeApplication(identity)
        do {
            try await application.run()
        } catch {
            throw ListenFailure(error, address: listen, option: "--listen") ?? error
        }
    }

    private func makeApplication(
        _ identity: RotatingIdentity
    ) throws -> Application<Responder> {
        var http = HTTP1Channel.Configuration(
            additionalChannelHandlers: [HalfClosureDisabler(), ConnectionGuard(watch: self.watch)],
            idleTimeout: .seconds(Limits.idleSeconds)
        )
        http.httpDecoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: Limits.headerBytes,
            maxHeaderListSize: Limits.headerBytes,
            maxHeaderFieldCount: Limits.headerFields
        )
        let tls = try TLSConfiguration.cmsServer(identity: identity, asksForClientCertificate: false)
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        return Application(
            responder: responder,
            server: try .tls(.http1(configuration: http), tlsConfiguration: tls),
            configuration: ApplicationConfiguration(
                address: .hostname(listen.host, port: listen.port),
                backlog: Limits.backlog,
                reuseAddress: true,
                availableConnectionsDelegate: MaximumAvailableConnections(maximumConnections)
            ),
            onServerRunning: { [listening, stopper, logger, listen] channel in
                stopper.serverIsRunning(on: channel)
                let port = channel.localAddress?.port ?? listen.port
                logger.info("serving", metadata: ["listen": "\(HostPort(host: listen.host, port: port))"])
                listening.set(port)
            },
            logger: quiet
        )
    }
}
