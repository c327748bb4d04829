import Client
import Foundation
import Testing
import Wire

@Suite("Slow start of new endpoints")
struct SlowStartTests {
    private let start = ContinuousClock.now
    private let date = Date(timeIntervalSince1970: 1_000_000)

    private func endpoint(_ number: Int, since: Double? = nil, slow: Double? = nil) -> Endpoint {
        var endpoint = Endpoint(id: "\(number)", name: "vm\(number)", url: "https://192.0.2.\(number):8000")
        endpoint.since = since.map { date.addingTimeInterval($0) }
        endpoint.slowStartSeconds = slow
        return endpoint
    }

    /// How often of 10,000 times endpoint 2 is chosen, `seconds` after the start.
    private func share(_ balancer: Balancer, after seconds: Double) -> Double {
        var (balancer, generator) = (balancer, SeededGenerator(seed: 7))
        let now = start.advanced(by: .seconds(seconds))
        var count = 0
        for _ in 0..<10_000 {
            guard let lease = balancer.pick(now: now, using: &generator) else { continue }
            if lease.endpoint.id == "2" { count += 1 }
            balancer.finish(lease, .answered, now: now)
        }
        return Double(count) / 10_000
    }

    /// One that has served for long, and one that came at the start.
    private func pair(_ policy: BalancePolicy = .random, slow: Double? = 30) -> Balancer {
        var balancer = Balancer(policy: policy)
        balancer.update([endpoint(1, since: -1000, slow: slow)], now: start, date: date)
        balancer.update(
            [endpoint(1, since: -1000, slow: slow), endpoint(2, since: 0, slow: slow)],
            now: start,
            date: date
        )
        return balancer
    }

    @Test(
        "a new one begins with a tenth of its share, and has all of it when its time is over",
        arguments: BalancePolicy.allCases
    )
    func grows(policy: BalancePolicy) {
        let balancer = pair(policy)
        // 0.1 of 1.1, 0.55 of 1.55, 1 of 2; three standard deviations are below 0.015.
        #expect(abs(share(balancer, after: 0) - 0.1 / 1.1) < 0.015)
        #expect(abs(share(balancer, after: 15) - 0.55 / 1.55) < 0.015)
        #expect(abs(share(balancer, after: 30) - 0.5) < 0.015)
        #expect(abs(share(balancer, after: 3000) - 0.5) < 0.015)
    }

    @Test("what nobody asks for, or what is no time, changes nothing", arguments: [nil, 0, -5, .nan, .infinity])
    func absent(slow: Double?) {
        #expect(abs(share(pair(slow: slow), after: 0) - 0.5) < 0.015)
    }

    @Test("with the fewest requests under way, one with a tenth of the weight is full with a tenth of the requests")
    func outstanding() throws {
        var (balancer, generator) = (pair(.leastOutstanding), SeededGenerator(seed: 1))
        for _ in 0..<110 { _ = try #require(balancer.pick(now: start, using: &generator)) }
        #expect(abs(balancer.outstanding("1") - 100) <= 1)
    }

    @Test("the whole set comes again, with another reason to be told: the time goes on")
    func goesOn() {
        var balancer = pair()
        balancer.update(
            [endpoint(1), endpoint(2, since: 0, slow: 60)],
            now: start.advanced(by: .seconds(15)),
            date: date
        )
        #expect(abs(share(balancer, after: 30) - 0.5) < 0.015)
    }

    @Test(
        "a client that comes later goes by when the controller says it came, and a clock that is wrong does no more harm than the whole time"
    )
    func firstSet() {
        for (since, weight) in [(-15.0, 0.55), (-30, 1), (500, 0.1), (-9e15, 1)] {
            var balancer = Balancer()
            balancer.update([endpoint(1), endpoint(2, since: since, slow: 30)], now: start, date: date)
            #expect(abs(share(balancer, after: 0) - weight / (1 + weight)) < 0.015, "\(since)")
            #expect(abs(share(balancer, after: 30) - 0.5) < 0.015)
        }
        var unknown = Balancer()
        unknown.update([endpoint(1), endpoint(2, slow: 30)], now: start, date: date)
        #expect(abs(share(unknown, after: 0) - 0.1 / 1.1) < 0.015)
    }

    @Test("one that comes back starts slowly again; one that moved does, too")
    func again() {
        var balancer = pair()
        let later = start.advanced(by: .seconds(60))
        balancer.update([endpoint(1)], now: later, date: date)
        balancer.update([endpoint(1), endpoint(2, slow: 30)], now: later, date: date)
        #expect(abs(share(balancer, after: 60) - 0.1 / 1.1) < 0.015)
        var moved = endpoint(2, slow: 30)
        moved.url = "https://192.0.2.9:8000"
        balancer.update([endpoint(1), moved], now: start.advanced(by: .seconds(100)), date: date)
        #expect(abs(share(balancer, after: 100) - 0.1 / 1.1) < 0.015)
    }
}
