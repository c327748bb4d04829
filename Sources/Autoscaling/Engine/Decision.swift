/// What the engine decided at one tick, and why: the decision record.
package struct Decision: Sendable, Hashable, Codable {
    /// What is to be done.
    package enum Order: Sendable, Hashable, Codable {
        /// Nothing.
        case hold
        /// So many instances more.
        case scaleOut(by: Int)
        /// So many instances fewer.
        case scaleIn(by: Int)
    }

    /// When it was decided.
    package var at: MonotonicInstant
    /// What is to be done.
    package var order: Order
    /// The size that the order leads to, in instances.
    package var desired: Int
    /// The present size, in instances: in service and coming.
    package var capacity: Int
    /// The reason in one sentence.
    package var reason: String
    /// What would have to happen for another decision, in one sentence.
    package var whatWouldChange: String
    /// Whether every instance in service is over the threshold at this tick.
    package var overloaded: Bool
    /// When the present overload began; `nil` when there is none.
    package var overloadedSince: MonotonicInstant?
    /// Hot samples in a row, of the instance that has the fewest.
    package var hotSamples: Int
    /// The largest recommendation of the rules, before any limit.
    package var unclampedSize: Int
    /// The recommendation of each rule.
    package var recommendations: [RuleRecommendation]
    /// The limits that changed the recommendation, in the order in which they applied.
    package var clamps: [Clamp]
    /// What was observed.
    package var observation: GroupObservation

    // Records are kept and read by others: their keys stay as they are.
    private enum CodingKeys: String, CodingKey {
        case at, order, desired, capacity, reason, whatWouldChange, overloaded, overloadedSince, hotSamples
        case unclampedSize = "rawWish"
        case recommendations = "wishes"
        case clamps, observation
    }
}
