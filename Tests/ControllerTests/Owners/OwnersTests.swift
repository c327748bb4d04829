import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import Shared
import TestSupport
import Testing
import Wire

@testable import ControllerHTTP
@testable import Lifecycle
@testable import Orchestration
@testable import Persistence

extension SocketTests {
    @Suite("Asking a controller about a group of another one")
    struct Owners {
        /// Two controllers: the first owns `web` and has `min` 1, the second owns `db` and has `min` 2.
        private func withTwo(
            _ body: @Sendable (OwnersLab, _ first: OwnersLab.Member, _ second: OwnersLab.Member) async throws -> Void
        ) async throws {
            try await OwnersLab.run { lab in
                let first = try await lab.start(minimum: 1)
                let second = try await lab.start(minimum: 2)
                let live = [first.address, second.address]
                first.owners.set(
                    ["web": .here, "db": .other(name: "two", addresses: [second.address])],
                    controllers: live
                )
                second.owners.set(
                    ["db": .here, "web": .other(name: "one", addresses: [first.address])],
                    controllers: live
                )
                try await body(lab, first, second)
            }
        }

        /// One controller that owns `web`; `db` is the controller `two`'s, which a script stands in for.
        private func withOne(
            _ answer: ForwardedAnswer? = nil,
            _ body: @Sendable (OwnersLab, OwnersLab.Member, ScriptedForwarder) async throws -> Void
        ) async throws {
            try await OwnersLab.run { lab in
                let forwarder = ScriptedForwarder(answer)
                let member = try await lab.start(forwarder: forwarder)
                member.owners.set(
                    ["web": .here, "db": .other(name: "two", addresses: ["10.0.0.2:7000"])],
                    controllers: ["10.0.0.1:7000", "10.0.0.2:7000"]
                )
                try await body(lab, member, forwarder)
            }
        }

        private func instance(_ name: String, _ group: String) -> Instance {
            var row = Instance(uuid: UUID().uuidString.lowercased(), name: name, since: Date())
            row.group = group
            return row
        }

        @Test("a command is carried out by the owner, in the name of who asked, and its answer is passed back")
        func commands() async throws {
            try await withTwo { lab, first, second in
                let paused = try await lab.call(first, .POST, "/v1/groups/db/pause")
                #expect(paused.status == 200 && paused.headers["content-type"] == ["application/json"])
                #expect(throws: Never.self) { try WireCoding.decode(GroupSteering.self, from: paused.body) }
                #expect(try await lab.call(first, .POST, "/v1/groups/db/retry?instance=a%20b").status == 202)
                #expect(try await lab.call(first, .POST, "/v1/groups/web/retry").status == 202)
                try await waitUntil("all commands have come") {
                    second.commands.value == ["db steer by boss", "db retry by boss"]
                        && first.commands.value == ["web retry by boss"]
                }
                // What the owner refuses is refused here in its words.
                let refused = try await lab.call(first, .PUT, "/v1/groups/db/size?size=x")
                #expect(refused.status == 400 && refused.problem?.code == "bad-size")
                #expect(refused.headers["content-type"] == ["application/problem+json"])
                #expect(try await lab.call(first, .POST, "/v1/groups/none/pause").problem?.code == "no-such-group")
                #expect(try await lab.call(first, .POST, "/v1/groups/db/pause", as: .client(name: "a")).status == 403)
            }
        }

        @Test("lists and single groups tell what the owners say, in the configuration's order, at any controller")
        func reading() async throws {
            try await withTwo { lab, first, second in
                for member in [first, second] {
                    #expect(try await lab.minima(member, .GET, "/v1/groups") == ["web 1", "db 2"])
                    #expect(try await lab.minima(member, .GET, "/v1/groups/web") == ["web 1"])
                    #expect(try await lab.minima(member, .GET, "/v1/groups/db") == ["db 2"])
                }
                #expect(try await first.web("GET /v1/groups").text.contains("\"minimum\":2"))
                #expect(try await first.web("GET /v1/groups/db").text.contains("\"minimum\":2"))
                #expect(try await first.web("HEAD /v1/groups/db").status == 200)
                // None is kept: the owner says so.
                let past = try await lab.call(first, .GET, "/v1/history?group=db")
                #expect(past.problem?.code == "history-off")
            }
        }

