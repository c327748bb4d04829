import Shared
import Testing

@testable import GuestAgent

@Suite("Latches and wake-ups")
struct LatchTests {
    @Test("everyone who waits gets the first value")
    func firstValue() async throws {
        let latch = Latch<Int>()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<10 { group.addTask { try await latch.wait() } }
            latch.set(1)
            latch.set(2)
            for try await value in group { #expect(value == 1) }
        }
        #expect(latch.current == 1)
        #expect(try await latch.wait() == 1)
    }

    @Test("a cancelled wait ends")
    func cancelled() async {
        let latch = Latch<Int>()
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    _ = try await latch.wait()
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            group.cancelAll()
            #expect(await group.next() == true)
        }
    }

    @Test("a ring ends the sleep, also when it came before")
    func ring() async {
        let wakeup = Wakeup()
        let start = ContinuousClock.now
        wakeup.ring()
        await wakeup.sleep(for: .seconds(60))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await wakeup.sleep(for: .seconds(60)) }
            group.addTask {
                await Task.yield()
                wakeup.ring()
            }
        }
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test("without a ring the sleep takes its time, and a cancelled one ends")
    func time() async {
        let wakeup = Wakeup()
        let start = ContinuousClock.now
        await wakeup.sleep(for: .milliseconds(30))
        #expect(ContinuousClock.now - start >= .milliseconds(30))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await wakeup.sleep(for: .seconds(60)) }
            group.cancelAll()
        }
        #expect(ContinuousClock.now - start < .seconds(30))
    }
}
