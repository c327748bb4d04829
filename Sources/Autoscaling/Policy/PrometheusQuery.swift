/// A PromQL expression, whom to ask for its value, and how.
package struct PrometheusQuery: Sendable, Hashable, Codable {
    /// What is shown to the server. Files hold the secrets and are read for each question: a new one needs no reload.
    package struct Access: Sendable, Hashable, Codable {
        /// The file with a bearer token.
        package var bearerTokenFile: String?
        /// The user's name of basic authentication.
        package var username: String?
        /// The file with its password.
        package var passwordFile: String?
        /// The file with the certificates that the server's must come from, PEM; `nil`: the system's.
        package var authorityFile: String?

        /// What is shown.
        package init(
            bearerTokenFile: String? = nil,
            username: String? = nil,
            passwordFile: String? = nil,
            authorityFile: String? = nil
        ) {
            self.bearerTokenFile = bearerTokenFile
            self.username = username
            self.passwordFile = passwordFile
            self.authorityFile = authorityFile
        }
    }

    /// The server's URL, before `/api/v1/query`.
    package var url: String
    /// The expression; its value is a scalar, or a vector of one element.
    package var expression: String
    /// The time between two questions.
    package var interval: Duration
    /// The longest wait for a whole answer.
    package var timeout: Duration
    /// An older value is none.
    package var maxAge: Duration
    /// What is shown to the server.
    package var access: Access

    /// A query.
    package init(
        url: String,
        expression: String,
        interval: Duration = .seconds(15),
        timeout: Duration = .seconds(5),
        maxAge: Duration = .seconds(120),
        access: Access = Access()
    ) {
        self.url = url
        self.expression = expression
        self.interval = interval
        self.timeout = timeout
        self.maxAge = maxAge
        self.access = access
    }

    /// The expression as sentences name it: one line of at most 80 characters.
    package var title: String {
        let line = expression.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return "`\(line.count > 80 ? "\(line.prefix(79))…" : line)`"
    }
}

extension GroupPolicy {
    /// The queries of its rules, each once, in their order.
    package var queries: [PrometheusQuery] {
        var queries: [PrometheusQuery] = []
        for case .prometheus(let rule) in rules where !queries.contains(rule.query) { queries.append(rule.query) }
        return queries
    }
}
