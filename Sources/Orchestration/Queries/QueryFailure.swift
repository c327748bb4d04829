/// Why a query got no value.
package struct QueryFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kinds of failures are told apart.
    package enum Cause: String, Sendable, Hashable, CaseIterable {
        /// No connection, or one that broke.
        case unreachable
        /// No whole answer in time.
        case timeout
        /// The server does not answer such a question, or not from here.
        case refused
        /// The expression cannot be computed.
        case query
        /// The answer is no single number, or not of now.
        case unusable
        /// The answer is too large.
        case oversized
        /// A file with a secret or with certificates cannot be used.
        case access
    }

    /// The most characters of what a server says.
    private static let longest = 200

    /// The kind.
    package var cause: Cause
    /// What happened, in one line.
    package var description: String

    /// A failure; of its words, which may be a server's, one line of at most 200 characters is kept.
    package init(_ cause: Cause, _ words: String) {
        self.cause = cause
        let line = words.split { $0.isNewline || $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } }
            .joined(separator: " ")
        description = line.count > Self.longest ? "\(line.prefix(Self.longest - 1))…" : line
    }
}
