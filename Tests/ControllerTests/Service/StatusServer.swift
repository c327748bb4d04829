import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Shared
import Synchronization

/// A service of a guest without an agent: answers every request with one status, which a test changes.
final class StatusServer: Sendable {
    private let state: Mutex<(status: Int, paths: [String])>

    private init(status: Int) { state = Mutex((status, [])) }

    /// The status of its answers.
    var status: Int {
        get { state.withLock { $0.status } }
        set { state.withLock { $0.status = newValue } }
    }

    /// The paths that were asked for, in order.
    var paths: [String] { state.withLock { $0.paths } }

    private func answer(to path: String) -> Int {
        state.withLock { state in
            state.paths.append(path)
            return state.status
        }
    }

    /// Runs `body` while a server listens on every loopback address.
    ///
    /// - Parameters:
    ///   - status: The status of its answers.
    ///   - identity: What it shows; `nil`: it speaks without TLS.
    ///   - body: Gets the server and its port.
    static func run(
        status: Int = 200,
        identity: Identity? = nil,
        _ body: (StatusServer, _ port: Int) async throws -> Void
    ) async throws {
        let context = try identity.map { identity in
            try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: try identity.nioChain(),
                    privateKey: try identity.nioKey()
                )
            )
        }
        let server = StatusServer(status: status)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Answer(server))
                }
            }
            .bind(host: "0.0.0.0", port: 0).get()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(server, channel.localAddress?.port ?? 0))
        } catch {
            result = .failure(error)
        }
        try? await channel.close()
        try result.get()
    }

    /// Used by one channel, on its event loop only.
    private final class Answer: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let server: StatusServer
        private var path = ""

        init(_ server: StatusServer) { self.server = server }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): path = head.uri
            case .body: break
            case .end:
                let head = HTTPResponseHead(
                    version: .http1_1,
                    status: HTTPResponseStatus(statusCode: server.answer(to: path)),
                    headers: ["content-length": "0"]
                )
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
