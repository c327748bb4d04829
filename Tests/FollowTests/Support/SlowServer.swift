import NIOCore
import NIOPosix
import NIOSSL
import Shared
import Synchronization

/// A server of HTTP/1.1 on loopback whose answers to `/slow` wait for the test.
final class SlowServer: Sendable {
    let port: Int
    private let held = Held()

    /// - Parameter identity: What it shows over TLS; `nil` for plain TCP.
    init(identity: Identity? = nil) async throws {
        let held = held
        let context = try identity.map { identity in
            try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: identity.nioChain(),
                    privateKey: identity.nioKey()
                )
            )
        }
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.addHandler(Handler(held: held))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    /// Requests that came.
    var served: Int { held.served.withLock { $0 } }

    /// Requests that wait.
    var waiting: Int { held.answers.withLock { $0.count } }

    /// Answers them.
    func release() {
        for answer in held.answers.withLock({ answers in
            defer { answers = [] }
            return answers
        }) { answer() }
    }

    /// Sends one request and returns all that comes back.
    static func get(port: Int, path: String) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(
                ByteBuffer(string: "GET \(path) HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")
            )
            var answer = ""
            for try await part in inbound { answer += String(buffer: part) }
            return answer
        }
    }

    private final class Held: Sendable {
        let answers = Mutex<[@Sendable () -> Void]>([])
        let served = Mutex(0)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let held: Held
        private var text = ""

        init(held: Held) {
            self.held = held
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
            guard text.contains("\r\n\r\n") else { return }
            held.served.withLock { $0 += 1 }
            let isSlow = text.hasPrefix("GET /slow")
            text = ""
            let channel = context.channel
            let body = "port \(channel.localAddress?.port ?? 0)\n"
            let answer: @Sendable () -> Void = {
                let bytes = ByteBuffer(string: "HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")
                channel.writeAndFlush(bytes, promise: nil)
            }
            if isSlow { held.answers.withLock { $0.append(answer) } } else { answer() }
        }
    }
}
