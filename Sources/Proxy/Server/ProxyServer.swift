import Logging
import NIOCertificateReloading
import NIOCore
import NIOExtras
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Shared
import Wire

/// The HTTPS server in front of a service: waits for an identity, then serves until the group shuts down.
package final class ProxyServer: Service {
    /// How long a client may take from the first byte to the end of the TLS handshake.
    static let handshakeTimeout = TimeAmount.seconds(10)
    private static let backlog: Int32 = 1024

    let settings: ProxySettings
    private let listen: HostPort
    private let host: any ProxyHost
    private let gate: RequestGate
    private let identity: Latch<RotatingIdentity>
    private let certificate: ServiceCertificate?
    private let listening: Latch<Int>
    private let loops: any EventLoopGroup
    private let logger: Logger

    /// A server.
    ///
    /// - Parameters:
    ///   - listen: The address; port 0 lets the system choose. `[::]` is IPv4 alone where the system has no IPv6.
    ///   - settings: The settings.
    ///   - host: The program that this is part of.
    ///   - gate: Bounds the requests.
    ///   - identity: What is shown to whoever asks for no name; the server starts when this is set.
    ///   - certificate: What is shown to whoever asks for a name; `nil` for the identity.
    ///   - listening: Gets the port when the server listens.
    ///   - loops: The event loops.
    ///   - logger: The logger.
    package init(
        listen: HostPort,
        settings: ProxySettings,
        host: any ProxyHost,
        gate: RequestGate,
        identity: Latch<RotatingIdentity>,
        certificate: ServiceCertificate? = nil,
        listening: Latch<Int>,
        loops: any EventLoopGroup,
        logger: Logger
    ) {
        self.listen = listen.usable
        self.settings = settings
        self.host = host
        self.gate = gate
        self.identity = identity
        self.certificate = certificate
        self.listening = listening
        self.loops = loops
        self.logger = logger
    }

    package func run() async throws {
        let identity: RotatingIdentity
        do {
            identity = try await cancelWhenGracefulShutdown { try await self.identity.wait() }
        } catch is CancellationError {
            return
        }
        let pipelines = try await makePipelines(identity)
        let quiescing = ServerQuiescingHelper(group: loops)
        let channel: any Channel
        do {
            channel = try await bind(pipelines, quiescing)
        } catch {
            await stop(pipelines)
            throw ListenFailure(error, address: listen, option: "--listen") ?? error
        }
        let port = channel.localAddress?.port ?? listen.port
        logger.info(
            "serving",
            metadata: [
                "listen": "\(HostPort(host: listen.host, port: port))", "upstream": "\(settings.upstream)",
            ]
        )
        listening.set(port)
        try? await gracefulShutdown()
        await drain(pipelines, quiescing)
        await stop(pipelines)
    }

    /// What each event loop's connections are made with.
    private func makePipelines(_ identity: RotatingIdentity) async throws -> [ClientPipeline] {
        let tls = try ProxyTLS(identity: identity, certificate: certificate)
        var pipelines: [ClientPipeline] = []
        for loop in loops.makeIterator() {
            let (settings, host, gate, logger) = (settings, host, gate, logger)
            let worker = try await loop.submit {
                let worker = ProxyWorker(settings: settings, host: host, gate: gate, loop: loop, logger: logger)
                worker.start()
                return NIOLoopBound(worker, eventLoop: loop)
            }.get()
            pipelines.append(ClientPipeline(worker: worker, loop: loop, tls: tls, settings: settings))
        }
        return pipelines
    }

    private func bind(_ pipelines: [ClientPipeline], _ quiescing: ServerQuiescingHelper) async throws -> any Channel {
        let byLoop = Dictionary(uniqueKeysWithValues: pipelines.map { (ObjectIdentifier($0.loop), $0) })
        let limit = settings.maximumConnections
        return try await ServerBootstrap(group: loops)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        ConnectionLimiter(limit: limit), quiescing.makeServerChannelHandler(channel: channel),
                    ])
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 32 * 1024, high: 128 * 1024))
            .childChannelInitializer { channel in
                guard let pipeline = byLoop[ObjectIdentifier(channel.eventLoop)] else { return channel.close() }
                return channel.eventLoop.makeCompletedFuture { try pipeline.configure(channel) }
            }
            .bind(host: listen.host, port: listen.port)
            .get()
    }

    /// Takes no further connection and lets requests end; at the end of the group's patience all are cut off.
    private func drain(_ pipelines: [ClientPipeline], _ quiescing: ServerQuiescingHelper) async {
        let done = loops.next().makePromise(of: Void.self)
        quiescing.initiateShutdown(promise: done)
        for pipeline in pipelines { pipeline.loop.execute { pipeline.worker.value.tellTunnels() } }
        await withTaskCancellationHandler {
            try? await done.futureResult.get()
        } onCancel: {
            for pipeline in pipelines { pipeline.loop.execute { pipeline.worker.value.stop() } }
        }
    }

    private func stop(_ pipelines: [ClientPipeline]) async {
        for pipeline in pipelines { try? await pipeline.loop.submit { pipeline.worker.value.stop() }.get() }
    }
}
