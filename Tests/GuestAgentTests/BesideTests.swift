import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Proxy
import Shared
import TestSupport
import Testing
import Wire

@testable import GuestAgent

@Suite("A service beside the agent")
struct BesideTests {
    @Test("the kernel counts a port's connections", .timeLimit(.minutes(1)))
    func sockets() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = UInt16(try #require(server.localAddress?.port))
        #expect(SocketDiagnosis.established(port: port, countsLoopback: true) == 0)
        var clients: [any Channel] = []
        for _ in 0..<3 {
            clients.append(
                try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .connect(host: "127.0.0.1", port: Int(port)).get()
            )
        }
        #expect(SocketDiagnosis.established(port: port, countsLoopback: true) == 3)
        #expect(SocketTable.established(port: port, countsLoopback: true) == 3)
        #expect(SocketTable.established(port: port, countsLoopback: false) == 0)
        #expect(SocketTable.established(port: port, countsLoopback: true, root: "/nowhere") == nil)
        // What this machine asks of itself is no work.
        #expect(SocketDiagnosis.established(port: port) == 0)
        for client in clients { try await client.close() }
        try await eventually("they are gone") { SocketDiagnosis.established(port: port, countsLoopback: true) == 0 }
        try await server.close()
    }

    @Test("what is no answer of the kernel gives no count")
    func damagedAnswers() {
        let done: [UInt8] = [20, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(SocketDiagnosis.read(done[...], countsLoopback: false).map { $0.isLast } == true)
        var error = done
        error[4] = 2
        #expect(SocketDiagnosis.read(error[...], countsLoopback: false) == nil)
        var short = done
        (short[0], short[4]) = (200, 20)
        #expect(SocketDiagnosis.read(short[...], countsLoopback: false) == nil)
        #expect(SocketDiagnosis.read([1, 2, 3], countsLoopback: false).map { $0.isLast } == false)
    }

    static let page = """
        # HELP http_seconds Times.
        # TYPE http_seconds histogram
        http_seconds_bucket{path="/a",le="0.1"} 10
        http_seconds_bucket{path="/b",le="0.1"} 10 1700000000
        http_seconds_bucket{le="1",path="}"} 30
        http_seconds_bucket{le="+Inf"} 40
        http_seconds_count{path="/a"} 30
        http_seconds_count{path="/b"} 10
        http_seconds_sum NaN
        in_flight 3
        in_flight_total 99
        nonsense
        """

    @Test("a page of metrics is read, and what cannot be read is not there")
    func metricsPage() throws {
        let names: Set = ["in_flight", "http_seconds_count", "http_seconds_sum", "missing"]
        let page = PrometheusPage(Self.page, names: names, histogram: "http_seconds")
        #expect(page.sums == ["in_flight": 3, "http_seconds_count": 40])
        #expect(page.buckets == [0.1: 20, 1: 30, .infinity: 40])
        let nothing = PrometheusPage("", names: names, histogram: "http_seconds")
        #expect(page.quantile(0.5, since: nothing) == 0.1)
        #expect(abs(try #require(page.quantile(0.625, since: nothing)) - 0.55) < 1e-9)
        // Above the last bound nothing better is known than that bound.
        #expect(page.quantile(0.99, since: nothing) == 1)
        #expect(page.quantile(0.5, since: page) == nil)
    }

    /// A source whose kernel does not say how many connections there are.
    private struct Silent: LoadSource {
        var workload: Workload { Workload() }
        var answered: UInt64? { nil }
        var requestsPerSecond: Double? { nil }
        var unfinished: Unfinished { .unknown }
        func serviceTimes(now: ContinuousClock.Instant) -> ServiceTimeWindow.Summary? { nil }
    }

    @Test("connections that nobody could count are not reported as none")
    func unknownIsNotNone() {
        let status = AgentStatus(server: "vm1")
        status.drain(alternatives: [])
        let report = LoadMonitor(work: Silent(), status: status).reportNow(cause: .probe)
        #expect(report.accepting == false)
        #expect(report.admitted == nil && report.inFlight == nil && report.queued == nil)
    }

    @Test("the CPU time of a control group")
    func controlGroup() {
        #expect(ControlGroup.usage("usage_usec 1234\nuser_usec 1000\n") == 1234)
        #expect(ControlGroup.usage("user_usec 1000\n") == nil)
    }

    @Test(
        "an agent speaks for its own address alone",
        arguments: [
            ("https://{address}:8443", "https://10.0.0.1:8443"), ("http://{address}", "http://10.0.0.1"),
            ("https://{address}/app", "https://10.0.0.1/app"), ("https://evil.example", nil),
            ("https://{address}.evil", nil),
            ("https://{address}@evil", nil), ("ftp://{address}", nil), ("tcp://{address}:5432", "tcp://10.0.0.1:5432"),
            ("tcp://{address}", nil), ("tcp://{address}:0", nil), ("tcp://{address}:5432/db", nil),
            ("https://{address}:1 x", nil),
            ("https://{address}/" + String(repeating: "x", count: 256), nil),
        ] as [(String, String?)]
    )
    func endpoints(_ template: String, _ url: String?) {
        let registration = AgentRegistration(version: "", hostname: "", port: 8000, vCPUs: 1, endpoint: template)
        #expect(registration.endpointURL(address: "10.0.0.1") == url)
    }

    @Test("an IPv6 address stands in brackets")
    func addressFamilies() {
        let registration = AgentRegistration(
            version: "",
            hostname: "",
            port: 8000,
            vCPUs: 1,
            endpoint: "http://{address}:80"
        )
        #expect(registration.endpointURL(address: "fd00::1") == "http://[fd00::1]:80")
    }

    @Test("a command that fails or hangs says so")
    func commands() async throws {
        try await ShellCommand.run("exit 0", within: .seconds(20))
        let failed = await #expect(throws: ShellCommand.Failed.self) {
            try await ShellCommand.run("echo 'no\tpeer' >&2; exit 3", within: .seconds(20))
        }
        #expect(failed?.description == "it ended with status 3: no peer ")
        await #expect(throws: (any Error).self) { try await ShellCommand.run("sleep 60", within: .milliseconds(50)) }
    }

