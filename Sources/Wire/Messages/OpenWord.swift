/// A word of a message whose set of words may grow: one that this version does not know is kept, and to be ignored.
public protocol OpenWord: Codable, Sendable, Equatable {
    /// The words that this version knows.
    static var known: [Self] { get }

    /// A word that this version does not know.
    static func unknown(_ word: String) -> Self

    /// The word on the wire.
    var word: String { get }
}

extension OpenWord {
    /// What `word` names.
    public init(word: String) {
        self = Self.known.first { $0.word == word } ?? .unknown(word)
    }

    /// Reads the word.
    public init(from decoder: any Decoder) throws {
        self.init(word: try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the word.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(word)
    }
}
