import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// How every message of the API is written: JSON, dates as RFC 3339 in UTC with milliseconds.
public enum WireCoding {
    /// An encoder for one message; keys are sorted so that equal values give equal bytes.
    public static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(date.rfc3339)
        }
        return encoder
    }

    /// A decoder for one message; unknown fields are ignored.
    public static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = Date(rfc3339: text) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 time")
            }
            return date
        }
        return decoder
    }

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

    /// One message from bytes that were kept.
    ///
    /// - Throws: ``UnreadableMessage``, which says in plain words what is wrong, and at which key.
    public static func decode<Message: Decodable>(_ type: Message.Type, from data: Data) throws -> Message {
        do {
            return try decoder().decode(type, from: data)
        } catch {
            throw UnreadableMessage(error)
        }
    }
}

extension Date {
    /// RFC 3339 in UTC with milliseconds: `2026-01-02T03:04:05.678Z`.
    public var rfc3339: String {
        // The style cuts digits off: without rounding, a time that was read back could be a millisecond too early.
        let milliseconds = (timeIntervalSinceReferenceDate * 1000).rounded()
        return Date(timeIntervalSinceReferenceDate: milliseconds / 1000 + 0.000_05)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Parses RFC 3339 with or without fractions of a second; `nil` for anything else.
    public init?(rfc3339 text: String) {
        guard text.utf8.count <= 40 else { return nil }
        if let date = try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)) {
            self = date
        } else if let date = try? Date(text, strategy: Date.ISO8601FormatStyle()) {
            self = date
        } else {
            return nil
        }
    }
}