    @Test(
        "is registered with its own address, watched, and told to finish",
        .timeLimit(.minutes(1)),
        arguments: [false, true]
    )
    func lifecycle(byCommand: Bool) async throws {
        let controller = try FakeController()
        try await withTemporaryDirectory { directory in
            let mark = directory + "/drained"
            try await FakeService().serve { port in
                try await controller.serve { address in
                    var service = BesideService(endpoint: "http://{address}:\(port)", port: UInt16(port))
                    let well = directory + "/well"
                    if byCommand {
                        service.healthCommand = "test -e '\(well)'"
                    } else {
                        service.health = "http://127.0.0.1:\(port)/echo"
                    }
                    service.interval = .milliseconds(50)
                    service.drainCommand = "touch '\(mark)'"
                    var configuration = AgentConfiguration(
                        listen: HostPort(host: "127.0.0.1", port: 0),
                        controllers: ControllerList(address),
                        uuid: FakeController.uuid,
                        state: AgentStateDirectory(path: directory + "/state"),
                        credentials: { [pin = try? controller.pin] in
                            Credentials(token: "the-token", authorityHash: pin)
                        },
                        timing: testTiming()
                    )
                    configuration.service = .beside(service)
                    try await withAgent(configuration) { agent in
                        try await eventually("it has a session") { controller.openStreams == 1 }
                        let registration = try #require(controller.seen.registrations.last)
                        #expect(registration.service == .beside)
                        #expect(registration.endpoint == "http://{address}:\(port)")
                        let listening = try await agent.listening.wait()
                        let tls = try TLSConfiguration.cmsClient(
                            identity: nil,
                            authority: controller.authority.authority.certificate
                        )
                        try await withClient { client in
                            let caller = AgentCaller(port: listening, client: client, tls: tls)
                            if byCommand {
                                try await eventually("it is not well") {
                                    try await caller.get("/.cms/healthz").body.contains("it ended with status 1")
                                }
                                try Data().write(to: URL(fileURLWithPath: well))
                            }
                            try await eventually("it is well") { try await caller.get("/.cms/healthz").status == 200 }
                            #expect(
                                try await caller.get("/.cms/metrics").body.contains("cms_agent_service_connections 0")
                            )
                        }
                        try await eventually("it reports") { !controller.seen.reports.isEmpty }
                        #expect(controller.seen.reports.last?.report.queued == nil)
                        #expect(!FileManager.default.fileExists(atPath: mark))
                        controller.send(.drain)
                        try await eventually("it is told") { FileManager.default.fileExists(atPath: mark) }
                        try await eventually("it is reported") {
                            controller.seen.reports.last.map { $0.report.accepting == false && $0.report.admitted == 0 }
                                ?? false
                        }
                    }
                }
            }
        }
    }
}