        @Test("an owner that is silent: questions are answered from here, and marked; commands name the owner")
        func silent() async throws {
            try await withTwo { lab, first, second in
                await second.stop()
                #expect(try await lab.minima(first, .GET, "/v1/groups") == ["web 1", "db 1"])
                let one = try await lab.call(first, .GET, "/v1/groups/db")
                #expect(one.minima == ["db 1"] && one.headers["cms-silent-owner"] == ["two"])
                let command = try await lab.call(first, .POST, "/v1/groups/db/pause")
                #expect(command.status == 503 && command.problem?.code == "owner-silent")
                #expect(command.problem?.detail.contains("'two' (\(second.address))") == true)
                #expect(first.commands.value.isEmpty)
            }
        }

        @Test("nobody owns the group: try again, and here are the controllers")
        func nobody() async throws {
            try await withTwo { lab, first, second in
                first.owners.set(["web": .here], controllers: [first.address, second.address])
                for (method, path) in [(HTTPMethod.POST, "/v1/groups/db/pause"), (.GET, "/v1/groups/db")] {
                    let problem = try await lab.call(first, method, path).problem
                    #expect(problem?.statusCode == 503 && problem?.code == "no-controller")
                    #expect(problem?.controllers == [first.address, second.address])
                    #expect(problem?.detail.contains("try again in a few seconds") == true)
                }
                #expect(try await lab.minima(first, .GET, "/v1/groups") == ["web 1", "db 1"])
            }
        }

        @Test("a request that was passed on is not passed on again, and two that point at each other end")
        func once() async throws {
            try await withTwo { lab, first, second in
                second.owners.set(["db": .other(name: "one", addresses: [first.address])], controllers: [first.address])
                let answer = try await lab.call(first, .POST, "/v1/groups/db/pause")
                #expect(answer.status == 503 && answer.problem?.code == "no-controller")
                let direct = try await lab.call(
                    second,
                    .POST,
                    "/v1/groups/db/pause",
                    as: .controller,
                    onBehalfOf: "boss"
                )
                #expect(direct.status == 421 && direct.problem?.code == "other-controller")
                #expect(direct.problem?.controllers == [first.address])
                #expect(first.commands.value.isEmpty && second.commands.value.isEmpty)
            }
        }

        @Test("who is meant counts from a controller alone; from others the header is refused and written down")
        func trust() async throws {
            try await withTwo { lab, first, _ in
                let path = "/v1/groups/web/retry"
                for id in [
                    SPIFFEID.operator(name: "boss"), .client(name: "a"), .agent(uuid: "6f0e"),
                    .joiningController(name: "two"),
                ] {
                    let answer = try await lab.call(first, .POST, path, as: id, onBehalfOf: "chief")
                    #expect(answer.status == 403 && answer.problem?.code == "not-a-controller", "\(id)")
                }
                #expect(first.events.value.filter { $0.kind == .peerRefused }.count == 4)
                let token = "Authorization: Bearer \(OwnersLab.webToken)\r\n"
                let web = try await first.web("POST \(path)", headers: token + "CMS-On-Behalf-Of: chief\r\n")
                #expect(web.status == 403 && web.text.contains("not-a-controller"))
                #expect(first.commands.value.isEmpty)

                #expect(try await lab.call(first, .POST, path, as: .controller).status == 403)
                for bad in ["a b", "spiffe://cms/client/a", "", "spiffe://other/operator/a"] {
                    let answer = try await lab.call(first, .POST, path, as: .controller, onBehalfOf: bad)
                    #expect(answer.status == 400, "'\(bad)'")
                }
                let reader = try await lab.call(first, .POST, path, as: .controller, onBehalfOf: OnBehalf.readerID)
                #expect(reader.status == 403, "who may look only does not command by a detour")
                for name in ["chief", "spiffe://cms/operator/chief"] {
                    #expect(try await lab.call(first, .POST, path, as: .controller, onBehalfOf: name).status == 202)
                }
                try await waitUntil("both commands have come") {
                    first.commands.value == ["web retry by chief", "web retry by chief"]
                }
            }
        }

        @Test("the web interface passes on in the name of who has the token, and for those who only look")
        func web() async throws {
            try await withTwo { _, first, second in
                let token = "Authorization: Bearer \(OwnersLab.webToken)\r\n"
                let paused = try await first.web("POST /v1/groups/db/pause", headers: token)
                #expect(paused.status == 200)
                #expect(second.commands.value == ["db steer by web"])
                #expect(try await first.web("POST /v1/groups/db/pause").status == 401)
            }
        }

