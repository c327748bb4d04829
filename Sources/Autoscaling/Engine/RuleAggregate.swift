/// What one pass over the instances in service adds up for one rule.
struct RuleAggregate: Sendable {
    /// The metric in all that asks for more, percent: warm instances, gaps by the gap rule.
    var up = 0.0
    /// The metric in all that stands against fewer, percent: those that warm up count as at the target.
    var down = 0.0
    /// Like `up`, without what starved instances want beyond the target.
    var unstarved = 0.0
    /// Hot samples in a row of the instance that has the fewest.
    var fewest = Int.max
    /// Instances of which the metric is missing, for rules on other numbers than the CPU.
    var missing = 0
    /// Warm, measured instances over the threshold that are starved, and those that are not.
    var hotStarved = 0
    var hotUnstarved = 0
}

/// What one pass over the instances in service found.
struct LoadAggregate: Sendable {
    var tallies: [RuleAggregate]
    /// Hot samples in a row, by the first threshold rule, of the instance that has the fewest.
    var fewest = Int.max
    var unknown = 0
    var warming = 0
    var starved = 0
    /// The known demand in all, percent.
    var demand = 0.0
    /// What the queries of the rules come to, by the rules' places in the policy.
    var queries: [Int: QueryTotal] = [:]
    /// What the rules lack, in words; empty when each has its values.
    var gaps: [String] = []
}

/// What the query of a rule comes to at one tick.
struct QueryTotal: Sendable {
    /// The value; `nil`: there is none that could be used.
    var value: Double?
    /// The last value that there was.
    var last: Double?
    /// Why there is none, in words.
    var failure = ""
}
