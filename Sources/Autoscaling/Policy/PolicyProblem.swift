/// Something in a policy that cannot be met.
public struct PolicyProblem: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The setting, as the configuration file spells it: `policy.scale-in.window`.
    public var keyPath: String
    /// What is wrong.
    public var problem: String
    /// What to do about it.
    public var remedy: String

    /// A problem.
    public init(_ keyPath: String, _ problem: String, remedy: String) {
        self.keyPath = keyPath
        self.problem = problem
        self.remedy = remedy
    }

    /// Setting, problem and remedy in one line.
    public var description: String { "\(keyPath): \(problem); \(remedy)" }
}
