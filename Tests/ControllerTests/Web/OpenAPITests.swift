import Foundation
import Hummingbird
import Libvirt
import Logging
import TestSupport
import Testing
import Wire

@testable import ConfigurationValues
@testable import ControllerHTTP
@testable import EmbeddedStore
@testable import Lifecycle
@testable import Monitoring
@testable import Orchestration

@Suite("The OpenAPI document")
struct OpenAPITests {
    struct Document: Decodable {
        struct Operation: Decodable {
            var tags: [String]
            var operationId: String
        }

        var paths: [String: [String: Operation]]

        static func load() throws -> Document {
            try JSONDecoder().decode(Document.self, from: Data(PackageResources.openapi_json))
        }
    }

    @Test("it lists every kind of event, and no other")
    func kinds() throws {
        struct Kinds: Decodable {
            struct Parameter: Decodable {
                struct Schema: Decodable {
                    struct Items: Decodable { var `enum`: [String]? }

                    var items: Items?
                }

                var name: String?
                var schema: Schema?
            }

            struct Path: Decodable {
                struct Get: Decodable { var parameters: [Parameter]? }

                var get: Get?
            }

            var paths: [String: Path]
        }
        let document = try JSONDecoder().decode(Kinds.self, from: Data(PackageResources.openapi_json))
        let parameter = document.paths["/v1/events"]?.get?.parameters?.first { $0.name == "kind" }
        let listed = try #require(parameter?.schema?.items?.enum)
        #expect(Set(listed) == Set(ControllerEvent.Kind.allCases.map(\.rawValue)))
        #expect(listed.count == ControllerEvent.Kind.allCases.count)
    }

    @Test("every route of both ports stands in it, and no other")
    func routes() throws {
        let document = try Document.load()
        func described(_ tag: String) -> Set<String> {
            Set(
                document.paths.flatMap { path, operations in
                    operations.filter { $0.value.tags.contains(tag) }.map { "\($0.key.uppercased()) \(path)" }
                }
            )
        }
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = try StateDirectory(path: path)
        let clock = SteadyClock()
        let store = try directory.store()
        let api = ControllerAPI(
            parts: ControllerAPI.Parts(
                groups: [],
                issuing: ControllerAPI.Issuing(
                    authority: try directory.authority(now: clock.date),
                    policy: SharedIssuingPolicy(IssuingPolicy()),
                    hostAddresses: []
                ),
                store: store,
                registry: AgentRegistry { _ in },
                hosts: [],
                reading: ControllerAPI.Reading(
                    history: nil,
                    feed: EventFeed(store: store, eventBus: EventBus(), clock: clock, logger: .quiet),
                    eventBus: EventBus(),
                    interval: .seconds(1)
                ),
                clock: clock,
                reloader: Reloader(
                    load: nil,
                    initial: ControllerConfiguration(
                        group: GroupConfiguration(hosts: try CIDR(parsing: "127.0.0.0/8")),
                        uri: .qemuSystem,
                        listen: HostPort(host: "127.0.0.1", port: 0),
                        stateDirectory: path
                    ),
                    groups: [],
                    policy: SharedIssuingPolicy(IssuingPolicy()),
                    clock: clock,
                    report: { _ in }
                ),
                backups: BackupMaker(store: store, directory: path),
                report: { _ in },
                logger: .quiet
            )
        )
        let access = WebAccess(address: HostPort(host: "127.0.0.1", port: 0), token: nil, clock: clock) { _ in }
        let web = WebRoutes(api: api, access: access).router().routes.map { "\($0.method) \($0.path)" }
        let controller = api.router().routes.map { "\($0.method) \($0.path)" }
        #expect(Set(web) == described("web"))
        #expect(Set(controller) == described("controller"))
        let names = document.paths.values.flatMap { $0.values.map(\.operationId) }
        #expect(Set(names).count == names.count)
    }
}
