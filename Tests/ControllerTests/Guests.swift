import Foundation
import Libvirt
import Synchronization
import TestSupport
import Testing

/// The guests of an in-memory hypervisor: an agent comes to life when its domain boots and dies when it stops.
final class Guests: Sendable {
    private struct Guest {
        var agent: FakeAgent
        var life: BackgroundJob
    }

    private struct State {
        var behaviours: [String: FakeAgent.Behaviour] = [:]
        var guests: [String: Guest] = [:]
        var silentMemory: UInt64?
    }

    private let lab: ControllerLab
    private let hypervisor: InMemoryHypervisor
    private let state = Mutex(State())

    /// Lets agents live in the domains of the lab, or of another one of its hosts.
    init(_ lab: ControllerLab, on host: InMemoryHypervisor? = nil) {
        self.lab = lab
        hypervisor = host ?? lab.hypervisor
        hypervisor.onBoot { [weak self] domain in self?.boot(domain) }
        let events = hypervisor.lifecycleEvents()
        lab.background.start { [weak self] in
            for await event in events where event.kind == .stopped {
                let guest = self?.state.withLock { $0.guests.removeValue(forKey: event.uuid) }
                await guest?.life.stop()
            }
        }
    }

    /// How the agent of that domain behaves, now and when it boots.
    func set(_ uuid: String, _ change: (inout FakeAgent.Behaviour) -> Void) {
        let (agent, behaviour) = state.withLock { state in
            change(&state.behaviours[uuid, default: FakeAgent.Behaviour()])
            return (state.guests[uuid]?.agent, state.behaviours[uuid] ?? FakeAgent.Behaviour())
        }
        agent?.behaviour = behaviour
    }

    /// The agents of domains with that much memory never register.
    func silence(memory: UInt64) { state.withLock { $0.silentMemory = memory } }

    /// The living agent of that domain.
    func agent(_ uuid: String) -> FakeAgent? {
        state.withLock { $0.guests[uuid]?.agent }
    }

    /// The agent's process dies; its domain goes on.
    func kill(_ uuid: String) async {
        await state.withLock { $0.guests[uuid]?.life }?.stop()
    }

    /// The agent's process comes back, with what it had on disk.
    func revive(_ uuid: String) {
        guard let agent = agent(uuid)?.reborn() else { return }
        let life = lab.background.start { try await agent.run() }
        state.withLock { $0.guests[uuid] = Guest(agent: agent, life: life) }
    }

    private func boot(_ domain: DomainInfo) {
        guard let credentials = hypervisor.guestCredentials(uuid: domain.uuid) else { return }
        let behaviour = state.withLock { state in
            var behaviour = state.behaviours[domain.uuid] ?? FakeAgent.Behaviour()
            if let silent = state.silentMemory, domain.maxMemory == silent { behaviour.registers = false }
            return behaviour
        }
        let agent = FakeAgent(uuid: domain.uuid, credentials: credentials, behaviour: behaviour)
        let life = lab.background.start { try await agent.run() }
        state.withLock { $0.guests[domain.uuid] = Guest(agent: agent, life: life) }
    }
}

/// A group of three domains, shut off, with a controller.
struct Group: Sendable {
    let lab: ControllerLab
    let guests: Guests
    let ids: [String]

    var vm1: String { ids[0] }
    var vm2: String { ids[1] }
    var vm3: String { ids[2] }
    var hypervisor: InMemoryHypervisor { lab.hypervisor }

    func starts(_ uuid: String) -> Int { hypervisor.calls(of: .startFresh, uuid: uuid) }
    func destroys(_ uuid: String) -> Int { hypervisor.calls(of: .destroy, uuid: uuid) }

    /// All the load that a domain can have.
    func overload(_ uuids: String...) {
        for uuid in uuids { hypervisor.setLoad(100, of: uuid) }
    }

    func waitForService(_ names: String..., log: WatchLog, within limit: Duration = .seconds(15)) async throws {
        try await waitUntil("\(names) serve", within: limit) { log.names == Set(names) }
    }
}

/// Runs a test with a group; the controller is the test's to start.
func withGroup(
    _ change: @Sendable (inout ControllerLab) -> Void = { _ in },
    _ body: @Sendable (Group) async throws -> Void
) async throws {
    try await withLab(change) { lab in
        let ids = ["vm1", "vm2", "vm3"].map { lab.hypervisor.addDomain($0) }
        try await body(Group(lab: lab, guests: Guests(lab), ids: ids))
    }
}
