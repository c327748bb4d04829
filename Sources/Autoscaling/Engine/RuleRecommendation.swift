/// What one rule of the policy recommends.
package struct RuleRecommendation: Sendable, Hashable, Codable {
    /// The rule's name, or `forecast`.
    package var rule: String
    /// The size it recommends, in instances; `nil`: it has no opinion.
    package var size: Int?
    /// The recommendation in words.
    package var text: String

    /// A recommendation.
    package init(rule: String, size: Int?, text: String) {
        self.rule = rule
        self.size = size
        self.text = text
    }
}
