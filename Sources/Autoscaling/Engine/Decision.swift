/// What the engine decided at one tick, and why.
public struct Decision: Sendable, Hashable, Codable {
    /// What is to be done.
    public enum Order: Sendable, Hashable, Codable {
        /// Nothing.
        case hold
        /// So many instances more.
        case scaleOut(by: Int)
    }

    /// When it was decided.
    public var at: Moment
    /// What is to be done.
    public var order: Order
    /// The reason in one sentence.
    public var reason: String
    /// Whether every instance in service is over the threshold at this tick.
    public var overloaded: Bool
    /// When the present overload began; `nil` when there is none.
    public var overloadedSince: Moment?
    /// Hot samples in a row, of the instance that has the fewest.
    public var hotSamples: Int
    /// What was observed.
    public var observation: GroupObservation
}
