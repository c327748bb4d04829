import Foundation
import Logging
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Libvirt

/// What happens to a connection whose other end fails.
@Suite(.timeLimit(.minutes(2))) struct ConnectionTests {
    @Test func givesUpOnAHypervisorThatAcceptsAndSaysNothing() async throws {
        let relay = try SocketRelay(to: nil)
        var configuration = LibvirtHypervisor.Configuration()
        configuration.connectTimeout = .milliseconds(300)
        let uri = try HypervisorURI("qemu+unix:///system?socket=\(relay.path)")
        let hypervisor = LibvirtHypervisor(uri: uri, logger: .silent, configuration: configuration)
        await expectError(.timedOut) { try await hypervisor.connect() }
        // The thread that hangs must not keep us from trying again, nor may such threads pile up.
        for _ in 0..<7 { await expectError(.timedOut) { try await hypervisor.connect() } }
        await expectError(.resourceBusy) { try await hypervisor.connect() }
        relay.cut()
    }

    @Test func runConnectsAndClosesWhenCancelled() async throws {
        let hypervisor = LibvirtHypervisor(uri: .test, logger: .silent)
        let events = hypervisor.connectionEvents()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await hypervisor.run() }
            try await within(.seconds(20)) { for await event in events where event == .connected { break } }
            #expect(hypervisor.isConnected)
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(!hypervisor.isConnected)
    }

    @Test func anOrderlyStopWarnsOfNothing() async throws {
        let log = RecordedLog()
        let hypervisor = LibvirtHypervisor(uri: .test, logger: log.logger)
        try await hypervisor.connect()
        hypervisor.close()
        try await hypervisor.connect()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await hypervisor.run() }
            group.cancelAll()
        }
        #expect(!hypervisor.isConnected)
        #expect(log.levels.contains(.info))
        #expect(log.warnings.isEmpty)
    }
}

