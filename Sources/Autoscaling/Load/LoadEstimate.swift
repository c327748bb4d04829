/// The load of one instance, merged from the two independent paths of measurement.
package struct LoadEstimate: Sendable, Hashable, Codable {
    /// How much the two paths could say.
    package enum Case: String, Sendable, Hashable, Codable {
        /// Both paths measured: the load is the guest's own.
        case busy
        /// Both measured and the host withholds much CPU: another instance on the same host will not help.
        case starved
        /// The host measured, the guest is silent. What the host sees is still load.
        case agentLost = "agent lost"
        /// The host measured, and there is no agent in the guest that could.
        case hostOnly = "host only"
        /// Only the guest measured.
        case hostBlind = "host blind"
        /// Neither measured.
        case unknown
    }

    /// The instance.
    package var id: String
    /// How the two paths were merged.
    package var merge: Case
    /// The share of vCPU capacity in use, 0...100 percent: the larger of host's and guest's view; `nil` when unknown.
    package var utilization: Double?
    /// What the work there would need, in percent of the capacity; above 100 when work waits; `nil` when unknown.
    package var demand: Double?
    /// The share of time the vCPUs waited for the host, 0...100 percent.
    package var steal: Double?
    /// What the guest says of its vCPUs, 0...100 percent; `nil` when it is missing.
    package var guestBusy: Double?
    /// The age of the host's sample, seconds; `nil` when it is missing.
    package var hostAge: Double?
    /// The age of the guest's sample, seconds; `nil` when it is missing.
    package var guestAge: Double?

    /// Requests in flight and queued there; `nil` when unknown.
    package var work: Int?
    /// What the guest says beside its CPU; `nil` when its sample is missing.
    package var metrics: InstanceMetrics? {
        get { boxed?.metrics }
        set { boxed = newValue.map { BoxedMetrics($0) } }
    }
    /// Apart, so that a pass over the loads, which seldom looks at it, copies one pointer.
    private var boxed: BoxedMetrics?
    /// When it came into service; `nil` when unknown: taken as warmed up.
    package var inServiceSince: MonotonicInstant?

    /// Steal from which an instance counts as starved, percent. A quarter of the time is lost by then.
    package static let starvedSteal = 25.0
    /// How many intervals a sample stays usable; an older one is missing.
    package static let freshIntervals = 3
    /// Utilization from which waiting work is counted, percent: with idle vCPUs a task waits for an instant only.
    static let saturated = 90.0
    /// Within what time the work that waits is to be done, unless told otherwise. The stock of waiting work is a demand
    /// only in relation to such a time; five seconds are what a person at the other end still bears.
    package static let drainHorizon = Duration.seconds(5)

    private enum CodingKeys: String, CodingKey {
        case id, merge, utilization, demand, steal, guestBusy, hostAge, guestAge, work, inServiceSince
        case boxed = "metrics"
    }

    /// Merges the samples of the instance `id`.
    ///
    /// The demand of a saturated instance is what it does (busy and stolen time), plus the arrivals it cannot keep up with
    /// (the growth of its queue and what it refuses), plus what waits already, spread over `drainHorizon`.
    ///
    /// - Parameters:
    ///   - id: The instance.
    ///   - host: The hypervisor's last sample, if any.
    ///   - guest: The agent's last sample, if any.
    ///   - earlier: An agent's sample from about an interval before, if any: the growth of the queue is measured from it.
    ///   - interval: The time between two samples.
    ///   - drainHorizon: Within what time the work that waits is to be done.
    ///   - inServiceSince: When the instance came into service, if it is.
    ///   - hasAgent: Whether anybody measures inside the guest.
    ///   - now: The present moment.
    package init(
        id: String,
        host: HostSample?,
        guest: GuestSample?,
        earlier: GuestSample? = nil,
        interval: Duration,
        drainHorizon: Duration = LoadEstimate.drainHorizon,
        inServiceSince: MonotonicInstant? = nil,
        hasAgent: Bool = true,
        now: MonotonicInstant
    ) {
        let limit = interval * Self.freshIntervals
        let host = host.flatMap { $0.at.duration(to: now) <= limit ? $0 : nil }
        let guest = guest.flatMap { $0.at.duration(to: now) <= limit ? $0 : nil }
        let steal = Self.larger(host?.steal, guest?.steal)

        self.id = id
        self.hostAge = host.map { $0.at.duration(to: now) / .seconds(1) }
        self.guestAge = guest.map { $0.at.duration(to: now) / .seconds(1) }
        self.guestBusy = guest?.busy
        self.steal = steal
        self.utilization = Self.larger(host?.utilization, guest?.busy).map { min(100, max(0, $0)) }
        self.inServiceSince = inServiceSince
        self.boxed = guest.map { BoxedMetrics(InstanceMetrics($0)) }
        self.work = guest.flatMap { guest in
            guest.queued == nil && guest.inFlight == nil
                ? nil : max(0, guest.queued ?? 0).clampedSum(max(0, guest.inFlight ?? 0))
        }
        self.merge =
            switch (host, Self.finite(guest?.busy)) {
            case (nil, nil): .unknown
            case (nil, _): .hostBlind
            case (_, nil): hasAgent ? .agentLost : .hostOnly
            default: (steal ?? 0) >= Self.starvedSteal ? .starved : .busy
            }
        self.demand = utilization.map { used in
            // What the guest itself counts as stolen it would have used: a capped guest reaches the threshold by it. The
            // host's own count also has what an idle guest's housekeeping waited for, so it only names the case.
            let wanted = min(100, max(used, (Self.finite(guest?.busy) ?? 0) + (Self.finite(guest?.steal) ?? 0)))
            guard used >= Self.saturated, let guest else { return wanted }
            return wanted + guest.excess(since: earlier, interval: interval, drainHorizon: drainHorizon)
        }
    }

    /// The larger of two measured values; one that is missing or no number does not count.
    private static func larger(_ left: Double?, _ right: Double?) -> Double? {
        guard let left = finite(left), let right = finite(right) else { return finite(left) ?? finite(right) }
        return left < right ? right : left
    }

    private static func finite(_ value: Double?) -> Double? {
        value.flatMap { $0.isFinite ? $0 : nil }
    }
}

extension Int {
    /// The sum, at most the largest number.
    fileprivate func clampedSum(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
