import Testing

@testable import GuestAgent

@Suite("Load between samples")
struct LoadHistoryTests {
    private let start = ContinuousClock.now

    private func sample(
        _ milliseconds: Int,
        busy: UInt64 = 0,
        idle: UInt64 = 0,
        steal: UInt64 = 0,
        pressure: UInt64? = nil,
        answered: UInt64 = 0
    ) -> LoadSample {
        LoadSample(
            at: start + .milliseconds(milliseconds),
            cpu: CPUTimes(busy: busy, idle: idle, steal: steal),
            pressure: pressure,
            answered: answered
        )
    }

    @Test("shares are of all ticks, stolen ones included")
    func shares() {
        let load = sample(1000, busy: 150, idle: 125, steal: 25, pressure: 900_000, answered: 7)
            .load(since: sample(0, busy: 100, idle: 100, steal: 0, pressure: 400_000, answered: 2))
        #expect(load == Load(busy: 50, steal: 25, pressure: 50, requestsPerSecond: 5))
    }

    @Test("missing counters stay missing and are never zero")
    func missing() {
        var later = sample(1000, busy: 10, idle: 10, answered: 3)
        later.cpu = nil
        let load = later.load(since: sample(0, pressure: 5))
        #expect(load.busy == nil)
        #expect(load.steal == nil)
        #expect(load.pressure == nil)
        #expect(load.requestsPerSecond == 3)
    }

    @Test("counters that run backwards or stand still give nothing")
    func backwards() {
        #expect(sample(100, busy: 5, idle: 100).load(since: sample(0, busy: 9, idle: 50)).busy == nil)
        #expect(sample(100, busy: 9, idle: 50).load(since: sample(0, busy: 9, idle: 50)).busy == nil)
        #expect(sample(0, pressure: 5).load(since: sample(0, pressure: 5)).pressure == nil)
        #expect(sample(100, pressure: 5).load(since: sample(0, pressure: 9)).pressure == nil)
    }

    @Test("there is no load before the second sample")
    func first() {
        var history = LoadHistory()
        #expect(history.load == nil)
        history.add(sample(0))
        #expect(history.load == nil)
        history.add(sample(100, busy: 5, idle: 5))
        #expect(history.load?.busy == 50)
    }

    @Test("a report covers the time since the last one, but never less than 300 ms")
    func stretch() {
        var history = LoadHistory()
        // Idle for a second, then fully busy.
        for tick in 0...10 { history.add(sample(tick * 100, idle: UInt64(tick * 10))) }
        history.markReported()
        history.add(sample(1100, busy: 10, idle: 100))
        #expect(history.load?.busy.map { $0.rounded() } == 33)
        for tick in 2...10 { history.add(sample(1000 + tick * 100, busy: UInt64(tick * 10), idle: 100)) }
        #expect(history.load?.busy == 100)
        #expect(history.quickLoad?.busy == 100)
    }
}
