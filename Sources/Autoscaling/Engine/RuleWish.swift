/// What one rule of the policy wishes for.
public struct RuleWish: Sendable, Hashable, Codable {
    /// The rule's name, or `forecast`.
    public var rule: String
    /// The size it wishes for, in instances; `nil`: it has no opinion.
    public var size: Int?
    /// The wish in words.
    public var text: String

    /// A wish.
    public init(rule: String, size: Int?, text: String) {
        self.rule = rule
        self.size = size
        self.text = text
    }
}
