/// What one rule of the policy recommends.
public struct RuleRecommendation: Sendable, Hashable, Codable {
    /// The rule's name, or `forecast`.
    public var rule: String
    /// The size it recommends, in instances; `nil`: it has no opinion.
    public var size: Int?
    /// The recommendation in words.
    public var text: String

    /// A recommendation.
    public init(rule: String, size: Int?, text: String) {
        self.rule = rule
        self.size = size
        self.text = text
    }
}
