import Foundation
import HTTPTypes
import Hummingbird
import Lifecycle
import Orchestration
import Persistence
import Shared

/// What operators and those at the web interface may read.
extension ControllerAPI {
    /// `GET /v1/groups`: what each group does, and why.
    @Sendable package func groups(_ request: Request, _ context: PeerContext) async throws -> Response {
        let groups = parts.groups
        let owners = Dictionary(
            groups.map { ($0.name, parts.owners.owner(of: $0.name)) },
            uniquingKeysWith: { first, _ in first }
        )
        // Another controller puts its list together of what each owner says of its own.
        if context.isForwarded {
            return try Response.message(groups.filter { owners[$0.name] == .here }.map { $0.report() })
        }
        let told = await told(of: owners, context)
        return try Response.message(groups.map { told[$0.name] ?? $0.report() })
    }

    /// `GET /v1/groups/{group}`: one of them.
    @Sendable func groupStatus(_ request: Request, _ context: PeerContext) async throws -> Response {
        try Response.message(try pathGroup(context).report())
    }

    /// `GET /v1/instances[?group=GROUP]`: the ledger.
    @Sendable package func instances(_ request: Request, _ context: PeerContext) async throws -> Response {
        let group = try Self.groupName(request, of: parts.groups)
        return try Response.message(try await parts.store.ledger().filter { group == nil || $0.group == group })
    }

    /// `GET /v1/instances/{instance}`: one of them, by name or UUID.
    @Sendable package func instance(_ request: Request, _ context: PeerContext) async throws -> Response {
        let path = try context.parameters.require("instance")
        let name = path.removingPercentEncoding ?? path
        for group in parts.groups {
            let rows = group.report().instances
            guard let row = rows.first(where: { $0.uuid == name.lowercased() || $0.name == name }) else { continue }
            return try Response.message(row)
        }
        throw Problem(.notFound, code: "no-such-instance", detail: "there is no instance '\(name.prefix(64))'")
    }

    /// The group that the path names.
    func pathGroup(_ context: PeerContext) throws -> GroupRuntime {
        let path = try context.parameters.require("group")
        return try Self.group(path.removingPercentEncoding ?? path, of: parts.groups)
    }

    /// The name in `?group=`, which is one of a group there is; `nil` without it.
    static func groupName(_ request: Request, of groups: [GroupRuntime]) throws -> String? {
        try request.uri.queryParameters["group"].map { try group(String($0), of: groups).name }
    }
}
