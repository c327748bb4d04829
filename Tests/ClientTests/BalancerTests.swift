import Client
import Testing
import Wire

@Suite struct BalancerTests {
    let endpoints = (1...3).map { Endpoint(id: "\($0)", name: "vm\($0)", url: "https://192.0.2.\($0):8000") }
    let start = ContinuousClock.now
    var generator = SeededGenerator(seed: 7)

    func balancer(_ policy: BalancePolicy = .random, count: Int = 3) -> Balancer {
        var balancer = Balancer(policy: policy)
        balancer.update(Array(endpoints.prefix(count)))
        return balancer
    }

    /// Fails the endpoint with `id` at `now`, whatever else is there.
    mutating func fail(_ id: String, in balancer: inout Balancer, at now: ContinuousClock.Instant) throws {
        let others = Set(balancer.endpoints.map(\.id)).subtracting([id])
        let lease = try #require(balancer.pick(avoiding: others, now: now, using: &generator))
        #expect(lease.endpoint.id == id)
        balancer.finish(lease, .unreachable, now: now)
    }

    @Test mutating func nothingInServiceGivesNothing() {
        var balancer = Balancer()
        #expect(balancer.pick(now: start, using: &generator) == nil)
    }

    @Test mutating func randomSpreadsEvenly() throws {
        var balancer = balancer()
        var counts: [String: Int] = [:]
        for _ in 0..<3000 {
            let lease = try #require(balancer.pick(now: start, using: &generator))
            counts[lease.endpoint.id, default: 0] += 1
            balancer.finish(lease, .answered, now: start)
        }
        // Six standard deviations (sqrt(3000 · 1/3 · 2/3) = 26) around 1000.
        for id in ["1", "2", "3"] { #expect((845...1155).contains(counts[id] ?? 0)) }
    }

    @Test mutating func leastOutstandingFillsTheEmptiest() throws {
        var balancer = balancer(.leastOutstanding)
        var held: [Balancer.Lease] = []
        for _ in 0..<6 { held.append(try #require(balancer.pick(now: start, using: &generator))) }
        #expect(endpoints.map { balancer.outstanding($0.id) } == [2, 2, 2])
        for lease in held where lease.endpoint.id == "2" { balancer.finish(lease, .answered, now: start) }
        let next = try #require(balancer.pick(now: start, using: &generator))
        #expect(next.endpoint.id == "2")
    }

    @Test mutating func anAvoidedEndpointIsChosenOnlyWhenNoOtherIsFit() throws {
        var balancer = balancer(count: 2)
        for _ in 0..<50 {
            let lease = try #require(balancer.pick(avoiding: ["1"], now: start, using: &generator))
            #expect(lease.endpoint.id == "2")
        }
        try fail("2", in: &balancer, at: start)
        let lease = try #require(balancer.pick(avoiding: ["1"], now: start, using: &generator))
        #expect(lease.endpoint.id == "1")
        #expect(balancer.pickOther(than: ["1"], now: start, using: &generator) == nil)
        #expect(!balancer.hasOther(than: ["1"], now: start))
    }

    @Test mutating func anUnreachableEndpointIsSetAsideForASecondAndThenForLonger() throws {
        var balancer = balancer(count: 1)
        var now = start
        for seconds in [1, 2, 4, 8, 10, 10] {
            try fail("1", in: &balancer, at: now)
            #expect(balancer.isEjected("1", now: now.advanced(by: .seconds(seconds) - .milliseconds(1))))
            #expect(!balancer.isEjected("1", now: now.advanced(by: .seconds(seconds))))
            now = now.advanced(by: .seconds(seconds))
        }
    }

    @Test mutating func aDeadEndpointGetsNothingWhileOthersLive() throws {
        var balancer = balancer(count: 2)
        try fail("1", in: &balancer, at: start)
        for _ in 0..<100 {
            let lease = try #require(balancer.pick(now: start, using: &generator))
            #expect(lease.endpoint.id == "2")
        }
    }

    @Test mutating func afterItsTimeASingleRequestTriesTheEndpoint() throws {
        var balancer = balancer(.leastOutstanding, count: 2)
        try fail("1", in: &balancer, at: start)
        let later = start.advanced(by: .seconds(1))
        var ids: [String] = []
        var trial: Balancer.Lease?
        for _ in 0..<20 {
            let lease = try #require(balancer.pick(now: later, using: &generator))
            ids.append(lease.endpoint.id)
            if lease.endpoint.id == "1" { trial = lease }
        }
        #expect(ids.filter { $0 == "1" }.count == 1)
        balancer.finish(try #require(trial), .answered, now: later)
        let next = try #require(balancer.pick(now: later, using: &generator))
        #expect(next.endpoint.id == "1", "an answer brings the endpoint back")
    }

    @Test mutating func requestsThatFailTogetherCountOnce() throws {
        var balancer = balancer(count: 1)
        var held: [Balancer.Lease] = []
        for _ in 0..<12 { held.append(try #require(balancer.pick(now: start, using: &generator))) }
        for (index, lease) in held.enumerated() {
            balancer.finish(lease, .unreachable, now: start.advanced(by: .milliseconds(index + 1)))
        }
        #expect(!balancer.isEjected("1", now: start.advanced(by: .milliseconds(1001))))
    }

    @Test mutating func whenAllAreSetAsideTheOldestFailureIsTried() throws {
        var balancer = balancer()
        for (index, id) in ["2", "3", "1"].enumerated() {
            try fail(id, in: &balancer, at: start.advanced(by: .milliseconds(index)))
        }
        let lease = try #require(balancer.pick(now: start.advanced(by: .milliseconds(10)), using: &generator))
        #expect(lease.endpoint.id == "2")
    }

    @Test mutating func anEndpointThatCameBackOrMovedStartsAfresh() throws {
        var balancer = balancer(count: 2)
        try fail("1", in: &balancer, at: start)
        balancer.update([endpoints[1]])
        balancer.update(Array(endpoints.prefix(2)))
        #expect(!balancer.isEjected("1", now: start))
        try fail("1", in: &balancer, at: start)
        balancer.update([Endpoint(id: "1", name: "vm1", url: "https://192.0.2.99:8000"), endpoints[1]])
        #expect(!balancer.isEjected("1", now: start))
    }

    @Test mutating func aLateFailureOfTheOldPlaceDoesNotSetTheNewOneAside() throws {
        var balancer = balancer(count: 1)
        let lease = try #require(balancer.pick(now: start, using: &generator))
        balancer.update([Endpoint(id: "1", name: "vm1", url: "https://192.0.2.99:8000")])
        balancer.finish(lease, .unreachable, now: start)
        #expect(!balancer.isEjected("1", now: start))
    }

    @Test mutating func anEndpointThatLeftIsNotChosenButItsRequestsAreCountedToTheEnd() throws {
        var balancer = balancer(count: 1)
        let lease = try #require(balancer.pick(now: start, using: &generator))
        balancer.update([])
        #expect(balancer.pick(now: start, using: &generator) == nil)
        #expect(balancer.outstanding("1") == 1)
        #expect(!balancer.isInService(lease))
        balancer.finish(lease, .answered, now: start)
        #expect(balancer.outstanding("1") == 0)
    }

    @Test mutating func silenceCountsFromTheLastAnswerToAnyone() throws {
        var balancer = balancer(count: 1)
        let first = try #require(balancer.pick(now: start, using: &generator))
        let second = try #require(balancer.pick(now: start, using: &generator))
        #expect(balancer.silentSince(first) == start)
        let answered = start.advanced(by: .seconds(3))
        balancer.finish(second, .answered, now: answered)
        #expect(balancer.silentSince(first) == answered)
    }
}
