import Foundation
import Testing

@testable import Libvirt

@Suite struct StatisticsTests {
    private static let start = MeasurementTime.now()

    /// A sample `seconds` after the start whose vCPUs have run that many milliseconds each.
    private func sample(
        _ seconds: Double,
        _ vcpus: [Double?] = [],
        cpu: Double? = nil,
        delay: Double? = nil,
        uuid: String = "u"
    ) -> DomainStatistics {
        DomainStatistics(
            uuid: uuid,
            name: "vm",
            measuredAt: Self.start.advanced(by: .seconds(seconds)),
            cpuTime: cpu.map { UInt64($0 * 1e6) },
            vcpuCount: max(1, vcpus.count),
            vcpus: vcpus.enumerated().map { number, time in
                .init(number: number, time: time.map { UInt64($0 * 1e6) }, delay: delay.map { UInt64($0 * 1e6) })
            }
        )
    }

    @Test func countsTheVirtualCPUsRatherThanTheWholeProcess() {
        let utilization = sample(2, [1500, 500], cpu: 9000).utilization(since: sample(0, [500, 500], cpu: 0))
        #expect(utilization == 25)
    }

    @Test func fallsBackToTheProcessAndCutsItAtTheCapacity() {
        #expect(sample(1, cpu: 500).utilization(since: sample(0, cpu: 0)) == 50)
        #expect(sample(1, cpu: 1240).utilization(since: sample(0, cpu: 0)) == 100)
        #expect(sample(1, [nil], cpu: 500).utilization(since: sample(0, [nil], cpu: 0)) == 50)
    }

    @Test func idleIsZeroNotMissing() {
        #expect(sample(1, [700]).utilization(since: sample(0, [700])) == 0)
    }

    @Test func knowsNothingAfterARestart() {
        #expect(sample(1, [10], cpu: 10).utilization(since: sample(0, [900], cpu: 900)) == nil)
        #expect(sample(1, cpu: 10).utilization(since: sample(0, cpu: 900)) == nil)
        #expect(sample(1, [10], delay: 1).steal(since: sample(0, [0], delay: 2)) == nil)
    }

    @Test func knowsNothingWithoutTimeOrCounters() {
        #expect(sample(1, [10]).utilization(since: sample(1, [5])) == nil)
        #expect(sample(1, [10]).utilization(since: sample(2, [5])) == nil)
        #expect(sample(1).utilization(since: sample(0)) == nil)
        #expect(sample(1, [10]).utilization(since: sample(0, [5], uuid: "other")) == nil)
        #expect(sample(1, [10, 10]).utilization(since: sample(0, [5])) == nil)
        #expect(sample(1, [10]).steal(since: sample(0, [5])) == nil)
    }

    @Test func stealIsTheShareThatTheHostWithheld() {
        #expect(sample(2, [0, 0], delay: 600).steal(since: sample(0, [0, 0], delay: 100)) == 25)
    }

    @Test func readsLibvirtsNames() {
        let values: [String: UInt64] = [
            "state.state": 1, "cpu.time": 5, "vcpu.current": 2, "vcpu.maximum": 4, "vcpu.1.time": 11, "vcpu.0.time": 10,
            "vcpu.0.delay": 7, "vcpu.0.wait": 0, "vcpu.1.state": 1, "balloon.current": 2, "balloon.rss": .max,
            "vcpu.x.time": 1, "vcpu.-1.time": 1, "block.count": 3,
        ]
        let statistics = DomainStatistics(uuid: "u", name: "vm", at: Self.start, values: values)
        #expect(statistics.state == .running)
        #expect(statistics.cpuTime == 5)
        #expect(statistics.vcpuCount == 2)
        #expect(
            statistics.vcpus == [
                .init(number: 0, time: 10, wait: 0, delay: 7), .init(number: 1, state: 1, time: 11),
            ]
        )
        #expect(statistics.balloonCurrent == 2048)
        #expect(statistics.balloonMaximum == nil)
        #expect(statistics.residentMemory == nil)
    }
}
