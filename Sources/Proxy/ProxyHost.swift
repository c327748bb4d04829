import NIOCore
import NIOHTTP1
import Shared

/// What became of a request.
package enum ProxyOutcome: Sendable, Equatable {
    /// The service answered, with a status below 500.
    case answered
    /// The service answered with a status of 500 or above.
    case serviceError
    /// The request itself was wrong.
    case badRequest
    /// As many requests wait as may wait.
    case overloaded
    /// Refused while draining.
    case draining
    /// The service could not be reached.
    case unreachable
    /// The service broke off, or its answer is not HTTP.
    case brokenOff
    /// The service did not answer in time.
    case deadline
    /// The client went away.
    case abandoned
}

/// An answer of the proxy itself.
package struct OwnAnswer: Sendable {
    /// The status.
    package var status: HTTPResponseStatus
    /// Header fields beside the framing.
    package var headers: HTTPHeaders
    /// The body.
    package var body: ByteBuffer

    /// An answer.
    package init(status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// What a proxy asks of the program that it is part of. Called on event loops: nothing here may wait.
package protocol ProxyHost: Sendable {
    /// The name for messages to clients.
    var server: String { get }
    /// Base URLs of other endpoints, for requests that are refused.
    var alternatives: [String] { get }
    /// Whether new work is refused.
    var isDraining: Bool { get }
    /// Takes one request, unless new work is refused; each one taken is ended with ``finish()``.
    func admit() -> Bool
    /// A request that was taken is over.
    func finish()
    /// Counts what became of a request.
    ///
    /// - Parameters:
    ///   - outcome: What became of it.
    ///   - time: The time since its head was there.
    func record(_ outcome: ProxyOutcome, after time: Duration)
    /// Answers a request under `/.cms/`.
    func answer(_ request: HTTPRequestHead) -> OwnAnswer
}
