import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A bare TLS connection for peers that do not keep to the rules.
final class RawConnection: Sendable {
    private let channel: any Channel
    private let received: Received

    /// What came since the last read.
    private final class Received: Sendable {
        let text = Mutex("")
    }

    /// Collects what comes.
    ///
    /// Used by one channel, on its event loop only.
    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let received: Received

        init(_ received: Received) {
            self.received = received
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data))
            received.text.withLock { $0 += text }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    private init(channel: any Channel, received: Received) {
        self.channel = channel
        self.received = received
    }

    static func open(port: Int, tls: TLSConfiguration, name: String? = nil) async throws -> RawConnection {
        let context = try NIOSSLContext(configuration: tls)
        let received = Received()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        NIOSSLClientHandler(context: context, serverHostname: name),
                        Collector(received)
                    )
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawConnection(channel: channel, received: received)
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    /// Everything that came since the last read, as soon as it is complete.
    func read(within limit: Duration = .seconds(20), until isComplete: (String) -> Bool) async throws -> String {
        do {
            try await eventually("an answer came", within: limit) { isComplete(received.text.withLock { $0 }) }
        } catch {
            throw NeverHappened(description: "\(error), but only: \(received.text.withLock { $0 }.debugDescription)")
        }
        return received.text.withLock { text in
            defer { text = "" }
            return text
        }
    }

    func waitForClose() async throws {
        try await eventually("the connection was closed") { !channel.isActive }
    }

    func close() async throws {
        try await channel.close()
    }
}
