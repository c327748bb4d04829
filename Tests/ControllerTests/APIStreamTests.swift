import Foundation
import Libvirt
import NIOCore
import NIOHTTP1
import Shared
import TestSupport
import Testing
import Wire

@testable import ControllerHTTP
@testable import EmbeddedStore
@testable import Lifecycle
@testable import Orchestration

extension SocketTests {
    @Suite("Reports and watches")
    struct Streams {
        @Test("reports: too large, garbage, out of range, unregistered; good ones are taken all the while")
        func reports() async throws {
            try await withLab { lab in
                let uuid = lab.hypervisor.addDomain("vm1", state: .running)
                let controller = try await lab.start()
                let agent = try lab.agentIdentity(uuid)
                let path = "/v1/agents/\(uuid)"
                func report(_ text: String) async throws -> Answer {
                    try await lab.call(controller, .POST, "\(path)/reports", as: agent, ByteBuffer(string: text))
                }
                let head = #""sequence":1,"measuredAt":"2026-01-02T03:04:05.000Z","cause":"interval""#
                let early = try await report("{\(head)}")
                #expect(early.status == 409 && early.code == "not-registered")
                let stream = try await lab.call(controller, .GET, "\(path)/commands?watch", as: agent)
                #expect(stream.status == 409)

                func register(port: Int, vCPUs: Int = 1, hostname: String = "x") async throws -> Answer {
                    let message = AgentRegistration(version: "0", hostname: hostname, port: port, vCPUs: vCPUs)
                    return try await lab.call(controller, .PUT, path, as: agent, WireCoding.line(message))
                }
                try await waitUntil("the controller has looked") { try await register(port: 8000).status == 200 }
                #expect(try await register(port: 8000).message(RegistrationAnswer.self).server == "vm1")
                #expect(try await register(port: 0).status == 400)
                #expect(try await register(port: 70_000).status == 400)
                #expect(try await register(port: 8000, vCPUs: 0).status == 400)
                #expect(try await register(port: 8000, hostname: String(repeating: "x", count: 300)).status == 400)

                for text in ["", "garbage", "[]", "{}", #"{"sequence":-1}"#, "{\(head),\"busy\":\"much\"}"] {
                    #expect(try await report(text).status == 400, "\(text)")
                }
                for values in [
                    #""busy":101"#, #""busy":-0.1"#, #""steal":1e300"#, #""queued":-1"#, #""serviceTimeP50":-1"#,
                    #""requestsPerSecond":1e10"#,
                ] {
                    let answer = try await report("{\(head),\(values)}")
                    #expect(answer.status == 400 && answer.code == "out-of-range", "\(values)")
                }
                let large = ByteBuffer(repeating: 0x20, count: 10_000_000)
                for _ in 0..<3 {
                    let answer = try await lab.call(controller, .POST, "\(path)/reports", as: agent, large)
                    #expect(answer.status == 413 && answer.code == "too-large")
                    #expect(try await report("{\(head),\"busy\":50}").status == 204)
                }
                // A field of a later version is no reason to refuse.
                #expect(try await report("{\(head),\"busy\":50,\"mood\":\"fine\"}").status == 204)
            }
        }

        @Test("a watch: the set first, changes later, heartbeats between; resumed with from=, acknowledged")
        func watch() async throws {
            try await withLab { lab in
                let uuid = lab.hypervisor.addDomain("vm1", state: .running)
                let controller = try await lab.start()
                let log = try lab.watch(controller)
                let modern = try lab.watch(controller, with: lab.modern)
                try await waitUntil("both are told the set") { log.notices.count >= 1 && modern.notices.count >= 1 }
                #expect(log.notices[0].kind == .set && log.notices[0].endpoints == [])

                let agent = FakeAgent(
                    uuid: uuid,
                    credentials: ["cms.controller": "127.0.0.1:\(controller.port)"],
                    identity: try lab.agentIdentity(uuid)
                )
                let life = lab.background.start { try await agent.run() }
                try await waitUntil("vm1 is told") { log.names == ["vm1"] && modern.names == ["vm1"] }
                let change = try #require(log.notices.first { $0.kind == .change })
                #expect(change.revision == log.notices[0].revision + 1)
                #expect(change.added?.map(\.url) == [try #require(agent.url)])
                #expect(change.added?.map(\.id) == [uuid])
                try await waitUntil("there are heartbeats", within: .seconds(10)) {
                    log.notices.contains { $0.kind == .heartbeat && $0.revision == change.revision }
                        && modern.notices.contains { $0.kind == .heartbeat }
                }

                let client = try lab.clientIdentity()
                let now = try await lab.call(controller, .GET, "/v1/endpoints", as: client).message(EndpointSet.self)
                #expect(now.revision == change.revision && now.endpoints == change.added)
                let resumed = try lab.watch(controller, query: "watch&from=\(log.notices[0].revision)")
                let current = try lab.watch(controller, query: "watch&from=\(change.revision)")
                let lost = try lab.watch(controller, query: "watch&from=4711")
                try await waitUntil("all are told") {
                    resumed.notices.count > 1 && !current.notices.isEmpty && !lost.notices.isEmpty
                }
                #expect(resumed.notices[1].kind == .change && resumed.names == ["vm1"])
                #expect(current.notices[0].kind == .heartbeat)
                #expect(lost.notices[0].kind == .set && lost.names == ["vm1"])
                for query in ["watch&from=x", "watch&from=-1", "watch&from="] {
                    let answer = try await lab.call(controller, .GET, "/v1/endpoints?\(query)", as: client)
                    #expect(answer.status == 400, "\(query)")
                }
                func acknowledge(_ text: String) async throws -> Int {
                    try await lab.call(
                        controller,
                        .POST,
                        "/v1/endpoints/acks",
                        as: client,
                        ByteBuffer(string: text)
                    ).status
                }
                #expect(try await acknowledge(#"{"revision":\#(change.revision)}"#) == 204)
                #expect(try await acknowledge(#"{"revision":-1}"#) == 400)

                await life.stop()
                try await waitUntil("vm1 has left", within: .seconds(2)) { log.names.isEmpty && modern.names.isEmpty }
            }
        }

