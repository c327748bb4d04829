import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A service in a guest, over plain HTTP/1.1 on loopback: tells what it got, and does what its paths say.
///
/// `/echo` answers with the request line, the header fields and the body. `/chunks` answers in chunks with a trailer,
/// `/long/N` with N bytes, `/status/N` with that status, `/hang` never, `/break` with half of its body. A request for
/// the protocol `echo` or `websocket` is granted, and then bytes come back as they are.
final class FakeService: Sendable {
    /// The requests that came, as `METHOD PATH`.
    let requests = Mutex<[String]>([])
    /// The connections that came.
    let connections = Mutex(0)
    /// How many requests a connection serves before the service closes it, right after an answer.
    let closesAfter = Mutex(Int.max)

    /// Serves while `body` runs.
    func serve<Value>(_ body: (Int) async throws -> Value) async throws -> Value {
        let quiet = MultiThreadedEventLoopGroup.singleton
        let server = try await ServerBootstrap(group: quiet)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                self.connections.withLock { $0 += 1 }
                return channel.eventLoop.makeCompletedFuture {
                    let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(HTTPResponseEncoder(), name: "encoder")
                    try pipeline.addHandler(ByteToMessageHandler(decoder), name: "decoder")
                    try pipeline.addHandler(Handler(self), name: "handler")
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Value, any Error>
        do { result = .success(try await body(server.localAddress?.port ?? 0)) } catch { result = .failure(error) }
        try? await server.close()
        return try result.get()
    }

    /// Used by one channel, on its event loop only.
    private final class Handler: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let service: FakeService
        private var head: HTTPRequestHead?
        private var size = 0
        private var text = ""
        private var trailers: HTTPHeaders?
        private var served = 0

        init(_ service: FakeService) {
            self.service = service
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                (size, text, trailers) = (0, "", nil)
                service.requests.withLock { $0.append("\(head.method) \(head.uri)") }
                if head.headers.first(name: "expect") == "100-continue" {
                    context.writeAndFlush(
                        Self.wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))),
                        promise: nil
                    )
                }
            case .body(let bytes):
                size += bytes.readableBytes
                if size < 10_000 { text += String(buffer: bytes) }
            case .end(let trailers):
                self.trailers = trailers
                if let head { answer(head, context) }
            }
        }

        private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
            served += 1
            if let name = head.headers.first(name: "upgrade"), ["echo", "websocket"].contains(name) {
                return upgrade(name, context)
            }
            let parts = head.uri.split(separator: "/")
            switch parts.first {
            case "chunks":
                send(.ok, ["trailer": "x-sum"], ["one,", "two,", "three"], trailers: ["x-sum": "3"], context)
            case "long":
                let count = Int(parts.last ?? "") ?? 0
                send(.ok, ["content-length": "\(count)"], [String(repeating: "x", count: count)], context)
            case "status":
                send(HTTPResponseStatus(statusCode: Int(parts.last ?? "") ?? 200), ["content-length": "0"], [], context)
            case "hang": break
            case "break":
                context.write(
                    Self.wrapOutboundOut(
                        .head(.init(version: .http1_1, status: .ok, headers: ["content-length": "10"]))
                    ),
                    promise: nil
                )
                let bound = context.loopBound
                context.writeAndFlush(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "half")))))
                    .whenComplete { _ in bound.value.close(promise: nil) }
            default:
                let fields = head.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
                let ends = (trailers ?? [:]).map { "\($0.name): \($0.value)" }.joined(separator: "\n")
                let all = "\(head.method) \(head.uri) \(head.version)\n\(fields)\n\nsize \(size)\n\(text)\n\(ends)\n"
                send(
                    .ok,
                    ["content-length": "\(all.utf8.count)", "x-own": "yes", "keep-alive": "timeout=5"],
                    [all],
                    context
                )
            }
        }

        private func send(
            _ status: HTTPResponseStatus,
            _ headers: HTTPHeaders,
            _ body: [String],
            trailers: HTTPHeaders? = nil,
            _ context: ChannelHandlerContext
        ) {
            context.write(
                Self.wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))),
                promise: nil
            )
            if head?.method != .HEAD {
                for part in body {
                    context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: part)))), promise: nil)
                }
            }
            let bound = context.loopBound
            let isLast = served >= service.closesAfter.withLock { $0 }
            context.writeAndFlush(Self.wrapOutboundOut(.end(trailers))).whenComplete { _ in
                if isLast { bound.value.close(promise: nil) }
            }
        }

        private func upgrade(_ name: String, _ context: ChannelHandlerContext) {
            let head = HTTPResponseHead(
                version: .http1_1,
                status: .switchingProtocols,
                headers: ["connection": "upgrade", "upgrade": name]
            )
            context.writeAndFlush(Self.wrapOutboundOut(.head(head)), promise: nil)
            let pipeline = context.pipeline.syncOperations
            try? pipeline.addHandler(EchoHandler(), position: .last)
            for name in ["handler", "decoder", "encoder"] { pipeline.removeHandler(name: name, promise: nil) }
        }
    }

    private final class EchoHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(Self.wrapOutboundOut(unwrapInboundIn(data)), promise: nil)
        }
    }
}