/// The same on a real libvirtd, through a relay that is cut or made deaf.
@Suite(.enabled(if: Implementation.labURI != nil), .timeLimit(.minutes(2))) struct LabConnectionTests {
    private func withRelay(
        _ configure: (inout LibvirtHypervisor.Configuration) -> Void = { _ in },
        _ body: (LibvirtHypervisor, SocketRelay) async throws -> Void
    ) async throws {
        let uri = try #require(Implementation.labURI)
        let target = try #require(uri.components(separatedBy: "socket=").last)
        let relay = try SocketRelay(to: target)
        defer { relay.cut() }
        var configuration = LibvirtHypervisor.Configuration()
        configure(&configuration)
        let hypervisor = LibvirtHypervisor(
            uri: try HypervisorURI("qemu+unix:///system?socket=\(relay.path)"),
            logger: .silent,
            configuration: configuration
        )
        try await hypervisor.connect()
        let running = Task { await hypervisor.run() }
        let result: Result<Void, any Error>
        do { result = .success(try await body(hypervisor, relay)) } catch { result = .failure(error) }
        running.cancel()
        await running.value
        try result.get()
    }

    private func next(_ wanted: @escaping @Sendable (ConnectionEvent) -> Bool, in events: AsyncStream<ConnectionEvent>)
        async throws -> Duration
    {
        let clock = ContinuousClock()
        let start = clock.now
        try await within(.seconds(60)) { for await event in events where wanted(event) { break } }
        return start.duration(to: clock.now)
    }

    @Test func comesBackAfterTheConnectionBroke() async throws {
        try await withRelay { hypervisor, relay in
            let events = hypervisor.connectionEvents()
            relay.cut()
            let noticed = try await next({ if case .disconnected = $0 { true } else { false } }, in: events)
            #expect(noticed < .seconds(1))
            await #expect {
                _ = try await hypervisor.statistics()
            } throws: { ($0 as? LibvirtError)?.isConnectionLost == true }
            let again = hypervisor.connectionEvents()
            try relay.open()
            _ = try await next({ $0 == .connected }, in: again)
            _ = try await hypervisor.statistics()
        }
        // Events of domains come again too, without a new subscription.
        try await Implementation.lab.withDomain { other, uuid in
            try await withRelay { hypervisor, relay in
                let lifecycle = hypervisor.lifecycleEvents()
                let events = hypervisor.connectionEvents()
                relay.cut()
                try relay.open()
                _ = try await next({ if case .disconnected = $0 { true } else { false } }, in: events)
                _ = try await next({ $0 == .connected }, in: hypervisor.connectionEvents())
                try await other.start(uuid: uuid)
                try await within(.seconds(20)) {
                    for await event in lifecycle where event.uuid == uuid && event.kind == .started { break }
                }
            }
        }
    }

    @Test func aCallDuringTheBreakFailsAndDoesNotHang() async throws {
        try await withRelay { hypervisor, relay in
            relay.setDeaf(true)
            async let answer: [DomainStatistics] = hypervisor.statistics()
            try await Task.sleep(for: .milliseconds(100))
            relay.cut()
            relay.setDeaf(false)
            do {
                _ = try await answer
                Issue.record("an answer without a connection")
            } catch let error as LibvirtError {
                #expect(error.isConnectionLost)
            }
        }
    }

    @Test func aCallWithoutAnAnswerDropsTheConnectionAndTheNextOneWorks() async throws {
        try await withRelay({ $0.queryTimeout = .seconds(3) }) { hypervisor, relay in
            relay.setDeaf(true)
            await expectError(.timedOut) { _ = try await hypervisor.ping() }
            let events = hypervisor.connectionEvents()
            relay.setDeaf(false)
            _ = try await next({ $0 == .connected }, in: events)
            _ = try await hypervisor.ping()
        }
    }

    @Test func keepAliveNoticesAHypervisorThatHangs() async throws {
        try await withRelay({ ($0.keepAliveInterval, $0.keepAliveCount) = (1, 2) }) { hypervisor, relay in
            let events = hypervisor.connectionEvents()
            relay.setDeaf(true)
            let noticed = try await next({ if case .disconnected = $0 { true } else { false } }, in: events)
            #expect((.seconds(1) ... .seconds(8)).contains(noticed))
            relay.setDeaf(false)
        }
    }

    @Test func hundredsOfConnectionsLeaveNothingBehind() async throws {
        func openFiles() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
        let hypervisor = LibvirtHypervisor(uri: try HypervisorURI(try #require(Implementation.labURI)), logger: .silent)
        let before = try openFiles()
        for _ in 0..<200 {
            try await hypervisor.connect()
            _ = try await hypervisor.ping()
            hypervisor.close()
        }
        // Other tests have connections open at the same time; a leak would be 200 and more.
        #expect(try openFiles() < before + 100)
    }

    /// `CMS_LAB_RESTART` is a shell command that kills the lab's libvirtd with -9 and starts it again.
    ///
    /// Other tests on the same lab lose their connections, so it runs by itself: `swift test --filter
    /// comesBackAfterLibvirtdWasKilled`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["CMS_LAB_RESTART"] != nil))
    func comesBackAfterLibvirtdWasKilled() async throws {
        let command = try #require(ProcessInfo.processInfo.environment["CMS_LAB_RESTART"])
        try await Implementation.lab.withDomain { other, uuid in
            try await other.start(uuid: uuid)
            let uri = try HypervisorURI(try #require(Implementation.labURI))
            let hypervisor = LibvirtHypervisor(uri: uri, logger: .silent)
            try await hypervisor.connect()
            let running = Task { await hypervisor.run() }
            let before = try await hypervisor.statistics().first { $0.uuid == uuid }
            let events = hypervisor.connectionEvents()
            let shell = Process()
            shell.executableURL = URL(filePath: "/bin/sh")
            shell.arguments = ["-c", command]
            let clock = ContinuousClock()
            let start = clock.now
            try shell.run()
            _ = try await next({ if case .disconnected = $0 { true } else { false } }, in: events)
            print("noticed after \(start.duration(to: clock.now))")
            _ = try await next({ $0 == .connected }, in: hypervisor.connectionEvents())
            print("connected again after \(start.duration(to: clock.now))")
            // The domain went on; its counters did too.
            let after = try await hypervisor.statistics().first { $0.uuid == uuid }
            #expect(try #require(after).utilization(since: try #require(before)) != nil)
            running.cancel()
            await running.value
            try await other.connect()
        }
    }
}
