import Autoscaling

/// A group made of numbers alone: each observation depends only on the group's size and the tick.
///
/// Of a hundred instances two are unknown, two have a silent agent, two an unseen host, and four are short of host CPU. The
/// load of the whole rises and falls within 16 ticks, so that some ticks order and most hold; queues stand where an
/// instance is saturated. Each fifth tick another instance stands in the place of one, and each fourth some are on the way.
package struct Fleet: Sendable {
    /// Instances in service.
    package let size: Int
    /// The time between two ticks.
    package static let interval = Duration.seconds(1)

    /// A group of `size` instances.
    package init(size: Int) {
        self.size = size
    }

    /// The moment of a tick; the first is 0.
    package static func moment(_ tick: Int) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(tick) * 1_000_000_000)
    }

    /// What the engine sees of the group at a tick.
    package func observation(_ tick: Int) -> GroupObservation {
        let coming = tick % 4 == 3 ? max(1, size / 20) : 0
        return GroupObservation(
            inService: measurements(tick).map(\.estimate),
            coming: coming,
            standby: size / 50,
            reserve: size / 2,
            counted: size + coming + size / 50,
            hostRoom: size / 4,
            removable: size - size / 10,
            lastInService: Self.moment(tick - tick % 5)
        )
    }

    /// The samples of each instance at a tick.
    package func measurements(_ tick: Int) -> [Measurement] {
        (0..<size).map { measurement($0, tick) }
    }

    /// The instances among which a scale in chooses at a tick.
    package func candidates(_ tick: Int) -> [VictimSelection.Candidate] {
        (0..<size).map { index in
            VictimSelection.Candidate(
                id: Self.identifier(index, generation(index, tick)),
                name: "vm\(index + 1)",
                work: chance(index, tick, 1) < 0.02 ? nil : Int(chance(index, tick, 2) * 20),
                inServiceSince: Self.moment(Int(chance(index, 0, 3) * 1000) - 1000),
                isProtected: index % 10 == 0
            )
        }
    }

    private func measurement(_ index: Int, _ tick: Int) -> Measurement {
        let now = Self.moment(tick)
        let generation = generation(index, tick)
        let wave = Double(abs(tick % 16 - 8)) / 8
        let busy = min(100, 55 + 45 * wave + 20 * (chance(index, tick, 1) - 0.5))
        let isSaturated = busy >= 90
        let steal = index % 25 == 7 ? 30.0 : 2 * chance(index, tick, 2)
        let host = HostSample(at: now, utilization: max(0, busy - steal), steal: steal)
        let guest = guest(index, now, busy: max(0, busy - steal), steal: steal, queued: isSaturated ? tick % 16 : 0)
        return Measurement(
            id: Self.identifier(index, generation),
            host: index % 50 == 3 || index % 50 == 11 ? nil : host,
            guest: index % 50 == 3 || index % 50 == 19 ? nil : guest,
            earlier: self.guest(index, Self.moment(tick - 1), busy: busy, steal: steal, queued: tick % 3),
            inServiceSince: generation == 0
                ? Self.moment(index % 60 - 3600) : Self.moment(((generation - 1) * size + index + 1) * 5),
            now: now
        )
    }

    private func guest(_ index: Int, _ at: MonotonicInstant, busy: Double, steal: Double, queued: Int) -> GuestSample {
        GuestSample(
            at: at,
            busy: busy,
            steal: steal,
            queued: queued,
            serviceTime: 0.05,
            vCPUs: 2,
            inFlight: 2,
            requestsPerSecond: busy / 2.5,
            refusedPerSecond: queued > 12 ? 1 : 0
        )
    }

    /// How often another instance has taken this place.
    private func generation(_ index: Int, _ tick: Int) -> Int {
        let replaced = tick / 5
        return index < replaced ? 1 + (replaced - 1 - index) / size : 0
    }

    /// A name as libvirt gives them: a UUID.
    private static func identifier(_ index: Int, _ generation: Int) -> String {
        let digits = String(index, radix: 16)
        let number = String(repeating: "0", count: max(0, 12 - digits.count)) + digits
        let version = String(0x4000 + generation % 0x1000, radix: 16)
        return "3f2c1a9e-6d07-\(version)-8b51-\(number)"
    }

    /// A number in 0..<1 that looks random and is not: bits of the three numbers, mixed as SplitMix64 does.
    private func chance(_ index: Int, _ tick: Int, _ purpose: Int) -> Double {
        var bits = UInt64(bitPattern: Int64(index &* 1_000_003 &+ tick &* 8191 &+ purpose))
        bits = (bits &+ 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((bits ^ (bits >> 31)) >> 11) / 9_007_199_254_740_992
    }
}
