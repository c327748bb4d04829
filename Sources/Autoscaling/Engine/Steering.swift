/// What operators ask of a group beside its policy, as far as it holds at one tick.
package struct Steering: Sendable, Hashable, Codable {
    /// A size that is held whatever the rules recommend.
    package struct Size: Sendable, Hashable, Codable {
        /// The size, in instances; the bounds still hold.
        package var count: Int
        /// The operator.
        package var by: String
        /// Until when, in words; `nil`: until it is released.
        package var until: String?

        /// A size.
        package init(count: Int, by: String, until: String? = nil) {
            self.count = count
            self.by = by
            self.until = until
        }

        /// Who, how many and until when.
        var words: String {
            let end = until.map { " until \($0.prefix(40))" } ?? ""
            return "\(by.prefix(64)) holds the size at \(count.asCount)\(end)"
        }
    }

    /// Who paused the group: nothing is ordered, not even what the bounds demand; `nil`: it is not paused.
    package var pausedBy: String?
    /// The size that is held; `nil`: the rules decide.
    package var size: Size?

    /// What is asked.
    package init(pausedBy: String? = nil, size: Size? = nil) {
        self.pausedBy = pausedBy
        self.size = size
    }
}
