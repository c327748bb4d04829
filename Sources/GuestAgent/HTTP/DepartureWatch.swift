import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes
import Synchronization

/// Tells a computation when the connection it answers to has gone.
///
/// HTTP/1.1 has one request at a time on a connection, so one entry per connection is enough. Hummingbird's own
/// `consumeWithCancellationOnInboundClose` would do too, but it costs the connection: each answer would need a new TLS
/// handshake.
final class DepartureWatch: Sendable {
    private let watched = Mutex<[ObjectIdentifier: @Sendable () -> Void]>([:])

    /// Calls `action` when `channel` closes, until ``end(_:)``; at once when it has closed already.
    func begin(_ channel: any Channel, _ action: @escaping @Sendable () -> Void) {
        watched.withLock { $0[ObjectIdentifier(channel)] = action }
        if !channel.isActive { leave(ObjectIdentifier(channel)) }
    }

    /// Forgets `channel`.
    func end(_ channel: any Channel) {
        watched.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
    }

    fileprivate func leave(_ channel: ObjectIdentifier) {
        watched.withLock { $0.removeValue(forKey: channel) }?()
    }
}

/// Sits in each connection: notices its end, and closes it when a peer sends a body that nobody asked for.
///
/// With ``HalfClosureDisabler`` before it, a peer that closes its side closes the connection.
final class ConnectionGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    /// Every route is a GET, so a body is noise: a little is dropped, more ends the connection.
    private static let largestBody = 4096
    private static let mostBodyParts = 16

    private let watch: DepartureWatch
    private var bodyBytes = 0
    private var bodyParts = 0

    init(watch: DepartureWatch) {
        self.watch = watch
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            bodyBytes = 0
            bodyParts = 0
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            bodyParts += 1
            guard bodyBytes <= Self.largestBody, bodyParts <= Self.mostBodyParts else {
                context.close(promise: nil)
                return
            }
        case .end:
            break
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch.leave(ObjectIdentifier(context.channel))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        watch.leave(ObjectIdentifier(context.channel))
        context.fireErrorCaught(error)
    }
}
