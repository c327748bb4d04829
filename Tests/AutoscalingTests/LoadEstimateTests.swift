import Autoscaling
import Testing

@Suite("One instance's load, merged from host and guest")
struct LoadEstimateTests {
    let now = MonotonicInstant.seconds(100)

    func estimate(
        host: HostSample? = nil,
        guest: GuestSample? = nil,
        earlier: GuestSample? = nil,
        drainHorizon: Duration = LoadEstimate.drainHorizon
    ) -> LoadEstimate {
        LoadEstimate(
            id: "a",
            host: host,
            guest: guest,
            earlier: earlier,
            interval: .seconds(1),
            drainHorizon: drainHorizon,
            now: now
        )
    }

    @Test("the larger of the two views counts")
    func largerView() {
        let both = estimate(
            host: HostSample(at: now, utilization: 40, steal: 0),
            guest: GuestSample(at: now, busy: 68)
        )
        #expect(both.merge == .busy)
        #expect(both.utilization == 68)
        #expect(both.demand == 68)
    }

    @Test("a silent guest on a hot host is still load")
    func agentLost() {
        let lost = estimate(host: HostSample(at: now, utilization: 97))
        #expect(lost.merge == .agentLost)
        #expect(lost.utilization == 97)
        let host = HostSample(at: now, utilization: 97)
        let agentless = LoadEstimate(id: "a", host: host, guest: nil, interval: .seconds(1), hasAgent: false, now: now)
        #expect(agentless.merge == .hostOnly && agentless.utilization == 97, "where no agent is, none is lost")
        let none = LoadEstimate(id: "a", host: nil, guest: nil, interval: .seconds(1), hasAgent: false, now: now)
        #expect(none.merge == .unknown && none.utilization == nil)
    }

    @Test("a guest alone is enough when the host is blind")
    func hostBlind() {
        let blind = estimate(guest: GuestSample(at: now, busy: 55))
        #expect(blind.merge == .hostBlind)
        #expect(blind.utilization == 55)
    }

    @Test("nothing measured is unknown, not idle")
    func unknown() {
        let nothing = estimate()
        #expect(nothing.merge == .unknown)
        #expect(nothing.utilization == nil)
        #expect(nothing.demand == nil)
    }

    @Test("a sample older than three intervals is missing", arguments: [(2.9, true), (3.1, false)])
    func staleness(age: Double, isUsed: Bool) {
        let sample = HostSample(at: .seconds(100 - age), utilization: 90)
        #expect((estimate(host: sample).utilization != nil) == isUsed)
    }

    @Test("a guest that is capped reaches what it would have used")
    func capped() {
        let capped = estimate(
            host: HostSample(at: now, utilization: 50, steal: 45),
            guest: GuestSample(at: now, busy: 52, steal: 45)
        )
        #expect(capped.merge == .starved)
        #expect(capped.utilization == 52)
        #expect(capped.demand == 97)
    }

    @Test("an idle guest on a crowded host is starved, not overloaded")
    func starvedIdle() {
        let idle = estimate(
            host: HostSample(at: now, utilization: 12, steal: 85),
            guest: GuestSample(at: now, busy: 15, steal: 0)
        )
        #expect(idle.merge == .starved)
        #expect(idle.demand == 15)
    }

    @Test("what waits raises the demand beyond what the vCPUs have")
    func queueIsDemand() throws {
        let queued = estimate(
            host: HostSample(at: now, utilization: 100),
            guest: GuestSample(at: now, busy: 100, queued: 12, serviceTime: 0.5, vCPUs: 2),
            drainHorizon: .seconds(1)
        )
        #expect(queued.utilization == 100)
        #expect(try #require(queued.demand) == 400)
    }

    @Test("waiting work is a stock: it asks for what drains it within the horizon, not within a sample")
    func stock() throws {
        let guest = GuestSample(at: now, busy: 100, queued: 100, serviceTime: 0.1, vCPUs: 2)
        #expect(try #require(estimate(guest: guest).demand) == 200)
    }

    @Test("the growth of the queue and the refusals are arrivals that the instance cannot keep up with")
    func flow() throws {
        let before = GuestSample(at: .seconds(98), busy: 100, queued: 10, serviceTime: 0.1, vCPUs: 1)
        let guest = GuestSample(
            at: now,
            busy: 100,
            queued: 30,
            serviceTime: 0.1,
            vCPUs: 1,
            inFlight: 1,
            refusedPerSecond: 5
        )
        let estimate = estimate(guest: guest, earlier: before)
        // 100 done, 10 a second of growth and 5 refused of 10 % each, and 30 that wait over 5 s.
        #expect(try #require(estimate.demand) == 100 + 100 + 50 + 60)
        #expect(estimate.work == 31)
    }

    @Test("two samples at nearly the same moment are no growth")
    func noGrowth() throws {
        let before = GuestSample(at: .seconds(99.9), busy: 100, queued: 0, serviceTime: 0.1)
        let guest = GuestSample(at: now, busy: 100, queued: 5, serviceTime: 0.1)
        #expect(try #require(estimate(guest: guest, earlier: before).demand) == 110)
    }

    @Test(
        "nonsense from a guest asks for nothing, and never for more than the limit",
        arguments: [(-5, 0.5, 100.0), (12, -1, 100), (12, .nan, 100), (.max, 1e9, 10_100)]
    )
    func nonsense(queued: Int, serviceTime: Double, demand: Double) throws {
        let guest = GuestSample(at: now, busy: 100, queued: queued, serviceTime: serviceTime, inFlight: .max)
        #expect(try #require(estimate(guest: guest).demand) == demand)
    }

    @Test("a queue on idle vCPUs is an instant, not demand")
    func idleQueue() {
        let idle = estimate(guest: GuestSample(at: now, busy: 20, queued: 12, serviceTime: 0.5))
        #expect(idle.demand == 20)
    }

    @Test("a guest that cannot tell its load leaves it to the host")
    func guestWithoutBusy() {
        let silent = estimate(
            host: HostSample(at: now, utilization: 80),
            guest: GuestSample(at: now, busy: nil, queued: 1)
        )
        #expect(silent.merge == .agentLost)
        #expect(silent.utilization == 80)
    }
}
