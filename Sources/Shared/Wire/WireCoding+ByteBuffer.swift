import NIOCore
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension WireCoding {
    /// One message as a line of JSON that ends with a newline.
    public static func line(_ message: some Encodable) throws -> ByteBuffer {
        var data = try encoder().encode(message)
        data.append(0x0A)
        return ByteBuffer(bytes: data)
    }

    /// One message from the bytes of a body or a line.
    ///
    /// - Throws: ``UnreadableMessage``, which says in plain words what is wrong, and at which key.
    public static func decode<Message: Decodable>(_ type: Message.Type, from buffer: ByteBuffer) throws -> Message {
        try decode(type, from: Data(buffer.readableBytesView))
    }
}
