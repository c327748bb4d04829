import Autoscaling
import Libvirt
import Logging
import Monitoring
import TestSupport
import Testing
import Wire

@testable import Lifecycle
@testable import Orchestration

@Suite("Finding guests without an agent")
struct GuestFinderTests {
    private func choice(_ answers: [GuestAddress.Source: [String]]) -> GuestAddressChoice {
        var choice = GuestAddressChoice()
        choice.answers = answers.mapValues { $0.map { GuestAddress(mac: nil, address: $0) } }
        return choice
    }

    private func found(_ answers: [GuestAddress.Source: [String]], present: String? = nil) throws -> String? {
        let hosts = try CIDR(parsing: "10.0.0.0/24")
        let best = choice(answers).address(in: hosts, present: present.flatMap(IPAddress.init))
        return best.map { "\($0.address) \($0.source.rawValue)" }
    }

    @Test("a lease counts before a neighbour, a neighbour before the guest's own word, and only inside hosts")
    func sources() throws {
        #expect(try found([:]) == nil)
        #expect(try found([.lease: ["10.9.0.1"], .guestAgent: ["fe80::1", "127.0.0.1"]]) == nil)
        #expect(try found([.lease: ["10.0.0.5"], .neighbour: ["10.0.0.6"]]) == "10.0.0.5 DHCP lease")
        #expect(try found([.lease: ["10.9.0.5"], .neighbour: ["10.0.0.6"]]) == "10.0.0.6 ARP table")
        #expect(try found([.guestAgent: ["127.0.0.1", "10.0.0.7"]]) == "10.0.0.7 guest agent")
        #expect(try found([.lease: ["nonsense", ""]]) == nil)
    }

    @Test("of several leases the neighbour's, then the one from before, then the first")
    func severalLeases() throws {
        let leases = ["10.0.0.5", "10.0.0.6", "10.0.0.7"]
        #expect(try found([.lease: leases]) == "10.0.0.5 DHCP lease")
        #expect(try found([.lease: leases], present: "10.0.0.6") == "10.0.0.6 DHCP lease")
        #expect(try found([.lease: leases, .neighbour: ["10.0.0.7"]], present: "10.0.0.6") == "10.0.0.7 DHCP lease")
        let neighbours = ["10.0.0.5", "10.0.0.6"]
        #expect(try found([.lease: leases, .neighbour: neighbours], present: "10.0.0.6") == "10.0.0.6 DHCP lease")
        #expect(try found([.lease: leases], present: "10.0.0.9") == "10.0.0.5 DHCP lease")
    }

    @Test("a session is one address in one run")
    func book() throws {
        let book = GuestAddressBook()
        let (five, six) = (try #require(IPAddress("10.0.0.5")), try #require(IPAddress("10.0.0.6")))
        #expect(book.note("a", run: 1, address: five, source: .lease))
        #expect(!book.note("a", run: 1, address: five, source: .neighbour))
        #expect(book.entry(of: "a", run: 1)?.session == 1)
        #expect(book.entry(of: "a", run: 2) == nil, "of another run nothing is known")
        #expect(book.note("a", run: 2, address: five, source: .lease))
        #expect(book.note("a", run: 2, address: six, source: .lease))
        #expect(book.entry(of: "a", run: 2)?.session == 3)
        book.keep([])
        #expect(book.entry(of: "a", run: 2) == nil && book.address(of: "a") == nil)
    }

    /// A group without agents, a finder for it, and one domain that runs.
    private struct Place {
        let hypervisor = InMemoryHypervisor()
        let group: GroupRuntime
        let finder: GuestFinder
        let uuid: String
        var memory = GuestFinder.Memory()

        init() throws {
            var configuration = GroupConfiguration(hosts: try CIDR(parsing: "192.168.122.0/24"))
            configuration.service = ServiceConfiguration(kind: .agentless, port: 80, probe: .tcp(port: 80))
            group = GroupRuntime(configuration, networks: [], told: nil)
            finder = GuestFinder(hypervisor: hypervisor, groups: [group], clock: SteadyClock(), logger: .quiet)
            uuid = hypervisor.addDomain("vm1", state: .running)
            see()
        }

        func see(run: Int = 1, running: Bool = true, active: Bool = true) {
            let domain = FleetObservation.Domain(
                uuid: uuid,
                name: "vm1",
                isRunning: running,
                isActive: active,
                run: run
            )
            group.view.replace(HostView.Snapshot(domains: [domain], samples: [:]))
        }

        mutating func look(at second: Double) async {
            await finder.look(group, &memory, now: .seconds(second))
        }

        var address: String? { group.guests.address(of: uuid)?.description }
        func asked(_ operation: InMemoryHypervisor.Operation = .addresses) -> Int { hypervisor.calls(of: operation) }
    }

    @Test("a lease of its MAC address is its address, looked up again each ten seconds and after each start")
    func lease() async throws {
        var place = try Place()
        await place.look(at: 0)
        #expect(place.address == nil)
        let mac = try #require(try await place.hypervisor.domain(uuid: place.uuid).interfaces.first?.mac)
        place.hypervisor.addLease(
            DHCPLease(mac: mac, address: "192.168.122.77", prefixLength: 24),
            network: "default"
        )
        place.hypervisor.addLease(
            DHCPLease(mac: "52:54:00:99:99:99", address: "192.168.122.78", prefixLength: 24),
            network: "default"
        )
        await place.look(at: 1)
        #expect(place.address == "192.168.122.77")
        let asked = place.asked()
        await place.look(at: 10)
        #expect(place.asked() == asked, "what is known is not asked for each second")
        await place.look(at: 11)
        #expect(place.asked() == asked + 2)
        let session = place.group.guests.entry(of: place.uuid, run: 1)?.session
        place.see(run: 2)
        await place.look(at: 12)
        #expect(place.group.guests.entry(of: place.uuid, run: 2)?.session != session)
        place.see(running: false, active: false)
        await place.look(at: 13)
        #expect(place.address == nil, "one that is off is nowhere")
    }

    @Test("the guest's own agent is asked where the host knows nothing, each ten seconds, and never while it is paused")
    func guestAgent() async throws {
        var place = try Place()
        place.see(running: false)
        await place.look(at: 0)
        #expect(place.asked() == 2, "leases and neighbours alone")
        place.see()
        await place.look(at: 1)
        #expect(place.asked() == 5, "it has no agent, which is no harm")
        place.hypervisor.setAddresses(["127.0.0.1", "192.168.122.79"], source: .guestAgent, of: place.uuid)
        await place.look(at: 2)
        #expect(place.address == nil && place.asked() == 7)
        await place.look(at: 11)
        #expect(place.address == "192.168.122.79")
    }

    @Test("what is known stays while nobody says anything else, and while the hypervisor is silent")
    func stays() async throws {
        var place = try Place()
        place.hypervisor.setAddresses(["192.168.122.77"], source: .neighbour, of: place.uuid)
        await place.look(at: 0)
        #expect(place.address == "192.168.122.77")
        place.hypervisor.setAddresses(nil, source: .neighbour, of: place.uuid)
        await place.look(at: 20)
        #expect(place.address == "192.168.122.77")
        place.group.view.replace(HostView.Snapshot(domains: nil, samples: [:]))
        await place.look(at: 40)
        #expect(place.address == "192.168.122.77")
        place.hypervisor.setAddresses(["192.168.122.80"], source: .neighbour, of: place.uuid)
        place.see()
        await place.look(at: 60)
        #expect(place.address == "192.168.122.80")
    }
}
