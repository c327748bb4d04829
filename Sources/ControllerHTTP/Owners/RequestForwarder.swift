import HTTPTypes
import NIOCore

/// Passes requests on to the controller that owns a group.
package protocol RequestForwarder: Sendable {
    /// Asks the controller at one of these addresses.
    ///
    /// - Parameters:
    ///   - request: What is asked.
    ///   - addresses: `host:port` of that controller, tried in this order.
    /// - Throws: When no answer came in time, or too much of one.
    func forward(_ request: ForwardedRequest, to addresses: [String]) async throws -> ForwardedAnswer
}

/// A request that one controller passes on to another.
package struct ForwardedRequest: Sendable, Equatable {
    /// The method.
    package var method: HTTPRequest.Method
    /// Path and query as they came.
    package var path: String
    /// For whom: the value of ``OnBehalf/field``.
    package var onBehalfOf: String
    /// The longest time for all of it.
    package var limit: Duration

    package init(method: HTTPRequest.Method, path: String, onBehalfOf: String, limit: Duration) {
        self.method = method
        self.path = path
        self.onBehalfOf = onBehalfOf
        self.limit = limit
    }

    /// Whether it changes nothing.
    var reads: Bool { method == .get }
}

/// What the other controller answered.
package struct ForwardedAnswer: Sendable, Equatable {
    /// The most bytes of a body.
    package static let limit = 8 << 20
    /// The HTTP status.
    package var status: Int
    /// The type of the body; `nil` without one.
    package var contentType: String?
    package var body: ByteBuffer

    package init(status: Int, contentType: String?, body: ByteBuffer) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}
