import Testing

@testable import GuestAgent

@Suite("When reports are due")
struct ReportPacerTests {
    private func seen(
        busy: Double? = 10,
        demand: Int = 0,
        accepting: Bool = true
    ) -> ReportPacer.Observation {
        ReportPacer.Observation(busy: busy, demand: demand, accepting: accepting)
    }

    /// The times in milliseconds at which reports are due when `observe` is what is seen each 100 ms.
    private func times(
        until end: Int,
        step: Int = 100,
        observe: (Int) -> ReportPacer.Observation
    ) -> [Int] {
        var pacer = ReportPacer(interval: .seconds(1))
        return stride(from: 0, through: end, by: step).filter {
            pacer.due(at: .milliseconds($0), observe($0)) != nil
        }
    }

    @Test("a steady load is told once a second")
    func steady() {
        #expect(times(until: 5000) { _ in seen() } == [0, 1000, 2000, 3000, 4000, 5000])
    }

    @Test("the beat does not drift when the wake-ups are late")
    func noDrift() {
        var pacer = ReportPacer(interval: .seconds(1))
        var due: [Int] = []
        // Each wake-up is 37 ms late.
        for tick in 0..<40 {
            let now = tick * 100 + 37
            if pacer.due(at: .milliseconds(now), seen()) != nil { due.append(now) }
        }
        #expect(due == [37, 1037, 2037, 3037])
        #expect(pacer.nextBeatAt == .seconds(4))
    }

    @Test("beats missed in a pause are not made up for")
    func pause() {
        var pacer = ReportPacer(interval: .seconds(1))
        #expect(pacer.due(at: .zero, seen()) == .interval)
        #expect(pacer.due(at: .seconds(600.5), seen()) == .interval)
        #expect(pacer.due(at: .seconds(600.6), seen()) == nil)
        #expect(pacer.nextBeatAt == .seconds(601))
    }

    @Test("a load that moves all the time is told ten times a second")
    func moving() {
        let due = times(until: 1000) { seen(busy: Double($0 / 100 % 2) * 50) }
        #expect(due.count == 11)
        // Never more often, however often it is looked at.
        #expect(times(until: 1000, step: 10) { seen(busy: Double($0 / 10 % 2) * 50) }.count <= 12)
    }

    @Test("a jump is told once, then the beat goes on")
    func jump() {
        #expect(times(until: 2000) { seen(busy: $0 < 450 ? 5 : 95) } == [0, 500, 1000, 2000])
    }

    @Test("a creeping load is told when it has crept ten points since the last report")
    func creeping() {
        // A point each 100 ms: ten in a second, which is when the beat is anyway.
        #expect(times(until: 2000) { seen(busy: Double($0) / 100) } == [0, 1000, 2000])
        // Three points each 100 ms: twelve after 400 ms.
        #expect(times(until: 900) { seen(busy: Double($0) * 0.03) } == [0, 400, 800])
    }

    @Test(
        "demand counts when it changes by half and by two requests at least",
        arguments: [
            (0, 1, false), (0, 2, true), (1, 0, false), (4, 6, true), (20, 25, false), (20, 30, true), (20, 0, true),
        ]
    )
    func demand(before: Int, after: Int, moved: Bool) {
        #expect(ReportPacer.hasMoved(from: seen(demand: before), to: seen(demand: after)) == moved)
    }

    @Test("draining is told at once, and a value that appears is, but one that disappears is not")
    func others() {
        #expect(ReportPacer.hasMoved(from: seen(), to: seen(accepting: false)))
        #expect(ReportPacer.hasMoved(from: seen(busy: nil), to: seen(busy: 1)))
        #expect(!ReportPacer.hasMoved(from: seen(busy: 1), to: seen(busy: nil)))
    }

    @Test("a report sent on request is what later changes are compared with")
    func requested() {
        var pacer = ReportPacer(interval: .seconds(1))
        #expect(pacer.due(at: .zero, seen(busy: 0)) == .interval)
        pacer.sent(at: .milliseconds(200), seen(busy: 90))
        #expect(pacer.due(at: .milliseconds(400), seen(busy: 90)) == nil)
        #expect(pacer.due(at: .milliseconds(500), seen(busy: 0)) == .change)
    }
}
