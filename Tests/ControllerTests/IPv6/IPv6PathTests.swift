import Foundation
import HTTPTypes
import Hummingbird
import Libvirt
import NIOCore
import NIOPosix
import Shared
import TestSupport
import Testing
import Wire

@testable import ControllerHTTP
@testable import Lifecycle
@testable import Monitoring
@testable import Orchestration

/// Whether this machine has IPv6 on loopback.
private let hasIPv6: Bool = {
    let channel = try? ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "::1", port: 0).wait()
    try? channel?.close().wait()
    return channel != nil
}()

extension NetworkInfo {
    /// A network in whose range `::1` is, with IPv4 beside it.
    fileprivate static let sixLoopback = NetworkInfo(
        name: "default",
        uuid: "9a05da11-e96b-47f3-8253-a3a482e445f6",
        addresses: [
            NetworkAddress(address: "192.168.122.1", prefixLength: 24),
            NetworkAddress(address: "::fe", prefixLength: 64),
        ]
    )
}

extension SocketTests {
    @Suite("The whole path over IPv6", .enabled(if: hasIPv6, "::1 cannot be used here"))
    struct SixPath {
        @Test("a domain boots, enrolls, registers, is probed and is told, all over IPv6")
        func wholePath() async throws {
            try await withLab(
                networks: [.sixLoopback],
                { lab in
                    lab.hosts = "::/64"
                    lab.listen = "::1"
                    lab.web = HostPort(host: "::1", port: 0)
                }
            ) { lab in
                let uuid = lab.hypervisor.addDomain("vm1")
                let guests = Guests(lab)
                let controller = try await lab.start()
                let log = try lab.watch(controller)
                try await waitUntil("vm1 serves", within: .seconds(15)) { log.names == ["vm1"] }
                #expect(
                    lab.hypervisor.guestCredentials(uuid: uuid)?["cms.controller"] == "[::1]:\(controller.port)"
                )
                let url = try #require(guests.agent(uuid)?.url)
                #expect(url.hasPrefix("https://[::1]:"))
                let told = log.notices.flatMap { ($0.endpoints ?? []) + ($0.added ?? []) }
                #expect(told.map(\.url) == [url])
                let targets = try await controller.raw("GET /v1/sd/prometheus", host: "[::1]:\(controller.webPort)")
                    .text
                #expect(targets.contains("\"\(url.dropFirst("https://".count))\""), "\(targets)")
                let events = try await lab.events()
                #expect(events.contains { $0.kind == .agentEnrolled && $0.detail.contains(" ::1 ") })
            }
        }

        @Test("a sender with IPv4 is refused by the group's range, whichever way the socket writes its address")
        func mapped() async throws {
            try await withLab(
                networks: [.sixLoopback],
                { lab in
                    lab.hosts = "::/64"
                    lab.listen = "::"
                }
            ) { lab in
                let uuid = lab.hypervisor.addDomain("vm1")
                let controller = try await lab.start()
                var four = lab
                four.listen = "127.0.0.1"
                let answer = try await four.enroll(controller, token: "x", uuid: uuid)
                #expect(answer.status == 403 && answer.code == "foreign-address")
                #expect(String(buffer: answer.body).contains("127.0.0.1 is not the address of a guest in ::/64"))
                let plain = try await WebClient(port: controller.port)
                try await plain.send("GET / HTTP/1.1\r\n\r\n")
                try await lab.waitForEvent(.peerRefused, saying: "the TLS handshake with 127.0.0.1 ")
                await plain.close()
            }
        }

        @Test("clones get an address of the range, reserved for the DUID of their MAC")
        func clones() async throws {
            try await withClones(
                networks: [.sixLoopback],
                lab: { lab in
                    lab.hosts = "::/64"
                    lab.listen = "::1"
                }
            ) { group in
                let controller = try await group.lab.start()
                try await group.waitForService("fib-1", log: try group.lab.watch(controller))
                let clone = try await group.clone("fib-1")
                let lease = try #require(clone.record?.clone?.reservation?.lease)
                #expect(lease.address == "::1" && lease.mac == clone.interfaces.first?.mac)
                try await group.expectNoOrphans()
            }
        }

        @Test("clones in a network whose guests make their own addresses have none reserved, and serve")
        func ownAddresses() async throws {
            var network = NetworkInfo.sixLoopback
            network.addresses[1].hasDHCP = false
            try await withClones(
                networks: [network],
                lab: { lab in
                    lab.hosts = "::/64"
                    lab.listen = "::1"
                }
            ) { group in
                let controller = try await group.lab.start()
                try await group.waitForService("fib-1", log: try group.lab.watch(controller))
                #expect(try await group.clone("fib-1").record?.clone?.reservation == nil)
                let part = CloneOperator.Order(
                    uuid: UUID().uuidString.lowercased(),
                    name: "fib-9",
                    group: "default",
                    hosts: try CIDR(parsing: "::100/120"),
                    networks: ["default"],
                    template: TemplateConfiguration(source: .domain("base"), pool: CloneLab.pool)
                )
                let clones = CloneOperator(hypervisor: group.hypervisor, gate: SerialGate())
                let error = await #expect(throws: CloneProblem.self) { try await clones.make(part, at: Date()) }
                #expect(
                    error == .ownAddresses(hosts: part.hosts, network: "default", range: try CIDR(parsing: "::/64"))
                )
                try await group.expectNoOrphans()
            }
        }
    }
}

@Suite("The web interface under IPv6 names")
struct WebNamesOfIPv6Tests {
    @Test("wrong tokens are counted for each network of IPv6 that one sender has, and for each IPv4 address")
    func failures() {
        let clock = SteadyClock()
        let address = HostPort(host: "::", port: 7080)
        let access = WebAccess(address: address, token: WebToken("right"), clock: clock) { _ in }
        func code(_ sender: String) -> String? {
            let head = HTTPRequest(
                method: .get,
                scheme: "https",
                authority: "cms",
                path: "/",
                headerFields: [.authorization: "Bearer wrong"]
            )
            let result = access.peer(
                of: Request(head: head, body: .init(buffer: ByteBuffer())),
                from: IPAddress(sender)
            )
            if case .failure(let refusal) = result { return refusal.problem.code }
            return nil
        }
        let six = (1...40).map { code("fd00:1::\($0)") }
        #expect(six.contains("too-often"))
        #expect(code("fd00:2::1") == "wrong-token")
        let four = (1...40).map { code("192.168.122.\($0)") }
        #expect(!four.contains("too-often"))
    }

    @Test(
        "an address in Host is compared as an address, not as a text",
        arguments: [("[::1]:7080", true), ("[0:0::1]:7080", true), ("127.0.0.1:7080", true), ("[::2]:7080", false)]
    )
    func host(text: String, expected: Bool) throws {
        let access = WebAccess(
            address: HostPort(host: "::1", port: 7080),
            token: nil,
            clock: SteadyClock(),
            report: { _ in }
        )
        #expect(access.answers(to: text) == expected)
    }
}
