import Autoscaling
import Foundation
import Libvirt
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Wire

@testable import EmbeddedStore
@testable import History
@testable import Lifecycle
@testable import Monitoring
@testable import Operator

@Suite("Bounds in force, as they are shown")
struct BoundsInForceTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    /// A group of min 1 and max 3 with one in service, whose size `boss` holds.
    private func group(held size: Int?, _ bounds: BoundsInForce?) -> GroupStatus {
        var group = GroupStatus.sample
        group.boundsInForce = bounds.map(GroupBounds.init)
        group.counts = ["in service": 1]
        group.instances[0].state = .inService
        if let size {
            group.steering = GroupSteering()
            group.steering?.size = size
            group.steering?.by = "boss"
        }
        return group
    }

    private var byEvening: BoundsInForce {
        BoundsInForce(
            min: 1,
            max: 2,
            schedule: BoundsInForce.Origin(index: 1, cron: "0 20 * * *"),
            until: 1_800_001_800
        )
    }

    @Test("status shows the bounds of the schedule that holds, which one, until when, and the configuration's own")
    func status() {
        let text = StatusText(now: now).render([group(held: nil, byEvening)], why: false)
        #expect(text.contains("; min 1, max 2\n"))
        #expect(
            text.contains(
                "\n  bounds      by policy.schedule[1] (\"0 20 * * *\") until 2027-01-15T08:30:00.000Z; the "
                    + "configuration's own are min 1, max 3\n"
            )
        )
        let own = BoundsInForce(min: 1, max: 3, until: 1_800_001_800)
        #expect(
            StatusText(now: now).render([group(held: nil, own)], why: false).contains(
                "\n  bounds      the configuration's own until 2027-01-15T08:30:00.000Z, when a schedule starts\n"
            )
        )
        for bounds in [BoundsInForce(min: 1, max: 3), nil] {
            let text = StatusText(now: now).render([group(held: nil, bounds)], why: false)
            #expect(text.contains("; min 1, max 3\n") && !text.contains("bounds"))
        }
        var screen = StatusScreen()
        _ = screen.isNews([group(held: nil, own)])
        let isNews = screen.isNews([group(held: nil, byEvening)])
        #expect(isNews)
    }

    @Test("what keeps a group from a size that is held is told, with what ends it; nothing when it is reached")
    func limits() throws {
        let size =
            "the upper bound in force is 2, set by policy.schedule[1] (\"0 20 * * *\") until "
            + "2027-01-15T08:30:00.000Z; wait until then, or change that schedule in the configuration"
        var status = group(held: 3, byEvening)
        #expect(status.limits(onSize: 3) == [size])
        #expect(ScaleProgress(status, size: 3).text == "1 of 3 in service; " + size)
        let text = StatusText(now: now).render([status], why: false)
        #expect(text.contains("\n  limit       " + size + "\n"))
        status.steering?.pausedBy = "alice"
        status.isHypervisorLost = true
        status.isStoreFailing = true
        status.breaker = "for another 50 s"
        let all = status.limits(onSize: 3)
        try #require(all.count == 5)
        #expect(all[0] == "alice paused the group; 'cms-controller resume web' ends it")
        #expect(all[1].hasPrefix("the hypervisor") && all[2].hasPrefix("the store") && all[4].contains("50 s"))
        status.counts = ["in service": 3]
        #expect(status.limits(onSize: 3) == [])
        let low = group(held: 1, BoundsInForce(min: 2, max: 3)).with(serving: 2).limits(onSize: 1)
        #expect(low == ["the lower bound in force is 2, min of the configuration; change min there"])
    }

    @Test("what the engine met on the way is told for the size it decided on, beside what is on its way")
    func walls() throws {
        var engine = ScalingEngine(policy: GroupPolicy(max: 4), interval: .seconds(1))
        let load = LoadEstimate(id: "a", host: nil, guest: nil, interval: .seconds(1), now: .seconds(9))
        var observation = GroupObservation(inService: [load], coming: 1, reserve: 0, breaker: "five starts failed")
        observation.steering = Steering(size: Steering.Size(count: 4, by: "boss"))
        var status = group(held: 4, BoundsInForce(min: 1, max: 4))
        status.decision = engine.decide(observation, now: .seconds(9))
        var booting = status.instances[0]
        booting.name = "vm2"
        booting.state = .booting
        status.instances.append(booting)
        #expect(ScaleProgress(status, size: 4).text == "1 of 4 in service, vm2 booting; the reserve is empty")
        status.steering?.size = 3
        #expect(status.limits(onSize: 3) == [], "the decision was for another size")
        status.steering?.size = 1
        status.counts = [:]
        status.boundsInForce = GroupBounds(BoundsInForce(min: 3, max: 4))
        engine.policy.min = 3
        observation.steering?.size?.count = 1
        status.decision = engine.decide(observation, now: .seconds(10))
        #expect(status.decision?.clamps.last?.name == .noReserve)
        #expect(status.limits(onSize: 1).count == 1, "too few to start for the lower bound are enough for the size")
    }

    @Test("a wait for a size ends when it is no longer held")
    func released() {
        #expect(ScaleProgress(group(held: 3, nil), size: 3).failure == nil)
        let other = ScaleProgress(group(held: 2, nil), size: 3).failure
        #expect(other == "web is no longer held at 3: boss holds it at 2")
        let none = ScaleProgress(group(held: nil, nil), size: 3).failure
        #expect(none == "web is no longer held at 3: the time is over, or it was released")
    }

    @Test("they are kept beside the configured ones, and a row without them is read as before")
    func history() throws {
        var tick = TickRecord.sample(at: 0, [])
        tick.boundsInForce = GroupBounds(byEvening)
        let row = HistoryRow(tick, at: 0) { _ in 1 }
        #expect(row.group.inForce == GroupSample.Bounds(minimum: 1, maximum: 2))
        let read = try HistoryRow(row.encoded(), at: 0)
        #expect(read == row)
        var builder = SeriesBuilder(query: HistoryQuery(group: "default", since: .distantPast, until: now), width: 1)
        builder.add(read)
        tick.boundsInForce = GroupBounds(BoundsInForce(min: 1, max: 9))
        let plain = HistoryRow(tick, at: 1) { _ in 1 }
        #expect(plain.group.inForce == nil && plain.encoded().first == 1)
        builder.add(try HistoryRow(plain.encoded(), at: 1))
        builder.finish()
        let columns = builder.series([:]).columns
        #expect(columns["maximum"] == [9, 9] && columns["maximumInForce"] == [2, 9])
        #expect(columns["minimumInForce"] == [1, 1])
    }

    @Test("a running controller shows them to all who ask, and keeps its pool and its clones to them")
    func live() async throws {
        try await withGroup {
            $0.web = HostPort(host: "127.0.0.1", port: 0)
            $0.group = {
                $0.policy.max = 1
                $0.policy.schedules = [Schedule(cron: "* * * * *", min: 1, max: 2)]
                $0.standby = StandbyPolicy(paused: 1)
            }
        } _: { group in
            let controller = try await group.lab.start()
            try await waitUntil("one more than the configured max is made ready") {
                try await group.lab.store().ledger().contains { $0.state == .standby }
            }
            let boss = try group.lab.operatorIdentity()
            let answer = try await group.lab.call(controller, .GET, "/v1/groups", as: boss)
            let status = try #require(try answer.message([GroupStatus].self).first)
            #expect(status.minimum == 1 && status.maximum == 1)
            let bounds = try #require(status.boundsInForce)
            #expect(bounds.source == .schedule && bounds.setting == "policy.schedule[0]")
            #expect(bounds.minimum == 1 && bounds.maximum == 2 && bounds.schedule == "* * * * *" && bounds.until == nil)
            let metrics = try await group.lab.call(controller, .GET, "/metrics", as: boss)
            let lines = String(buffer: metrics.body)
            #expect(lines.contains("cms_group_max_instances{group=\"default\"} 1\n"))
            #expect(lines.contains("cms_group_max_instances_in_force{group=\"default\"} 2\n"))
            #expect(lines.contains("cms_group_min_instances_in_force{group=\"default\"} 1\n"))
            let held = try await group.lab.call(controller, .PUT, "/v1/groups/default/size?size=2", as: boss)
            #expect(held.status == 200, "within the schedule's bounds")
            await controller.stop()
        }
    }
}

extension GroupStatus {
    /// The same with so many in service.
    fileprivate func with(serving count: Int) -> GroupStatus {
        var status = self
        status.counts = ["in service": count]
        return status
    }
}
