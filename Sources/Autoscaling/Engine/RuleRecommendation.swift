/// What one rule of the policy recommends.
package struct RuleRecommendation: Sendable, Hashable, Codable {
    /// The rule's name, or `forecast`.
    package var rule: String
    /// The size it recommends, in instances; `nil`: it has no opinion.
    package var size: Int?
    /// The recommendation in words.
    package var text: String
    /// What the rule lacks, in words: a value that was not to be had; `nil` when it has all.
    package var gap: String?

    /// A recommendation.
    package init(rule: String, size: Int?, text: String, gap: String? = nil) {
        self.rule = rule
        self.size = size
        self.text = text
        self.gap = gap
    }
}
