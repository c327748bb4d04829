import Autoscaling
import Testing

@Suite("One instance's load, merged from host and guest")
struct LoadEstimateTests {
    let now = Moment.seconds(100)

    func estimate(host: HostSample? = nil, guest: GuestSample? = nil) -> LoadEstimate {
        LoadEstimate(id: "a", host: host, guest: guest, interval: .seconds(1), now: now)
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
            guest: GuestSample(at: now, busy: 100, queued: 12, serviceTime: 0.5, vCPUs: 2)
        )
        #expect(queued.utilization == 100)
        #expect(try #require(queued.demand) == 400)
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
