import Foundation
import HTTPTypes
import Hummingbird
import Monitoring
import Orchestration
import Shared
import Wire

extension ControllerAPI {
    /// `GET /v1/endpoints[?watch[&from=REVISION]]`: where the service is.
    @Sendable func endpoints(_ request: Request, _ context: PeerContext) async throws -> Response {
        let client = try context.requireClient()
        let directory = try group(request).directory
        guard Self.flag("watch", in: request) else {
            return try Response.message(directory.current)
        }
        var from: UInt64?
        if let text = request.uri.queryParameters["from"] {
            guard let revision = UInt64(text) else {
                throw Problem(.badRequest, code: "out-of-range", detail: "'from' is not a revision: a number from 0 on")
            }
            from = revision
        }
        let controllers = parts.owners.controllers
        guard
            let watch = try directory.watch(client: client, from: from, controllers: controllers, at: parts.clock.date)
        else {
            throw Problem(
                .serviceUnavailable,
                code: "too-many-watches",
                detail: "\(EndpointDirectory.watchLimit) watches are open; try again later"
            )
        }
        return Response.stream(watch.lines, for: request) { directory.close(watch.id) }
    }

    /// `POST /v1/endpoints/acks`: a client has put a revision into effect.
    @Sendable func acknowledge(_ request: Request, _ context: PeerContext) async throws -> Response {
        let client = try context.requireClient()
        let directory = try group(request).directory
        let message = try await request.message(EndpointAcknowledgement.self, limit: WireLimits.reportBody)
        directory.acknowledge(client: client, watch: message.watch, revision: message.revision)
        return Response(status: .noContent)
    }

    /// The group that `?group=` names; the first one without it.
    package func group(_ request: Request) throws -> GroupRuntime {
        guard let name = request.uri.queryParameters["group"] else {
            guard let first = parts.groups.first else { throw Self.unknownGroup("", parts.groups) }
            return first
        }
        return try Self.group(String(name), of: parts.groups)
    }

    /// The group of that name.
    package static func group(_ name: String, of groups: [GroupRuntime]) throws -> GroupRuntime {
        guard let group = groups.first(where: { $0.name == name }) else { throw unknownGroup(name, groups) }
        return group
    }

    private static func unknownGroup(_ name: String, _ groups: [GroupRuntime]) -> Problem {
        Problem(
            .notFound,
            code: "no-such-group",
            detail: "there is no group '\(name.prefix(64))'; there are: " + groups.map(\.name).joined(separator: ", ")
        )
    }

    /// Whether `?name`, `?name=` or `?name=true` is in the query.
    private static func flag(_ name: Substring, in request: Request) -> Bool {
        (request.uri.query ?? "").split(separator: "&").contains { part in
            part == name || part == "\(name)=" || part == "\(name)=true" || part == "\(name)=1"
        }
    }
}
