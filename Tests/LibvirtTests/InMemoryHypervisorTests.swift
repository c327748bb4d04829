import Foundation
import Libvirt
import Synchronization
import Testing

/// The knobs that the conformance suite does not turn.
@Suite struct InMemoryHypervisorTests {
    /// A clock that stands until it is moved.
    private final class ManualClock: Sendable {
        private let time = Mutex(MeasurementTime.now())
        func now() -> MeasurementTime { time.withLock { $0 } }
        func advance(_ duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
    }

    @Test func countersFollowTheLoad() async throws {
        let clock = ManualClock()
        let hypervisor = InMemoryHypervisor(now: clock.now)
        let uuid = hypervisor.addDomain("vm1", vcpus: 2, state: .running)
        hypervisor.setLoad(80, steal: 15, of: uuid)
        let first = try #require(try await hypervisor.statistics().first)
        clock.advance(.seconds(2))
        let second = try #require(try await hypervisor.statistics().first)
        #expect(abs(try #require(second.utilization(since: first)) - 80) < 0.001)
        #expect(abs(try #require(second.steal(since: first)) - 15) < 0.001)
        try await hypervisor.suspend(uuid: uuid)
        clock.advance(.seconds(2))
        let third = try #require(try await hypervisor.statistics().first)
        #expect(third.utilization(since: second) == 0)
        hypervisor.setReportsCounters(false, of: uuid)
        let fourth = try #require(try await hypervisor.statistics().first)
        #expect(fourth.state == .paused && fourth.cpuTime == nil && fourth.utilization(since: third) == nil)
    }

    @Test func aRestartSetsTheCountersBack() async throws {
        let clock = ManualClock()
        let hypervisor = InMemoryHypervisor(now: clock.now)
        let uuid = hypervisor.addDomain("vm1", state: .running)
        hypervisor.setLoad(100, of: uuid)
        clock.advance(.seconds(5))
        let before = try #require(try await hypervisor.statistics().first)
        try await hypervisor.destroy(uuid: uuid)
        try await hypervisor.start(uuid: uuid)
        clock.advance(.seconds(1))
        let after = try #require(try await hypervisor.statistics().first)
        #expect(after.utilization(since: before) == nil)
    }

    @Test func callsTheBootHookOncePerBoot() async throws {
        let booted = Mutex<[String]>([])
        let hypervisor = InMemoryHypervisor()
        hypervisor.onBoot { domain in booted.withLock { $0.append(domain.name) } }
        let cold = hypervisor.addDomain("cold")
        let warm = hypervisor.addDomain("warm")
        try await hypervisor.start(uuid: cold)
        try await hypervisor.start(uuid: warm, paused: true)
        #expect(booted.withLock { $0 } == ["cold"])
        for _ in 0..<2 {
            try await hypervisor.resume(uuid: warm)
            try await hypervisor.suspend(uuid: warm)
        }
        #expect(booted.withLock { $0 } == ["cold", "warm"])
    }

    @Test func failsWhatItIsToldToFailOnce() async throws {
        let hypervisor = InMemoryHypervisor()
        let one = hypervisor.addDomain("vm1")
        let two = hypervisor.addDomain("vm2")
        let fault = LibvirtError(code: .internalError, message: "process exited while connecting", operation: "start")
        hypervisor.failNext(.start, of: two, with: fault)
        try await hypervisor.start(uuid: one)
        await #expect(throws: fault) { try await hypervisor.start(uuid: two) }
        #expect(try await hypervisor.domain(uuid: two).state == .shutOff)
        try await hypervisor.start(uuid: two)
        #expect(hypervisor.calls(of: .start, uuid: two) == 2)
        #expect(hypervisor.calls(of: .start) == 3)
    }

    @Test func breaksAndComesBack() async throws {
        let hypervisor = InMemoryHypervisor()
        hypervisor.addDomain("vm1", state: .running)
        var events = hypervisor.connectionEvents().makeAsyncIterator()
        #expect(await events.next() == .connected)
        hypervisor.disconnect()
        hypervisor.disconnect()
        #expect(!hypervisor.isConnected)
        guard case .disconnected(let error) = await events.next() else {
            Issue.record("no disconnected event")
            return
        }
        #expect(error.isConnectionLost)
        await #expect {
            _ = try await hypervisor.statistics()
        } throws: { ($0 as? LibvirtError)?.isConnectionLost == true }
        hypervisor.reconnect()
        #expect(await events.next() == .connected)
        #expect(try await hypervisor.statistics().count == 1)
    }

    @Test func showsTheGuestWhatWasSetBeforeItsStart() async throws {
        let hypervisor = InMemoryHypervisor()
        let uuid = hypervisor.addDomain("vm1")
        try await hypervisor.setCredentials(uuid: uuid, [Credential(name: "cms.join-token", value: "a=1")])
        #expect(hypervisor.guestCredentials(uuid: uuid) == nil)
        try await hypervisor.start(uuid: uuid)
        try await hypervisor.setCredentials(uuid: uuid, [Credential(name: "cms.join-token", value: "later")])
        #expect(hypervisor.guestCredentials(uuid: uuid) == ["cms.join-token": "a=1"])
    }

    @Test func aCrashAndADisobedientGuest() async throws {
        let hypervisor = InMemoryHypervisor()
        let uuid = hypervisor.addDomain("vm1", state: .running)
        var events = hypervisor.lifecycleEvents().makeAsyncIterator()
        hypervisor.setObeysShutdown(false, of: uuid)
        try await hypervisor.shutdown(uuid: uuid)
        #expect(try await hypervisor.domain(uuid: uuid).state == .running)
        hypervisor.crash(uuid: uuid)
        #expect(await events.next() == LifecycleEvent(uuid: uuid, name: "vm1", kind: .stopped, detail: "crashed"))
        #expect(try await hypervisor.statistics().isEmpty)
        hypervisor.removeDomain(uuid: uuid)
        #expect(await events.next()?.kind == .undefined)
        #expect(try await hypervisor.domains().isEmpty)
    }

    @Test func memoryShrinksByActiveDomains() async throws {
        let hypervisor = InMemoryHypervisor()
        let before = try #require(try await hypervisor.hostInfo().memoryAvailable)
        let uuid = hypervisor.addDomain("vm1", memory: 1 << 30)
        #expect(try await hypervisor.hostInfo().memoryAvailable == before)
        try await hypervisor.start(uuid: uuid)
        #expect(try await hypervisor.hostInfo().memoryAvailable == before - (1 << 30))
    }
}
