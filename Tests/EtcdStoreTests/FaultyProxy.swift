import NIOCore
import NIOPosix
import Synchronization

/// A way to a server on loopback that fails in one of several ways.
final class FaultyProxy: Sendable {
    enum Mode: Sendable, Equatable {
        case passes
        /// Answers take so long.
        case delays(TimeAmount)
        /// Requests arrive, and no answer comes back.
        case losesAnswers
    }

    private let mode = Mutex(Mode.passes)
    private let listener = Mutex<(any Channel)?>(nil)
    private let connections = Mutex<[any Channel]>([])

    var port: Int { listener.withLock { $0?.localAddress?.port } ?? 0 }
    var endpoint: String { "http://127.0.0.1:\(port)" }

    static func with<Result>(to port: Int, _ body: (FaultyProxy) async throws -> Result) async throws -> Result {
        let proxy = FaultyProxy()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { near in
                proxy.connections.withLock { $0.append(near) }
                return ClientBootstrap(group: near.eventLoop)
                    .channelOption(.autoRead, value: false)
                    .connect(host: "127.0.0.1", port: port)
                    .flatMap { far in
                        near.eventLoop.makeCompletedFuture {
                            try near.pipeline.syncOperations.addHandler(Pipe(to: far, proxy: nil))
                            try far.pipeline.syncOperations.addHandler(Pipe(to: near, proxy: proxy))
                        }.flatMap { near.setOption(.autoRead, value: true) }
                            .flatMap { far.setOption(.autoRead, value: true) }
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        proxy.listener.withLock { $0 = channel }
        func close() async {
            try? await channel.close()
            for connection in proxy.connections.withLock({ $0 }) { try? await connection.close() }
        }
        do {
            let result = try await body(proxy)
            await close()
            return result
        } catch {
            await close()
            throw error
        }
    }

    func set(_ mode: Mode) { self.mode.withLock { $0 = mode } }

    /// Used by one channel, on its event loop only.
    private final class Pipe: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let other: any Channel
        private let proxy: FaultyProxy?

        init(to other: any Channel, proxy: FaultyProxy?) { (self.other, self.proxy) = (other, proxy) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            switch proxy?.mode.withLock({ $0 }) ?? .passes {
            case .passes: other.writeAndFlush(bytes, promise: nil)
            case .losesAnswers: break
            case .delays(let time):
                let other = other
                context.eventLoop.scheduleTask(in: time) { other.writeAndFlush(bytes, promise: nil) }
            }
        }

        func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
    }
}
