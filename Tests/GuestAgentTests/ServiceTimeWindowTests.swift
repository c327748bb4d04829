import Testing

@testable import GuestAgent

@Suite("Service times of the last ten seconds")
struct ServiceTimeWindowTests {
    @Test("without requests there is nothing to tell")
    func empty() {
        #expect(ServiceTimeWindow().summary(now: 5) == nil)
    }

    @Test("quantiles are right within 5 %", arguments: [0.0001, 0.003, 0.25, 4, 60])
    func quantiles(scale: Double) throws {
        var window = ServiceTimeWindow()
        for index in 1...100 { window.record(service: scale * Double(index), cpu: 0.5, now: 3) }
        let summary = try #require(window.summary(now: 3.5))
        #expect(summary.count == 100)
        if scale * 99 < 240 {
            #expect(abs(summary.p99 / (scale * 99) - 1) < 0.05)
        }
        if scale * 50 < 240 {
            #expect(abs(summary.p50 / (scale * 50) - 1) < 0.05)
        }
        #expect(summary.meanCPU == 0.5)
    }

    @Test("what is older than ten seconds is forgotten, also when its slot is used again")
    func forgets() {
        var window = ServiceTimeWindow()
        window.record(service: 1, cpu: 1, now: 0)
        #expect(window.summary(now: 9.9)?.count == 1)
        #expect(window.summary(now: 10) == nil)
        window.record(service: 1, cpu: 1, now: 10)
        #expect(window.summary(now: 10)?.count == 1)
        #expect(window.summary(now: 100) == nil)
    }

    @Test("absurd times do no harm", arguments: [0, -1, 1e-12, 1e12, .infinity])
    func absurd(service: Double) {
        var window = ServiceTimeWindow()
        window.record(service: service, cpu: 0, now: 1)
        #expect(window.summary(now: 1)?.count == 1)
    }
}
