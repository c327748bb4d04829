import Foundation
import Libvirt
import Shared
import TestSupport
import Testing
import Wire

@testable import Autoscaling
@testable import ConfigurationReading
@testable import ConfigurationValues
@testable import Controller
@testable import EmbeddedStore
@testable import Lifecycle
@testable import Orchestration

extension SocketTests {
    @Suite("The whole path: a rule on a query")
    struct Queries {
        @Test(
            "the value sizes the group, a server that is gone shrinks nothing and is told of, and its return ends that"
        )
        func wholePath() async throws {
            let server = FakePrometheus(.value("2"))
            let port = try await LoopbackPort.free()
            let url = "http://127.0.0.1:\(port)"
            try await withGroup { lab in
                lab.web = HostPort(host: "127.0.0.1", port: 0)
                lab.group = { group in
                    group.policy.rules = [.prometheus(QueryTarget(.sample(url, timeout: .seconds(1)), perInstance: 1))]
                    group.policy.scaleIn = DirectionLimits()
                    group.drain.lease = .milliseconds(200)
                }
            } _: { group in
                let controller = try await group.lab.start()
                // Before the server is there the query has no value: one instance, as min says.
                try await group.lab.waitForEvent(.queryFailed, saying: "`sum(queue)` has no value")
                try await server.run(port: port) { _ in
                    try await group.lab.waitForEvent(.queryRecovered, saying: url)
                    try await waitUntil("two are in service", within: .seconds(60)) {
                        try await group.lab.store().ledger().count { $0.state == .inService } == 2
                    }
                    let page = try await controller.raw("GET /metrics").text
                    #expect(page.contains(#"cms_query_value{group="default",rule="0"} 2"#))
                    #expect(page.contains(#"cms_query_failures_total{group="default",rule="0",cause="unreachable"}"#))
                    server.answer = .body("", status: 500)
                    try await group.lab.waitForEvent(.queryFailed, saying: "the server answered 500")
                    let groups = try await controller.raw("GET /v1/groups").text
                    #expect(groups.contains("\"gap\":") && groups.contains("the server answered 500"))
                    let before = try await group.lab.events().count { $0.kind == .scaleInDecided }
                    try await Task.sleep(for: .seconds(1))
                    #expect(try await group.lab.events().count { $0.kind == .scaleInDecided } == before)
                    server.answer = .value("1")
                    try await group.lab.waitForEvent(.scaleInDecided, saying: "`sum(queue)` is 1")
                }
            }
        }
    }

    @Suite("validate asks each query once")
    struct QueryValidation {
        func findings(_ query: PrometheusQuery, isOffline: Bool = false) async throws -> [ValidationFinding] {
            let yaml = "hosts: 10.0.0.0/24\nweb-listen: none\nlisten: 127.0.0.1:0\nstate-dir: /tmp\n"
            var configuration = try ConfigurationLoading.load(yaml)
            configuration.groups[0].policy.rules.append(.prometheus(QueryTarget(query, perInstance: 1)))
            let hypervisor = InMemoryHypervisor(networks: [])
            return await Validation(configuration: configuration, hypervisors: [hypervisor], isOffline: isOffline)
                .findings()
                .filter { $0.text.contains("prometheus") }
        }

        @Test(
            "a value is shown; what the server refuses fails; a server that is away is a warning; --offline asks nobody"
        )
        func answers() async throws {
            let server = FakePrometheus(.value("54"))
            try await server.run { url in
                let place = "group default: policy.rules[1].prometheus: `sum(queue)`"
                let value = try await findings(.sample(url))
                #expect(value == [ValidationFinding(isFine: true, text: "\(place) is 54")])
                server.answer = .body(#"{"status":"error","error":"parse error at char 4"}"#, status: 400)
                let refused = try await findings(.sample(url))
                #expect(refused.map(\.isFine) == [false] && refused[0].text.contains("parse error at char 4"))
                server.answer = .body(FakePrometheus.Answer.vector([]))
                let empty = try await findings(.sample(url))
                #expect(empty.map(\.isFine) == [true] && empty.map(\.isWarning) == [true])
                let count = server.questions.count
                #expect(try await findings(.sample(url), isOffline: true).isEmpty && server.questions.count == count)
                let file = try await findings(.sample(url, access: .init(bearerTokenFile: "/nowhere/token")))
                #expect(file.map(\.isFine) == [false] && file[0].text.contains("/nowhere/token"))
            }
            let port = try await LoopbackPort.free()
            let away = try await findings(.sample("http://127.0.0.1:\(port)"))
            #expect(away.map(\.isFine) == [true] && away.map(\.isWarning) == [true])
        }
    }
}
