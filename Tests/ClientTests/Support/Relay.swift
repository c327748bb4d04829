import NIOCore
import NIOPosix
import Synchronization
import TestSupport

/// A place on loopback that leads to a server behind it, until it is cut: then all connections break at once and new
/// ones are refused, as when the server's process is killed.
///
/// (A Hummingbird server that is stopped while clients connect may trap in NIO, so servers outlive their clients here.)
final class Relay: Sendable {
    private struct State {
        var port = 0
        var listener: (any Channel)?
        var connections: [any Channel] = []
    }

    private let state = Mutex(State())

    /// The port, the same over cuts.
    var port: Int { state.withLock { $0.port } }

    /// A relay that refuses connections until it is opened.
    init() async throws {
        // Nobody listens between cuts, so it must be a port that the system gives to nobody else.
        let port = try await LoopbackPort.free()
        state.withLock { $0.port = port }
    }

    /// Leads to the server at `backend` from now on.
    func open(to backend: Int) async throws {
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { [self] near in
                state.withLock { $0.connections.append(near) }
                let loop = near.eventLoop
                return ClientBootstrap(group: loop)
                    .channelOption(.autoRead, value: false)
                    .connect(host: "127.0.0.1", port: backend)
                    .flatMap { far in
                        loop.makeCompletedFuture {
                            try near.pipeline.syncOperations.addHandler(Pipe(to: far))
                            try far.pipeline.syncOperations.addHandler(Pipe(to: near))
                        }.flatMap {
                            near.setOption(.autoRead, value: true)
                        }.flatMap {
                            far.setOption(.autoRead, value: true)
                        }
                    }
            }
            .bind(host: "127.0.0.1", port: port).get()
        state.withLock { $0.listener = listener }
    }

    /// Refuses connections and breaks those that are open.
    func cut() async {
        let (listener, connections) = state.withLock { state in
            defer { (state.listener, state.connections) = (nil, []) }
            return (state.listener, state.connections)
        }
        try? await listener?.close()
        for connection in connections { try? await connection.close() }
    }

    /// Passes bytes on to another channel of the same event loop and ends with it.
    private final class Pipe: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let other: any Channel

        init(to other: any Channel) {
            self.other = other
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            other.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            other.close(promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
