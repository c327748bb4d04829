import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import ServerSupport
import Shared
import Wire

/// Bounds what one connection may cost before a route sees it: the size of headers and body, and the time both take.
///
/// Used by one channel, on its event loop only. To be given to `HTTP1Channel.Configuration(additionalChannelHandlers:)`.
package final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    /// The largest body, bytes.
    static let bodyLimit = 64 * 1024
    /// The longest time in which a whole request must have come once it has begun.
    static let requestTime = TimeAmount.seconds(10)
    /// How long a refused peer may still send before the connection is closed: time for it to read the answer.
    private static let parting = TimeAmount.milliseconds(300)
    private var bodySize = 0
    private var timer: Scheduled<Void>?
    private var isAnswering = false
    private var isOver = false

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        let part = unwrapInboundIn(data)
        switch part {
        case .head(let head):
            bodySize = 0
            if let length = head.headerFields[.contentLength].flatMap({ Int($0) }), length > Self.bodyLimit {
                return refuse(context, Self.tooLarge)
            }
            let channel = context.channel
            timer?.cancel()
            timer = context.eventLoop.scheduleTask(in: Self.requestTime) { channel.close(promise: nil) }
        case .body(let buffer):
            bodySize += buffer.readableBytes
            if bodySize > Self.bodyLimit { return refuse(context, Self.tooLarge) }
        case .end:
            timer?.cancel()
        }
        context.fireChannelRead(data)
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isOver else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head: isAnswering = true
        case .end: isAnswering = false
        default: break
        }
        context.write(data, promise: promise)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        switch error {
        case .headerOverflow: refuse(context, Self.headersTooLarge)
        case .invalidMethod: refuse(context, Self.noSuchMethod)
        default: refuse(context, Self.unreadable)
        }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    private func refuse(_ context: ChannelHandlerContext, _ problem: Problem) {
        guard !isOver else { return }
        isOver = true
        timer?.cancel()
        let channel = context.channel
        guard !isAnswering else { return context.close(promise: nil) }
        var response = problem.response()
        WebHeaders.complete(&response.headers)
        response.headers[.connection] = "close"
        context.write(wrapOutboundOut(.head(response.head)), promise: nil)
        context.write(wrapOutboundOut(.body(Self.body(of: problem))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.eventLoop.scheduleTask(in: Self.parting) { channel.close(promise: nil) }
    }

    private static func body(of problem: Problem) -> ByteBuffer {
        (try? WireCoding.encoder().encode(problem)).map { ByteBuffer(bytes: $0) } ?? ByteBuffer()
    }

    private static let tooLarge = Problem(
        .contentTooLarge,
        code: "too-large",
        detail: "the body has more than the \(bodyLimit) bytes allowed here"
    )
    private static let headersTooLarge = Problem(
        .requestHeaderFieldsTooLarge,
        code: "headers-too-large",
        detail: "the address or a header field has more than 8192 bytes, there are more than 64 fields, or they have "
            + "more than 16384 bytes together"
    )
    private static let noSuchMethod = Problem(
        .notImplemented,
        code: "no-such-method",
        detail: "this is no method of HTTP that is known here"
    )
    private static let unreadable = Problem(.badRequest, code: "unreadable", detail: "this is no request of HTTP/1.1")
}
