import AsyncHTTPClient
import Foundation
import Libvirt
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Wire

@testable import ControllerHTTP
@testable import EmbeddedStore
@testable import Lifecycle
@testable import Monitoring
@testable import Persistence

extension SocketTests {
    @Suite("Streams of the web interface")
    struct WebStreams {
        private static let loopback = HostPort(host: "127.0.0.1", port: 0)

        private static func stream(
            _ running: ControllerLab.Running,
            reads: Bool = true,
            _ path: String = "/v1/events",
            _ headers: String = ""
        )
            async throws -> WebClient
        {
            let client = try await WebClient(port: running.webPort, reads: reads)
            try await client.send(
                "GET \(path) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\(headers)\r\n"
            )
            return client
        }

        @Test("ticks and events come as they happen, what was missed comes first, and nothing twice")
        func events() async throws {
            try await withLab({ $0.web = Self.loopback }) { lab in
                lab.hypervisor.addDomain("vm1", state: .running)
                let controller = try await lab.start()
                let all = try await Self.stream(controller, "/v1/events?after=0")
                try await waitUntil("the adoption and a tick came") {
                    all.text.contains("instance.adopted") && all.text.contains("event: tick")
                }
                #expect(all.text.contains("text/event-stream") && all.text.contains("retry: 2000"))
                let silent = try await Self.stream(controller, "/v1/events?ticks=0&after=1")
                lab.hypervisor.addDomain("vm2", state: .running)
                func adoptions(_ client: WebClient) -> Int {
                    client.text.components(separatedBy: "instance.adopted").count - 1
                }
                try await waitUntil("the second comes to both") { adoptions(all) == 2 && adoptions(silent) == 2 }
                try await waitUntil("ticks go on") { all.text.components(separatedBy: "event: tick").count > 4 }
                #expect(adoptions(all) == 2 && adoptions(silent) == 2)
                #expect(!silent.text.contains("event: tick"))
                #expect(!silent.text.contains("\r\nid: 1\n") && !silent.text.contains("\nid: 1\n"))
                await controller.stop()
                try await waitUntil("both have ended") { all.isClosed && silent.isClosed }
            }
        }

        @Test("Last-Event-ID wins over the address; one from the future begins anew; nonsense is 400")
        func resuming() async throws {
            try await withLab({ $0.web = Self.loopback }) { lab in
                lab.hypervisor.addDomain("vm1", state: .running)
                let controller = try await lab.start()
                try await lab.waitForEvent(.instanceAdopted)
                let future = try await Self.stream(controller, "/v1/events?after=0", "Last-Event-ID: 999999\r\n")
                try await waitUntil("it is reset") { future.text.contains("event: reset\ndata: {\"after\":") }
                #expect(!future.text.contains("controller.started"))
                for (path, headers) in [("?after=x", ""), ("", "Last-Event-ID: -5\r\n"), ("?ticks=2", "")] {
                    let wrong = try await Self.stream(controller, "/v1/events\(path)", headers)
                    try await waitUntil("it is answered") { wrong.status != 0 }
                    #expect(wrong.status == 400, "\(path)")
                }
            }
        }

        @Test("a reader that never reads is disconnected, one that leaves is forgotten, one too many is told so")
        func feed() async throws {
            let clock = SteadyClock()
            let eventBus = EventBus()
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let store = try StateDirectory(path: path).store()
            let feed = EventFeed(store: store, eventBus: eventBus, clock: clock, limit: 2, logger: .quiet)
            try await withBackground { background in
                background.start { try await feed.run() }
                let (lost, losing) = AsyncStream.makeStream(of: Void.self)
                let mute = try #require(feed.subscribe(group: nil, ticks: true) { losing.finish() })
                let other = try #require(feed.subscribe(group: "elsewhere", ticks: true) {})
                #expect(feed.subscribe(group: nil, ticks: true) {} == nil)
                for number in 0...EventFeed.buffer {
                    var event = ControllerEvent(.overload, at: Date(), detail: "\(number)")
                    event.group = "default"
                    try await store.commit(StoreChange(events: [event]))
                }
                eventBus.tell(
                    .step(EventBus.Step(at: Date(), events: [ControllerEvent(.overload, at: Date(), detail: "")]))
                )
                for await _ in lost {}
                #expect(feed.readers == 1)
                var left = 0
                for await _ in mute.frames { left += 1 }
                #expect(left == EventFeed.buffer)
                feed.close(other.id)
                #expect(feed.readers == 0)
            }
        }

