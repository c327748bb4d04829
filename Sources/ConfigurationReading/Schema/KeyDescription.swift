/// All that is known of one key of the configuration file: what parses it, checks it and explains it is made from this.
package struct KeyDescription: Sendable {
    /// The key.
    package var name: String
    /// What it takes.
    package var kind: ValueKind
    /// The value when nobody gives one, as the file would spell it; `nil` when there is none.
    var standard: String?
    /// One sentence for people.
    package var summary: String
    /// Whether it must be given.
    var isRequired = false
    /// Whether the word `none` is a value too.
    var allowsNone = false
    /// Whether a mapping that is left away is absent, and not one of defaults.
    var isAbsentByDefault = false
    /// A value for an example, where the default does not serve.
    var example: String?

    /// A key.
    init(
        _ name: String,
        _ kind: ValueKind,
        _ standard: String? = nil,
        _ summary: String,
        isRequired: Bool = false,
        allowsNone: Bool = false,
        isAbsentByDefault: Bool = false,
        example: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.standard = standard
        self.summary = summary
        self.isRequired = isRequired
        self.allowsNone = allowsNone
        self.isAbsentByDefault = isAbsentByDefault
        self.example = example
    }

    /// What a valid value is, in words.
    var expectation: String {
        kind.expectation + (allowsNone ? ", or none" : "")
    }
}
