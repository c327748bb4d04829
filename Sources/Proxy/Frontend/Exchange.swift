import NIOCore
import NIOHTTP1

/// One request and its answer, as far as they have come.
struct Exchange {
    /// Counts the requests of a connection, so that what comes late finds out.
    var number: UInt64 = 0
    /// The client's head.
    var request: HTTPRequestHead?
    /// What its fields say.
    var fields = MessageFields()
    /// Whether the client asks for another protocol on this connection.
    var wantsUpgrade = false
    /// When the head was there.
    var start = NIODeadline.distantPast
    /// When the client stops waiting, where it said so.
    var deadline: NIODeadline?
    /// Parts of the request that came before there was a connection.
    var early: [BodyPart] = []
    /// Whether all of the request has come.
    var hasRequestEnded = false
    /// Whether the head of the final answer was passed on.
    var hasResponseBegun = false
    /// Whether the service has agreed to another protocol.
    var isUpgrading = false
    /// Whether the service's status is 500 or above.
    var isServiceError = false
    /// Whether it was sent a second time already.
    var isRepeated = false
    /// Its connection to the service.
    var upstream: UpstreamConnection?
    /// Its place in the queue.
    var waiter: RequestGate.Waiter?
    /// Whether it was admitted, so that it must be finished.
    var isAdmitted = false
    /// Whether it has a place among those in flight.
    var hasPlace = false
    /// Whether the client's connection ends with the answer.
    var mustClose = false
    /// The last write of an answer after which the connection ends.
    var lastWrite: EventLoopPromise<Void>?

    /// Whether it may be sent a second time: without a body, and with a method that means the same twice (RFC 9110,
    /// 9.2.2).
    var isRepeatable: Bool {
        switch request?.method {
        case .GET, .HEAD, .OPTIONS, .PUT, .DELETE: !hasBody
        default: false
        }
    }

    /// Whether the head says that a body follows.
    var hasBody: Bool { fields.hasBody }
}

/// What follows the head of a request.
enum BodyPart {
    case bytes(ByteBuffer)
    case end(HTTPHeaders?)
}
