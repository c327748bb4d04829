/// A pattern for whole names: `*` stands for any characters or none, `?` for exactly one, all others for themselves.
package struct NamePattern: Sendable, Hashable, CustomStringConvertible {
    /// The longest pattern, characters.
    package static let longest = 256

    /// The pattern as it was written.
    package let description: String
    private let characters: [Character]

    /// A pattern; `nil` when it is empty or longer than ``longest``.
    package init?(_ text: String) {
        guard !text.isEmpty, text.count <= Self.longest else { return nil }
        description = text
        characters = Array(text)
    }

    /// Whether the pattern stands for `name`; the time is bounded by the product of both lengths.
    package func matches(_ name: String) -> Bool {
        matches(Array(name), starIsLiteral: false)
    }

    /// Whether every name that `other` stands for is also one of this pattern; `false` when that cannot be told.
    package func covers(_ other: NamePattern) -> Bool {
        matches(other.characters, starIsLiteral: true)
    }

    /// - Parameter starIsLiteral: Whether `*` in `name` is a character that only `*` of the pattern stands for.
    private func matches(_ name: [Character], starIsLiteral: Bool) -> Bool {
        var (position, index) = (0, 0)
        var retry: (position: Int, index: Int)?
        while index < name.count {
            if position < characters.count, characters[position] == "*" {
                position += 1
                retry = (position, index)
            } else if position < characters.count,
                characters[position] == name[index] || characters[position] == "?",
                !(starIsLiteral && name[index] == "*")
            {
                position += 1
                index += 1
            } else if let last = retry {
                // The last star takes one character more.
                retry = (last.position, last.index + 1)
                (position, index) = (last.position, last.index + 1)
            } else {
                return false
            }
        }
        return characters[position...].allSatisfy { $0 == "*" }
    }
}
