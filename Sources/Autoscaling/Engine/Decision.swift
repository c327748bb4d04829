/// What the engine decided at one tick, and why: the decision record.
public struct Decision: Sendable, Hashable, Codable {
    /// What is to be done.
    public enum Order: Sendable, Hashable, Codable {
        /// Nothing.
        case hold
        /// So many instances more.
        case scaleOut(by: Int)
        /// So many instances fewer.
        case scaleIn(by: Int)
    }

    /// When it was decided.
    public var at: MonotonicInstant
    /// What is to be done.
    public var order: Order
    /// The size that the order leads to, in instances.
    public var desired: Int
    /// The present size, in instances: in service and coming.
    public var capacity: Int
    /// The reason in one sentence.
    public var reason: String
    /// What would have to happen for another decision, in one sentence.
    public var whatWouldChange: String
    /// Whether every instance in service is over the threshold at this tick.
    public var overloaded: Bool
    /// When the present overload began; `nil` when there is none.
    public var overloadedSince: MonotonicInstant?
    /// Hot samples in a row, of the instance that has the fewest.
    public var hotSamples: Int
    /// The largest recommendation of the rules, before any limit.
    public var unclampedSize: Int
    /// The recommendation of each rule.
    public var recommendations: [RuleRecommendation]
    /// The limits that changed the recommendation, in the order in which they applied.
    public var clamps: [Clamp]
    /// What was observed.
    public var observation: GroupObservation

    // Records are kept and read by others: their keys stay as they are.
    private enum CodingKeys: String, CodingKey {
        case at, order, desired, capacity, reason, whatWouldChange, overloaded, overloadedSince, hotSamples
        case unclampedSize = "rawWish"
        case recommendations = "wishes"
        case clamps, observation
    }
}
