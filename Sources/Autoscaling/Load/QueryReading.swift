/// What was last heard of the value of a query: an observation from outside the group, with its time.
package struct QueryReading: Sendable, Hashable, Codable {
    /// The server's URL.
    package var url: String
    /// The PromQL expression.
    package var query: String
    /// The value; `nil` when the last question got none.
    package var value: Double?
    /// When it had that value; `nil` without one.
    package var at: MonotonicInstant?
    /// Why the last question got no value, in words; `nil` when it got one.
    package var failure: String?

    /// The query had a value.
    package init(_ query: PrometheusQuery, value: Double, at moment: MonotonicInstant) {
        url = query.url
        self.query = query.expression
        self.value = value
        at = moment
    }

    /// The query got no value.
    package init(_ query: PrometheusQuery, failure: String) {
        url = query.url
        self.query = query.expression
        self.failure = failure
    }

    /// Whether it is of that query, whoever is asked how.
    package func isOf(_ other: PrometheusQuery) -> Bool {
        query == other.expression && url == other.url
    }
}
