import Testing

@testable import Lifecycle

/// Placement is a value: whatever the hosts are, these hold.
@Suite("Placement") struct PlacementTests {
    private static let policies: [PlacementPolicy.Order] = [.spread, .pack]

    private func generated(_ random: inout HistoryRandom) -> (Placement, HostRoom.Need) {
        var policy = PlacementPolicy(order: random.once(in: 2) ? .spread : .pack)
        if random.once(in: 3) { policy.required = ["zone": "a"] }
        if random.once(in: 3) { policy.preferred = ["disk": "ssd"] }
        if random.once(in: 3) { policy.mostPerHost = random.within(1...4) }
        let hosts = (0..<random.within(1...5)).map { number in
            Placement.Host(
                name: "h\(number)",
                labels: ["zone": random.once(in: 3) ? "b" : "a", "disk": random.once(in: 2) ? "ssd" : "hdd"],
                refusal: random.once(in: 5) ? "is cordoned" : nil,
                room: random.once(in: 6)
                    ? nil
                    : HostRoom(
                        memoryAvailable: UInt64(random.below(12)),
                        memoryKept: UInt64(random.below(3)),
                        vCPULimit: random.within(1...16),
                        vCPUsInUse: random.below(8)
                    ),
                count: random.below(4)
            )
        }
        return (
            Placement(policy: policy, hosts: hosts),
            HostRoom.Need(memory: UInt64(random.within(1...3)), vCPUs: random.within(1...2))
        )
    }

    private func requests(_ placement: Placement, _ need: HostRoom.Need) -> [String: Placement.Request] {
        Dictionary(placement.hosts.map { ($0.name, Placement.Request(need: need)) }) { first, _ in first }
    }

    @Test("what is chosen has room, leave and the labels; every other host is named with a reason", arguments: 0..<40)
    func sound(seed: Int) {
        var random = HistoryRandom(seed: UInt64(seed))
        for _ in 0..<50 {
            let (placement, need) = generated(&random)
            let verdict = placement.choose(requests(placement, need))
            #expect(verdict == placement.choose(requests(placement, need)), "the same facts give the same host")
            #expect(
                Set(verdict.others.map(\.host) + [verdict.host].compactMap(\.self)) == Set(placement.hosts.map(\.name))
            )
            #expect(verdict.others.allSatisfy { !$0.reason.isEmpty })
            guard let name = verdict.host, let host = placement.hosts.first(where: { $0.name == name }) else {
                #expect(placement.hosts.allSatisfy { placement.refusal(of: $0, Placement.Request(need: need)) != nil })
                continue
            }
            #expect(host.refusal == nil)
            #expect(host.room?.shortage(for: need) == nil)
            #expect(placement.policy.required.allSatisfy { host.labels[$0.key] == $0.value })
            #expect(placement.policy.mostPerHost.map { host.count < $0 } ?? true)
        }
    }

    @Test("permits never add up to more than there is, and as many are given as are promised", arguments: 0..<40)
    func permits(seed: Int) {
        var random = HistoryRandom(seed: UInt64(seed))
        let (start, need) = generated(&random)
        var placement = start
        var given: [String: Int] = [:]
        for number in 0..<60 {
            guard let host = placement.choose(requests(placement, need)).host else { break }
            placement.take("i\(number)", on: host, Placement.Request(need: need))
            given[host, default: 0] += 1
        }
        for host in start.hosts {
            let count = given[host.name, default: 0]
            let capacity = start.capacity(of: host.name, for: need)
            #expect(count <= capacity)
            if host.room != nil, placement.choose(requests(placement, need)).host == nil { #expect(count == capacity) }
        }
    }

    @Test("spread keeps equal hosts within one of each other; pack fills one before it goes to the next")
    func orders() {
        let room = HostRoom(memoryAvailable: 6)
        let need = HostRoom.Need(memory: 1, vCPUs: 1)
        func counts(_ order: PlacementPolicy.Order, _ number: Int) -> [Int] {
            var placement = Placement(
                policy: PlacementPolicy(order: order),
                hosts: ["a", "b", "c"].map { Placement.Host(name: $0, room: room) }
            )
            for index in 0..<number {
                guard let host = placement.choose(requests(placement, need)).host else { break }
                placement.take("\(index)", on: host, Placement.Request(need: need))
            }
            return placement.hosts.map(\.count)
        }
        for number in 0...18 {
            let spread = counts(.spread, number)
            #expect((spread.max() ?? 0) - (spread.min() ?? 0) <= 1)
            let packed = counts(.pack, number)
            #expect(packed == [min(number, 6), min(max(number - 6, 0), 6), max(number - 12, 0)])
        }
    }

    @Test("preferred labels decide before number and room, and are no condition")
    func preferred() {
        var placement = Placement(
            policy: PlacementPolicy(preferred: ["disk": "ssd"]),
            hosts: [
                Placement.Host(name: "a", labels: ["disk": "hdd"]),
                Placement.Host(name: "b", labels: ["disk": "ssd"], count: 3),
            ]
        )
        let all = ["a": Placement.Request(need: nil), "b": Placement.Request(need: nil)]
        #expect(placement.choose(all).host == "b")
        placement.hosts[1].refusal = "is cordoned"
        let verdict = placement.choose(all)
        #expect(verdict.host == "a")
        #expect(verdict.description == "on host a (0 of the group there), not on b: it is cordoned")
    }
}
