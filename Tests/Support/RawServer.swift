import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#endif

/// A TCP server on loopback that behaves badly in one of several ways.
public struct RawServer: Sendable {
    /// What it does when something has come.
    public enum Behaviour: Sendable {
        /// Nothing.
        case silent
        /// Ends the connection in order.
        case closes
        /// Breaks the connection off, as a host does that knows nothing of it any more.
        case resets
        /// Sends this, and ends the connection.
        case says(String)
    }

    /// Runs `body` while a server listens on the port that it is given.
    ///
    /// - Parameters:
    ///   - behaviour: What it does.
    ///   - onData: Called when something has come.
    ///   - body: Gets the port.
    public static func run<Result>(
        _ behaviour: Behaviour,
        onData: @escaping @Sendable () -> Void = {},
        _ body: (Int) async throws -> Result
    ) async throws -> Result {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answer(behaviour: behaviour, onData: onData))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let answer: Swift.Result<Result, any Error>
        do {
            answer = .success(try await body(server.localAddress?.port ?? 0))
        } catch {
            answer = .failure(error)
        }
        try await server.close()
        return try answer.get()
    }

    /// Used by one channel, on its event loop only.
    private final class Answer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let behaviour: Behaviour
        private let onData: @Sendable () -> Void

        init(behaviour: Behaviour, onData: @escaping @Sendable () -> Void) {
            self.behaviour = behaviour
            self.onData = onData
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let channel = context.channel
            onData()
            switch behaviour {
            case .silent: break
            case .closes: channel.close(promise: nil)
            case .resets:
                // Without time to linger the kernel answers the end with a reset.
                (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                    .whenComplete { _ in channel.close(promise: nil) }
            case .says(let text):
                channel.writeAndFlush(ByteBuffer(string: text)).whenComplete { _ in channel.close(promise: nil) }
            }
        }
    }
}
