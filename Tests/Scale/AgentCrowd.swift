import Controller
import Foundation
import Monitoring
import NIOCore
import Orchestration
import Synchronization
import Wire

/// The agents of the groups that this controller owns: registered, with an open stream of commands that they read, and a report
/// once a second.
final class AgentCrowd: Sendable {
    private struct State {
        /// The number of each open stream.
        var streams: [String: UInt64] = [:]
        /// Those that are not to come back for now.
        var held: Set<String> = []
        var sequence: UInt64 = 0
    }

    /// A report of each agent is sent in one of so many parts of a second.
    private static let parts = 20
    /// The most that come in one part of a second: a start of all machines at once is not what is measured.
    private static let arrivals = 10
    private let world: ScaleWorld
    private let controller: InProcessUse.Parts
    private let state = Mutex(State())

    init(_ world: ScaleWorld, _ controller: InProcessUse.Parts) {
        (self.world, self.controller) = (world, controller)
    }

    func run() async {
        await withDiscardingTaskGroup { tasks in
            var next = ContinuousClock.now
            var (part, arrived) = (0, 0)
            while !Task.isCancelled {
                for group in controller.groups where controller.owners.owner(of: group.name) == .here {
                    let guests = world.guests[group.name] ?? []
                    for index in stride(from: part, to: guests.count, by: Self.parts) {
                        if arrived < Self.arrivals, let lines = come(guests[index]) {
                            arrived += 1
                            tasks.addTask { await self.read(lines, guests[index].uuid) }
                        }
                        report(guests[index])
                    }
                }
                (part, arrived) = ((part + 1) % Self.parts, 0)
                next = max(next.advanced(by: .seconds(1) / Self.parts), .now)
                try? await ContinuousClock().sleep(until: next)
            }
        }
    }

    /// An agent of the group goes, until ``letBack(_:)``.
    func dismiss(_ guest: ScaleWorld.Guest) {
        let stream = state.withLock { state in
            state.held.insert(guest.uuid)
            return state.streams[guest.uuid]
        }
        if let stream { controller.registry.closeStream(uuid: guest.uuid, id: stream) }
    }

    /// It may come again, within a second.
    func letBack(_ guest: ScaleWorld.Guest) {
        state.withLock { _ = $0.held.remove(guest.uuid) }
    }

    /// Registers an agent that is not there; its commands.
    private func come(_ guest: ScaleWorld.Guest) -> AsyncStream<ByteBuffer>? {
        let isMissing = state.withLock { $0.streams[guest.uuid] == nil && !$0.held.contains(guest.uuid) }
        guard isMissing else { return nil }
        let registration = AgentRegistration(version: "0", hostname: guest.name, port: 8443, vCPUs: 1)
        controller.registry.register(registration, uuid: guest.uuid, address: guest.address, at: Date())
        guard let (lines, id) = controller.registry.openStream(uuid: guest.uuid) else { return nil }
        state.withLock { $0.streams[guest.uuid] = id }
        return lines
    }

    private func read(_ lines: AsyncStream<ByteBuffer>, _ uuid: String) async {
        for await _ in lines {}
        state.withLock { $0.streams[uuid] = nil }
    }

    private func report(_ guest: ScaleWorld.Guest) {
        let sequence = state.withLock { state in
            state.sequence += 1
            return state.sequence
        }
        let date = Date()
        var report = LoadReport(sequence: sequence, measuredAt: date, cause: "interval")
        (report.busy, report.steal, report.pressure, report.runnable) = (40, 0, 1, 1)
        (report.memoryUsed, report.memoryTotal) = (200 << 20, 512 << 20)
        (report.inFlight, report.queued, report.admitted, report.accepting) = (1, 0, 1, true)
        (report.requestsPerSecond, report.serviceTimeP50, report.serviceTimeP99) = (40, 0.01, 0.03)
        report.serviceTimeMean = 0.01
        _ = controller.registry.report(report, uuid: guest.uuid, at: controller.clock.now, date: date)
    }
}
