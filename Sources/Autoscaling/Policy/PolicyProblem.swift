/// Something in a policy that cannot be met.
package struct PolicyProblem: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The setting, as the configuration file spells it: `policy.scale-in.window`.
    package var keyPath: String
    /// What is wrong.
    package var problem: String
    /// What to do about it.
    package var remedy: String

    /// A problem.
    package init(_ keyPath: String, _ problem: String, remedy: String) {
        self.keyPath = keyPath
        self.problem = problem
        self.remedy = remedy
    }

    /// Setting, problem and remedy in one line.
    package var description: String { "\(keyPath): \(problem); \(remedy)" }
}