        @Test("an orderly stop ends open streams within seconds and withdraws nothing")
        func stop() async throws {
            try await withLab { lab in
                let uuid = lab.hypervisor.addDomain("vm1", state: .running)
                let controller = try await lab.start()
                let agent = FakeAgent(
                    uuid: uuid,
                    credentials: ["cms.controller": "127.0.0.1:\(controller.port)"],
                    identity: try lab.agentIdentity(uuid)
                )
                lab.background.start { try await agent.run() }
                let logs = try [
                    lab.watch(controller), lab.watch(controller), lab.watch(controller, with: lab.modern),
                ]
                try await waitUntil("vm1 is told") { logs.allSatisfy { $0.names == ["vm1"] } }
                let before = try await lab.store().endpointSet()
                let start = ContinuousClock.now
                await controller.stop()
                #expect(start.duration(to: .now) < .seconds(6))
                #expect(controller.job.error == nil)
                try await waitUntil("the streams have ended") { logs.allSatisfy(\.isEnded) }
                #expect(logs.allSatisfy { $0.names == ["vm1"] })
                #expect(try await lab.store().endpointSet() == before)
                #expect(try await lab.instance(uuid)?.state == .inService)
            }
        }
    }

    @Suite("Starting a controller")
    struct Starting {
        @Test("a second controller on the same state directory is refused")
        func stateInUse() async throws {
            try await withLab { lab in
                let first = try await lab.start()
                let error = await #expect(throws: StateDirectory.Failure.self) { try await lab.start() }
                #expect(error?.description.contains(lab.path) == true)
                #expect(error?.description.contains("--state-dir") == true)
                await first.stop()
                let second = try await lab.start()
                #expect(try await lab.call(second, .GET, "/healthz").status == 200)
            }
        }

        @Test("a port that is taken is said, and nothing was started")
        func portTaken() async throws {
            try await withLab { holder in
                let port = try await holder.start().port
                try await withLab { lab in
                    let uuid = lab.hypervisor.addDomain("vm1")
                    let error = await #expect(throws: PortTaken.self) { try await lab.start(port: port) }
                    #expect(error?.description.contains("port \(port)") == true)
                    #expect(error?.description.contains("--listen") == true)
                    #expect(lab.hypervisor.calls(of: .startFresh, uuid: uuid) == 0)
                }
            }
        }

        @Test("a hypervisor that does not answer is said with the remedy")
        func noHypervisor() async throws {
            try await withLab { lab in
                lab.hypervisor.failNext(
                    .connect,
                    with: LibvirtError(
                        code: .noConnect,
                        message: "no such socket",
                        operation: "connect",
                        hypervisor: lab.hypervisor.uri,
                        isConnectionLost: true
                    )
                )
                let error = await #expect(throws: LibvirtError.self) { try await lab.start() }
                #expect(error?.description.contains("no such socket") == true)
                // The directory is free again.
                _ = try await lab.start()
            }
        }

        @Test("a range without a network is said with the networks there are")
        func noNetwork() async throws {
            try await withLab({ $0.hosts = "172.16.0.0/12" }) { lab in
                let error = await #expect(throws: GroupDiscovery.Failure.self) { try await lab.start() }
                #expect(error?.description.contains("default") == true)
            }
        }

        @Test("a damaged authority stops the start, and is not replaced")
        func damaged() async throws {
            try await withLab { lab in
                _ = try StateDirectory(path: lab.path)
                let file = URL(fileURLWithPath: "\(lab.path)/authority.pem")
                let garbage = Data(String(repeating: "garbage ", count: 1000).utf8)
                try garbage.write(to: file)
                await #expect(throws: (any Error).self) { try await lab.start() }
                #expect(try Data(contentsOf: file) == garbage)
            }
        }
    }
}
