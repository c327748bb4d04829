extension GuestSample {
    /// The most that one instance's waiting work may ask for, percent: a hundred instances. A peer's number never
    /// decides more.
    static let excessLimit = 10_000.0

    /// What the work that a saturated guest does not get done would need, in percent of its capacity.
    ///
    /// Waiting work is a stock and capacity is a flow: the growth of the queue and the refusals are a flow of arrivals
    /// that the instance cannot keep up with, the stock itself becomes one by the time within which it is to be gone.
    ///
    /// - Parameters:
    ///   - earlier: A sample from before, for the growth of the queue. One less than half an interval older says nothing:
    ///     single arrivals would count as a flow.
    ///   - interval: The time between two samples.
    ///   - drainHorizon: Within what time the stock is to be gone.
    func excess(since earlier: GuestSample?, interval: Duration, drainHorizon: Duration) -> Double {
        guard let serviceTime, serviceTime > 0, serviceTime.isFinite else { return 0 }
        let stock = Double(max(0, queued ?? 0))
        var perSecond = max(0, refusedPerSecond.flatMap { $0.isFinite ? $0 : nil } ?? 0)
        if let earlier, let before = earlier.queued, queued != nil, earlier.at < at,
            earlier.at.duration(to: at) >= interval / 2
        {
            perSecond += max(0, stock - Double(max(0, before))) / (earlier.at.duration(to: at) / .seconds(1))
        }
        perSecond += stock / max(drainHorizon / .seconds(1), 0.001)
        return min(Self.excessLimit, perSecond * serviceTime / Double(max(vCPUs, 1)) * 100)
    }
}
