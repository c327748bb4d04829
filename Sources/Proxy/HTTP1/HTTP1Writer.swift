import NIOCore
import NIOHTTP1

/// Writes HTTP/1.1 messages as bytes (RFC 9112): what is small is gathered, so that it goes out in one piece.
struct HTTP1Writer: FieldSink {
    /// Up to so many bytes of a body are copied to what is gathered, more go out as they came.
    static let mostCopied = 2048

    /// Heads are rarely larger.
    private static let usualHead = 512

    private var gathered = ByteBuffer()
    private var isChunked = false

    /// Writes the head of a request.
    mutating func head(_ request: ForwardedRequest) {
        reserve()
        gathered.writeString(request.method.rawValue)
        gathered.writeStaticString(" ")
        gathered.writeString(request.target)
        gathered.writeStaticString(" HTTP/1.1\r\n")
        request.write(to: &self)
        gathered.writeStaticString("\r\n")
        isChunked = request.isChunked
    }

    /// Writes the head of an answer.
    mutating func head(_ response: ForwardedResponse) {
        statusLine(response.version, response.status)
        response.write(to: &self)
        gathered.writeStaticString("\r\n")
        isChunked = response.framing == .chunked
    }

    /// Writes the head of an answer of the proxy itself.
    mutating func head(_ response: HTTPResponseHead) {
        statusLine(response.version, response.status)
        for (name, value) in response.headers { field(name, value) }
        gathered.writeStaticString("\r\n")
        isChunked = false
    }

    /// Writes a piece of the body.
    ///
    /// - Returns: What is to be sent as it is, in this order; nothing when the piece was gathered.
    mutating func body(_ bytes: ByteBuffer) -> (head: ByteBuffer, body: ByteBuffer)? {
        let count = bytes.readableBytes
        // A chunk of no length would be the last one.
        guard count > 0 else { return nil }
        if isChunked {
            gathered.writeString(String(count, radix: 16))
            gathered.writeStaticString("\r\n")
        }
        var large: (head: ByteBuffer, body: ByteBuffer)?
        if count <= Self.mostCopied {
            gathered.writeImmutableBuffer(bytes)
        } else {
            large = (take() ?? ByteBuffer(), bytes)
        }
        if isChunked { gathered.writeStaticString("\r\n") }
        return large
    }

    /// Writes the end of the body.
    mutating func end(_ trailers: HTTPHeaders?) {
        guard isChunked else { return }
        gathered.writeStaticString("0\r\n")
        if let trailers {
            for (name, value) in trailers { field(name, value) }
        }
        gathered.writeStaticString("\r\n")
    }

    /// Gives away what is gathered; `nil` when there is nothing.
    mutating func take() -> ByteBuffer? {
        guard gathered.readableBytes > 0 else { return nil }
        defer { gathered = ByteBuffer() }
        return gathered
    }

    /// A field of a head or a trailer.
    mutating func field(_ name: String, _ value: String) {
        var (name, value) = (name, value)
        name.withUTF8 { name in
            value.withUTF8 { value in
                let count = name.count + value.count + 4
                gathered.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
                    target.copyBytes(from: name)
                    target[name.count] = UInt8(ascii: ":")
                    target[name.count + 1] = UInt8(ascii: " ")
                    UnsafeMutableRawBufferPointer(rebasing: target[(name.count + 2)...]).copyBytes(from: value)
                    target[count - 2] = UInt8(ascii: "\r")
                    target[count - 1] = UInt8(ascii: "\n")
                    return count
                }
            }
        }
    }

    private mutating func reserve() {
        if gathered.capacity < Self.usualHead { gathered.reserveCapacity(Self.usualHead) }
    }

    private mutating func statusLine(_ version: HTTPVersion, _ status: HTTPResponseStatus) {
        reserve()
        gathered.writeStaticString(version == .http1_0 ? "HTTP/1.0 " : "HTTP/1.1 ")
        gathered.writeString(String(status.code))
        gathered.writeStaticString(" ")
        gathered.writeString(status.reasonPhrase)
        gathered.writeStaticString("\r\n")
    }
}