        @Test("an instance is asked about at the owner of its group, as the ledger has it")
        func instances() async throws {
            let body = ByteBuffer(string: "{}")
            try await withOne(ForwardedAnswer(status: 202, contentType: "application/json", body: body)) {
                lab,
                member,
                forwarder in
                let row = instance("db 1", "db")
                try await lab.store.commit(StoreChange(instances: [row, instance("web1", "web")]))
                let paths = ["/v1/instances/db%201/protection", "/v1/instances/\(row.uuid)/drain"]
                #expect(try await lab.call(member, .PUT, paths[0]).status == 202)
                #expect(try await lab.call(member, .POST, paths[1]).body == body)
                #expect(try await lab.call(member, .GET, "/v1/instances/db%201").status == 202)
                #expect(forwarder.requests.map(\.path) == paths + ["/v1/instances/db%201"])
                #expect(
                    forwarder.requests.map(\.onBehalfOf) == Array(repeating: "spiffe://cms/operator/boss", count: 3)
                )
                #expect(forwarder.requests.map(\.method) == [.put, .post, .get])
                #expect(forwarder.addresses.allSatisfy { $0 == ["10.0.0.2:7000"] })
                // Its own, and none at all: nobody is asked.
                #expect(try await lab.call(member, .GET, "/v1/instances/web1").problem?.code == "no-such-instance")
                #expect(try await lab.call(member, .GET, "/v1/instances/none").problem?.code == "no-such-instance")
                #expect(forwarder.requests.count == 3)
                // The ledger is one for all.
                let all = try await lab.call(member, .GET, "/v1/instances")
                #expect(try WireCoding.decode([Instance].self, from: all.body).count == 2)
            }
        }

        @Test("what an owner says of groups that are not its own is left aside, and what cannot be read is none")
        func lies() async throws {
            try await withOne { lab, member, forwarder in
                var (web, db) = (member.groups[0].report(), member.groups[1].report())
                (web.minimum, db.minimum) = (7, 7)
                forwarder.say(
                    ForwardedAnswer(status: 200, contentType: nil, body: try WireCoding.line([web, db]))
                )
                #expect(try await lab.minima(member, .GET, "/v1/groups") == ["web 1", "db 7"])
                for (status, text) in [(200, "[{]"), (503, "[]"), (200, "[]")] {
                    forwarder.say(ForwardedAnswer(status: status, contentType: nil, body: ByteBuffer(string: text)))
                    #expect(try await lab.minima(member, .GET, "/v1/groups") == ["web 1", "db 1"])
                }
            }
        }

        @Test("an agent of another controller's group is sent there, with its registration, reports and commands")
        func agents() async throws {
            try await withOne { lab, member, forwarder in
                let row = instance("db1", "db")
                try await lab.store.commit(StoreChange(instances: [row]))
                let agent = SPIFFEID.agent(uuid: row.uuid)
                let routes: [(HTTPMethod, String)] = [
                    (.PUT, ""), (.POST, "/reports"), (.GET, "/commands?watch"),
                ]
                for (method, path) in routes {
                    let answer = try await lab.call(member, method, "/v1/agents/\(row.uuid)\(path)", as: agent)
                    #expect(answer.status == 421 && answer.problem?.code == "other-controller", "\(path)")
                    #expect(answer.problem?.controllers == ["10.0.0.2:7000", "10.0.0.1:7000"], "\(path)")
                }
                member.owners.set(["web": .here], controllers: ["10.0.0.1:7000"])
                for (method, path) in routes {
                    let answer = try await lab.call(member, method, "/v1/agents/\(row.uuid)\(path)", as: agent)
                    #expect(answer.status == 503 && answer.problem?.code == "no-controller", "\(path)")
                    #expect(answer.problem?.controllers == ["10.0.0.1:7000"], "\(path)")
                }
                // Another's route stays closed, and says nothing of owners.
                let other = try await lab.call(member, .PUT, "/v1/agents/\(row.uuid)", as: .agent(uuid: "6f0e"))
                #expect(other.problem?.code == "other-agent" && other.problem?.controllers == nil)
                // One that nobody knows is answered as ever.
                let unknown = try await lab.call(
                    member,
                    .POST,
                    "/v1/agents/6f0e/reports",
                    as: .agent(uuid: "6f0e"),
                    ByteBuffer(string: "{}")
                )
                #expect(unknown.status == 400)
                #expect(forwarder.requests.isEmpty)
            }
        }
    }
}
