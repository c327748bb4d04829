/// What the engine sees of a group at one tick.
public struct GroupObservation: Sendable, Hashable, Codable {
    /// The loads of the instances in service.
    public var inService: [LoadEstimate]
    /// Instances that are on their way into service: capacity that is coming counts as capacity.
    public var coming: Int
    /// Instances that could be started.
    public var reserve: Int

    /// An observation.
    public init(inService: [LoadEstimate], coming: Int, reserve: Int) {
        self.inService = inService
        self.coming = coming
        self.reserve = reserve
    }
}
