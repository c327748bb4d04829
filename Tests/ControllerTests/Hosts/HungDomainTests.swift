import Autoscaling
import Foundation
import Libvirt
import Logging
import Monitoring
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Lifecycle
@testable import Orchestration

/// One domain whose QEMU hangs: it is named, and the others stay measured.
@Suite(.timeLimit(.minutes(1))) struct HungDomainTests {
    private final class Reports: Sendable {
        private let events = Mutex<[ControllerEvent]>([])
        var all: [ControllerEvent] { events.withLock { $0 } }
        func add(_ event: ControllerEvent) { events.withLock { $0.append(event) } }
    }

    private func sampler(
        _ hypervisor: InMemoryHypervisor,
        _ view: HostView,
        _ reports: Reports
    ) throws -> HypervisorSampler {
        let network = GroupDiscovery.Network(
            name: "default",
            bridge: nil,
            hostAddress: try #require(IPAddress("192.168.122.1"))
        )
        return HypervisorSampler(
            hypervisor: hypervisor,
            targets: [
                HypervisorSampler.Target(
                    name: "web",
                    networks: [network],
                    includes: { _ in true },
                    template: { nil },
                    view: view,
                    signals: Signals()
                )
            ],
            capacity: HostCapacity(),
            interval: .milliseconds(100),
            clock: SteadyClock(),
            report: { reports.add($0) },
            logger: .quiet
        )
    }

    @Test("it is named once, the others stay measured, and it is told when it answers again")
    func isNamed() async throws {
        let hypervisor = InMemoryHypervisor()
        let well = hypervisor.addDomain("well", state: .running)
        let hung = hypervisor.addDomain("hung", state: .running)
        hypervisor.setLoad(70, of: well)
        let view = HostView()
        let reports = Reports()
        let sampler = try sampler(hypervisor, view, reports)
        try await withBackground { background in
            background.start { try await sampler.run() }
            try await waitUntil("it is measured") { view.snapshot.samples[well] != nil }
            #expect(reports.all.isEmpty)
            hypervisor.setHung(true, of: hung)
            try await waitUntil("it is named") { !reports.all.isEmpty }
            let named = view.snapshot.samples[well]?.at
            try await waitUntil("the others are measured on") {
                guard let sample = view.snapshot.samples[well], let named else { return false }
                return named.duration(to: sample.at) > .milliseconds(500)
            }
            #expect(view.snapshot.domains?.count == 2)
            #expect(reports.all.map(\.kind) == [.hypervisorDomainHung])
            #expect(reports.all.first?.instance == "hung")
            hypervisor.setHung(false, of: hung)
            try await waitUntil("it answers") { reports.all.count == 2 }
            #expect(reports.all.map(\.kind) == [.hypervisorDomainHung, .hypervisorDomainAnswers])
        }
    }
}
