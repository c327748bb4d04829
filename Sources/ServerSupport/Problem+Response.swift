import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import Shared
import Wire

extension Problem: HTTPResponseError {
    /// The answer to the peer.
    public func response(from request: Request, context: some RequestContext) throws -> Response {
        response()
    }

    /// The answer without a request at hand.
    ///
    /// - Parameter headers: Further header fields, for example `Retry-After`.
    package func response(headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/problem+json"
        let body = (try? WireCoding.encoder().encode(self)).map { ByteBuffer(bytes: $0) } ?? ByteBuffer()
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: body)
        )
    }
}
