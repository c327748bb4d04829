import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TestSupport

/// A plain connection to a web interface that sends what it is told, and keeps what comes.
final class WebClient: Sendable {
    private final class Reader: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let text = Mutex("")
        let isClosed = Mutex(false)

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let new = String(buffer: unwrapInboundIn(data))
            text.withLock { $0 += new }
        }

        func channelInactive(context: ChannelHandlerContext) { isClosed.withLock { $0 = true } }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private let channel: any Channel
    private let reader: Reader

    /// Connects.
    ///
    /// - Parameter reads: Whether it reads what comes; if not, it has little room for it.
    init(host: String = "127.0.0.1", port: Int, reads: Bool = true) async throws {
        let reader = Reader()
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(reader) }
            }
        if !reads { bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: 4096) }
        channel = try await bootstrap.connect(host: host, port: port).get()
        self.reader = reader
    }

    /// All that came.
    var text: String { reader.text.withLock { $0 } }
    /// Whether the other side has ended the connection.
    var isClosed: Bool { reader.isClosed.withLock { $0 } }
    /// The status of the first answer; 0 before there is one.
    var status: Int { text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) } ?? 0 }

    /// Sends text as it is.
    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    /// Reads from now on.
    func resume() async throws { try await channel.setOption(.autoRead, value: true).get() }

    /// Ends the connection.
    func close() async { try? await channel.close().get() }
}

extension ControllerLab.Running {
    /// Sends one request as it is written and returns the whole answer.
    func raw(_ head: String, host: String = "localhost", headers: String = "", body: String = "") async throws
        -> (status: Int, text: String)
    {
        let client = try await WebClient(host: webHost, port: webPort)
        // A refusal may come before all is sent.
        try? await client.send("\(head) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\(headers)\r\n\(body)")
        try await waitUntil("\(head) is answered") { client.isClosed }
        await client.close()
        return (client.status, client.text)
    }
}
