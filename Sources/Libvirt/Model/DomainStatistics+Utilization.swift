extension DomainStatistics {
    /// How busy the virtual CPUs were between `previous` and this sample, in percent of their capacity, 0…100.
    ///
    /// Taken from the vCPUs' own counters where both samples have them, else from the domain's CPU time, which under
    /// software emulation also counts emulator threads and is cut at 100.
    ///
    /// - Returns: nil when it cannot be known: another domain, no time between the samples, counters missing, or a
    ///   counter that went backwards (the domain was restarted).
    package func utilization(since previous: DomainStatistics) -> Double? {
        guard previous.uuid == uuid else { return nil }
        if let busy = growth(since: previous, of: \.time) {
            return percent(busy.total, vcpus: busy.count, since: previous)
        }
        guard !hasCounters(\.time) || !previous.hasCounters(\.time),
            let now = cpuTime, let before = previous.cpuTime, now >= before, let vcpuCount
        else { return nil }
        return percent(now - before, vcpus: vcpuCount, since: previous)
    }

    /// How long the virtual CPUs waited for the host between `previous` and this sample, in percent of their
    /// capacity, 0…100.
    ///
    /// - Returns: nil under the same conditions as ``utilization(since:)``; there is no fallback.
    package func steal(since previous: DomainStatistics) -> Double? {
        guard previous.uuid == uuid, let delay = growth(since: previous, of: \.delay) else { return nil }
        return percent(delay.total, vcpus: delay.count, since: previous)
    }

    private func hasCounters(_ counter: KeyPath<VirtualCPU, UInt64?>) -> Bool {
        !vcpus.isEmpty && vcpus.allSatisfy { $0[keyPath: counter] != nil }
    }

    /// The growth of a counter summed over the vCPUs, when both samples have it for the same vCPUs.
    private func growth(
        since previous: DomainStatistics,
        of counter: KeyPath<VirtualCPU, UInt64?>
    ) -> (total: UInt64, count: Int)? {
        guard !vcpus.isEmpty, vcpus.count == previous.vcpus.count else { return nil }
        var total: UInt64 = 0
        for (now, before) in zip(vcpus, previous.vcpus) {
            guard now.number == before.number,
                let end = now[keyPath: counter], let start = before[keyPath: counter], end >= start
            else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(end - start)
            guard !overflow else { return nil }
            total = sum
        }
        return (total, vcpus.count)
    }

    private func percent(_ nanoseconds: UInt64, vcpus: Int, since previous: DomainStatistics) -> Double? {
        let elapsed = previous.measuredAt.instant.duration(to: measuredAt.instant) / .nanoseconds(1)
        guard elapsed > 0, vcpus > 0 else { return nil }
        return min(100, Double(nanoseconds) / elapsed / Double(vcpus) * 100)
    }
}
