/// How an endpoint is chosen for a request.
public enum BalancePolicy: String, Sendable, CaseIterable {
    /// Any endpoint with the same probability.
    case random
    /// The endpoint with the fewest requests under way; among equals, any.
    case leastOutstanding = "least-outstanding"
}
