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
