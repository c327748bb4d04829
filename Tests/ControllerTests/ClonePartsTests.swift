import Autoscaling
import Foundation
import Libvirt
import Logging
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Lifecycle
@testable import Monitoring
@testable import Orchestration

/// Who is inside at the same time.
private final class Occupancy: Sendable {
    private let state = Mutex((now: 0, most: 0, seen: Set<Int>()))

    var most: Int { state.withLock { $0.most } }
    var seen: Set<Int> { state.withLock { $0.seen } }

    func enter(_ number: Int) {
        state.withLock { state in
            state.now += 1
            state.most = max(state.most, state.now)
            state.seen.insert(number)
        }
    }

    func leave() { state.withLock { $0.now -= 1 } }
}

@Suite("Clones: the parts")
struct ClonePartsTests {
    @Test("a row with a state of a later version is taken for off, and the rest of the ledger is read")
    func laterVersion() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var odd = Instance(uuid: "a", name: "vm1", since: Date(timeIntervalSince1970: 1))
        odd.state = .quarantined
        odd.standby = .saved
        odd.isOwned = true
        var text = String(decoding: try WireCoding.encoder().encode(odd), as: UTF8.self)
        #expect(!text.contains("unreadState"))
        text = text.replacing("\"quarantined\"", with: "\"levitating\"").replacing("\"saved\"", with: "\"frozen\"")
            .replacing("\"service\"", with: "\"glory\"")
        let read = try WireCoding.decoder().decode(Instance.self, from: Data(text.utf8))
        #expect(read.state == .off && read.unreadState == "levitating")
        #expect(read.standby == nil && read.goal == .service && read.isOwned)
        for state in [InstanceState.creating, .removing] {
            odd.state = state
            let again = try WireCoding.decoder().decode(Instance.self, from: WireCoding.encoder().encode(odd))
            #expect(again == odd && again.unreadState == nil)
        }
    }

    @Test("one at a time, in the order of arrival; who is cancelled while waiting leaves the queue")
    func gate() async throws {
        let gate = SerialGate()
        let inside = Occupancy()
        try await withThrowingTaskGroup { group in
            for number in 0..<20 {
                group.addTask {
                    try await gate.pass {
                        inside.enter(number)
                        await Task.yield()
                        inside.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(inside.most == 1)
        #expect(inside.seen == Set(0..<20))

        let (hold, release) = AsyncStream<Void>.makeStream()
        let entered = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup { group in
            group.addTask {
                try await gate.pass {
                    entered.continuation.finish()
                    for await _ in hold { break }
                }
            }
            for await _ in entered.stream {}
            let waiting = Task { try await gate.pass { Issue.record("it was cancelled before its turn") } }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            group.addTask { try await gate.pass {} }
            release.finish()
            try await group.waitForAll()
        }
        // What a body throws gives the gate back.
        await #expect(throws: CloneProblem.noPool("x")) { try await gate.pass { throw CloneProblem.noPool("x") } }
        try await gate.pass {}
    }

    /// Makes one clone of `base` for a group.
    func make(
        on hypervisor: InMemoryHypervisor,
        template: TemplateConfiguration = TemplateConfiguration(source: .domain("base"), pool: "p"),
        hosts: String = "192.168.122.160/30",
        networks: [String] = ["default"],
        name: String = "fib-1"
    ) async throws {
        try await CloneOperator(hypervisor: hypervisor, gate: SerialGate()).make(
            CloneOperator.Order(
                uuid: UUID().uuidString.lowercased(),
                name: name,
                group: "web",
                hosts: try CIDR(parsing: hosts),
                networks: networks,
                template: template
            ),
            at: Date(timeIntervalSince1970: 1)
        )
    }

    func host() -> InMemoryHypervisor {
        let hypervisor = InMemoryHypervisor()
        hypervisor.setStoragePool("p")
        hypervisor.addDomain("base", memory: 512 << 20)
        return hypervisor
    }

    @Test("an address is the lowest free one of the range; none left is said, and nothing is made")
    func addresses() async throws {
        let hypervisor = host()
        for number in 1...4 { try await make(on: hypervisor, name: "fib-\(number)") }
        let reserved = try await hypervisor.networks().flatMap(\.reservations).map(\.address)
        #expect(reserved == (160...163).map { "192.168.122.\($0)" })
        let full = CloneProblem.noAddress(hosts: try CIDR(parsing: "192.168.122.160/30"), network: "default")
        await #expect(throws: full) { try await make(on: hypervisor, name: "fib-5") }
        await #expect(throws: CloneProblem.foreignNetwork(template: "base", networks: ["dmz"])) {
            try await make(on: hypervisor, networks: ["dmz"])
        }
        await #expect(throws: CloneProblem.noPool("q")) {
            try await make(on: hypervisor, template: TemplateConfiguration(source: .domain("base"), pool: "q"))
        }
        #expect(try await hypervisor.domains().count == 5)
    }

    @Test("the address that a removed clone has on lease is free for the next one of that name, and for no other")
    func leases() async throws {
        let hypervisor = host()
        try await make(on: hypervisor)
        let first = try #require(try await hypervisor.domains().first { $0.name == "fib-1" })
        hypervisor.addLease(
            DHCPLease(mac: first.interfaces.first?.mac, address: "192.168.122.160", prefixLength: 24),
            network: "default"
        )
        try await hypervisor.removeClone(uuid: first.uuid)
        try await make(on: hypervisor, name: "fib-2")
        try await make(on: hypervisor)
        let clones = try await hypervisor.domains().compactMap { $0.record?.clone?.reservation?.lease.address }
        #expect(clones == ["192.168.122.160", "192.168.122.161"])
        let again = try #require(try await hypervisor.domains().first { $0.name == "fib-1" })
        #expect(again.uuid != first.uuid && again.interfaces.first?.mac == first.interfaces.first?.mac)
    }

    @Test("an image: the format its pool says, else that of its name; the size that is asked for")
    func images() async throws {
        let hypervisor = host()
        let volume = hypervisor.addVolume(VolumeReference(pool: "p", name: "golden"), format: "qcow2")
        let inPool = TemplateConfiguration(source: .image(volume.path), pool: "p", memory: 256 << 20, vCPUs: 2)
        try await make(on: hypervisor, template: inPool)
        try await make(
            on: hypervisor,
            template: TemplateConfiguration(source: .image("/srv/golden.img"), pool: "p"),
            name: "fib-2"
        )
        let clones = try await hypervisor.domains().filter { $0.record?.clone != nil }
        #expect(clones.map(\.maxMemory) == [256 << 20, 1 << 30] && clones.map(\.vcpuCount) == [2, 1])
        var formats: [String?] = []
        for clone in clones {
            let disk = try #require(clone.record?.clone?.volumes.first)
            formats.append(try await hypervisor.volume(disk).backing?.format)
        }
        #expect(formats == ["qcow2", "raw"])
    }

    @Test("templates are in no group; a clone is in the group that it names, whatever patterns say")
    func sampling() async throws {
        let hypervisor = host()
        try await make(on: hypervisor, name: "rest-like")
        hypervisor.addDomain("vm1")
        hypervisor.addDomain("newer", memory: 512 << 20)
        // A copy of the clone that somebody made: the record in it is another domain's.
        let record = try #require(try await hypervisor.domains().first { $0.name == "rest-like" }?.metadata)
        let copy = hypervisor.addDomain("copy")
        try await hypervisor.setMetadata(uuid: copy, xml: record)
        let network = GroupDiscovery.Network(
            name: "default",
            bridge: nil,
            hostAddress: try #require(IPAddress("192.168.122.1"))
        )
        let views = ["first": HostView(), "web": HostView()]
        let sampler = HypervisorSampler(
            hypervisor: hypervisor,
            targets: ["first", "web"].map { name in
                HypervisorSampler.Target(
                    name: name,
                    networks: [network],
                    includes: { _ in name == "first" },
                    // The clone's own template is no instance, although no group names it any more.
                    template: { name == "web" ? "newer" : nil },
                    view: views[name] ?? HostView(),
                    signals: Signals()
                )
            },
            capacity: HostCapacity(),
            interval: .milliseconds(100),
            clock: SteadyClock(),
            logger: .quiet
        )
        try await withBackground { background in
            background.start { try await sampler.run() }
            try await waitUntil("it has looked") { views["web"]?.snapshot.domains != nil }
            #expect(views["first"]?.snapshot.domains?.map(\.name) == ["copy", "vm1"])
            #expect(views["first"]?.snapshot.domains?.contains(where: \.isClone) == false)
            let web = try #require(views["web"]?.snapshot)
            #expect(web.domains?.map(\.name) == ["rest-like"] && web.domains?.first?.cloneState == .ready)
            #expect(web.template?.name == "newer" && web.template?.memory == 512 << 20)
            #expect(web.names == ["base", "copy", "newer", "rest-like", "vm1"])
            hypervisor.disconnect()
            try await waitUntil("it is lost") { views["web"]?.snapshot.domains == nil }
            #expect(views["web"]?.snapshot.template?.name == "newer")
            #expect(views["web"]?.snapshot.names.count == 5)
        }
    }
}