        @Test("a browser that never reads is hung up on, and another one gets everything")
        func mute() async throws {
            try await withLab({ $0.web = Self.loopback }) { lab in
                let controller = try await lab.start()
                let mute = try await Self.stream(controller, reads: false)
                let other = try await Self.stream(controller)
                try await waitUntil("ticks come") { other.text.contains("event: tick") }
                let detail = String(repeating: "x", count: 16_000)
                let events = (1...600).map { ControllerEvent(.overload, at: Date(), detail: "\($0) \(detail)") }
                try await lab.store().commit(StoreChange(events: events))
                try await waitUntil("the other has the last one") { other.text.contains("\"detail\":\"600 x") }
                try await mute.resume()
                try await waitUntil("it was hung up on") { mute.isClosed }
                #expect(!mute.text.contains("\"detail\":\"600 x"))
                #expect(try await controller.raw("GET /healthz").status == 200)
            }
        }

        @Test("a question for endpoints is held until they change, or its time is over")
        func longPoll() async throws {
            try await withLab({ $0.web = Self.loopback }) { lab in
                let uuid = lab.hypervisor.addDomain("vm1", state: .running)
                let controller = try await lab.start()
                func ask(_ query: String, tag: String?) async throws -> (status: Int, tag: String) {
                    var request = HTTPClientRequest(url: "http://127.0.0.1:\(controller.webPort)/v1/endpoints\(query)")
                    if let tag { request.headers.add(name: "If-None-Match", value: tag) }
                    let response = try await lab.client.execute(request, timeout: .seconds(30))
                    _ = try await response.body.collect(upTo: 65536)
                    return (Int(response.status.code), response.headers.first(name: "ETag") ?? "")
                }
                let first = try await ask("", tag: nil)
                #expect(first.status == 200 && first.tag.hasPrefix("\"default-0-"))
                #expect(try await ask("", tag: first.tag) == (304, first.tag))
                // Several: a connection that is used up must not be used again.
                for _ in 0..<5 { #expect(try await ask("?wait=0.1", tag: first.tag) == (304, first.tag)) }
                async let next = ask("?wait=20", tag: first.tag)
                let agent = FakeAgent(
                    uuid: uuid,
                    credentials: ["cms.controller": "127.0.0.1:\(controller.port)"],
                    identity: try lab.agentIdentity(uuid)
                )
                lab.background.start { try await agent.run() }
                let changed = try await next
                #expect(changed.status == 200 && changed.tag.hasPrefix("\"default-1-"))
                let targets = try await controller.raw("GET /v1/sd/prometheus").text
                #expect(
                    targets.contains("\"__meta_cms_group\":\"default\"") && targets.contains("\"instance\":\"vm1\"")
                )
            }
        }

        @Test("2000 idle connections take neither port from the others")
        func idle() async throws {
            try await withLab({ $0.web = Self.loopback }) { lab in
                let controller = try await lab.start()
                let before = try Self.memory()
                var clients: [WebClient] = []
                for _ in 0..<2000 { clients.append(try await WebClient(port: controller.webPort)) }
                #expect(try await controller.raw("GET /v1/groups").status == 200)
                #expect(try await lab.call(controller, .GET, "/healthz").status == 200)
                // Both ends are in this process.
                #expect(try Self.memory() - before < 200 << 20)
                for client in clients { await client.close() }
            }
        }

        /// The memory of this process that is in RAM, bytes.
        private static func memory() throws -> Int {
            let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
            return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
        }
    }
}
