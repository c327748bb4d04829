/// JSON that is not the message that it should be: what is wrong, and at which key.
public struct UnreadableMessage: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, in one sentence.
    public let description: String
    /// Whether it is JSON at all; a message that was cut off is not.
    public let isJSON: Bool

    /// What an error of a decoder means.
    public init(_ error: any Error) {
        switch error {
        case DecodingError.dataCorrupted(let context):
            isJSON = !context.codingPath.isEmpty
            // Without a path the text is no JSON at all, and the decoder's own words for that are long.
            description =
                isJSON
                ? "the value of the key \(Self.place(context.codingPath)) is not valid: \(Self.reason(context))"
                : "it is not JSON"
        case let error as DecodingError:
            isJSON = true
            description = Self.words(error)
        default:
            isJSON = true
            description = "it cannot be read: \(error)"
        }
    }

    private static func words(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            "the key \(place(context.codingPath + [key])) is missing"
        case .valueNotFound(_, let context):
            "the key \(place(context.codingPath)) has no value"
        case .typeMismatch(let type, let context):
            context.codingPath.isEmpty
                ? "it is not \(words(type))" : "the value of the key \(place(context.codingPath)) is not \(words(type))"
        default: "it cannot be read"
        }
    }

    /// `'tick.decision.loads[2].id'`.
    private static func place(_ path: [any CodingKey]) -> String {
        var text = ""
        for key in path.prefix(32) {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += (text.isEmpty ? "" : ".") + key.stringValue.prefix(64)
            }
        }
        return "'\(text)'"
    }

    private static func reason(_ context: DecodingError.Context) -> String {
        let words = context.debugDescription
        return words.hasSuffix(".") ? String(words.dropLast()) : words
    }

    private static func words(_ type: Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is [Any].Type: "a list"
        case is [String: Any].Type: "an object"
        default: "of the kind that is expected here"
        }
    }
}
