extension GroupPolicy {
    /// What cannot be met in this policy; empty when all of it can.
    ///
    /// - Parameter interval: The time between two decisions: no window can be shorter.
    public func problems(interval: Duration) -> [PolicyProblem] {
        []
    }
}
