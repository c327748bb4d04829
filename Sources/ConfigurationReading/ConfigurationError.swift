/// Settings that cannot be used: everything that is wrong, not only the first.
package struct ConfigurationError: Error, CustomStringConvertible, Equatable {
    /// One thing that is wrong.
    package struct Problem: Sendable, Equatable, CustomStringConvertible {
        /// The setting's key with those it stands under, such as `groups.fib.drain.timeout`.
        package var key: String
        /// Where it was set: a flag, the environment or a line of the file; empty when unknown.
        package var source: String
        /// What is wrong with it and what would be right.
        package var reason: String

        /// A problem.
        package init(key: String, source: String = "", reason: String) {
            self.key = key
            self.source = source
            self.reason = reason
        }

        /// One sentence.
        package var description: String {
            // A flag and a variable name their key themselves.
            source.isEmpty
                ? "\(key): \(reason)"
                : source.hasPrefix("--") || source.hasPrefix("CMS_")
                    ? "\(source): \(reason)" : "\(source): \(key): \(reason)"
        }
    }

    /// What is wrong, in the order of the file; never empty.
    package var problems: [Problem]

    /// An error of several problems.
    package init(problems: [Problem]) {
        self.problems = problems
    }

    /// An error of one problem.
    package init(key: String, source: String = "", reason: String) {
        problems = [Problem(key: key, source: source, reason: reason)]
    }

    /// One sentence, or a list with a line for each problem.
    package var description: String {
        problems.count == 1
            ? problems[0].description
            : "\(problems.count) problems in the configuration:"
                + problems.map { "\n  \($0)" }.joined()
    }
}
