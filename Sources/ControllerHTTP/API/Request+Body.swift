import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import Shared
import Wire

extension Request {
    /// The JSON body as a message.
    ///
    /// - Throws: A 413 problem when it has more than `limit` bytes, a 400 problem when it is not such a message.
    func message<Message: Decodable>(_ type: Message.Type, limit: Int) async throws -> Message {
        let body: ByteBuffer
        do {
            body = try await self.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw Problem(
                .contentTooLarge,
                code: "too-large",
                detail: "the body has more than the \(limit) bytes allowed here"
            )
        }
        do {
            return try WireCoding.decode(type, from: body)
        } catch {
            throw Problem(
                .badRequest,
                code: "unreadable",
                detail: "the body is not a valid \(type) in JSON: \(ErrorText.of(error))"
            )
        }
    }
}

extension Response {
    /// A message as JSON.
    static func message(_ message: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: try WireCoding.line(message))
        )
    }

    /// A stream of lines that ends when the source ends, the peer leaves or the server stops.
    ///
    /// - Parameters:
    ///   - lines: Encoded lines.
    ///   - request: The request answered; its connection's end ends the stream.
    ///   - onEnd: Called once, however the stream ended.
    static func stream(
        _ lines: AsyncStream<ByteBuffer>,
        for request: Request,
        onEnd: @escaping @Sendable () -> Void
    ) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/x-ndjson", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                defer { onEnd() }
                // A reader that has gone is noticed at once, not at the next failing write.
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    for await line in lines.cancelOnGracefulShutdown() {
                        try await writer.write(line)
                    }
                }
                try await writer.finish(nil)
            }
        )
    }
}
