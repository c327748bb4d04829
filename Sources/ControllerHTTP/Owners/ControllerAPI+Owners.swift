import Foundation
import HTTPTypes
import Hummingbird
import Lifecycle
import Logging
import Monitoring
import Orchestration
import Persistence
import Shared
import Wire

/// What is asked at a controller that does not own the group.
extension ControllerAPI {
    typealias Handler = @Sendable (Request, PeerContext) async throws -> Response

    /// How a request names the group that it is about.
    enum Subject: Sendable {
        /// `{group}` in the path.
        case group
        /// `{instance}` in the path.
        case instance
        /// `?group=`; the first one without it.
        case query
    }

    /// The longest time for a command that is passed on, for a question, and for a part of a list.
    private static let limits = (
        command: Duration.seconds(10), question: Duration.seconds(4), part: Duration.seconds(3)
    )
    /// Names the owner that did not answer, where what this controller knows is told in its place.
    static let silentOwner = HTTPField.Name("CMS-Silent-Owner")

    /// A handler that answers at the owner of the group alone; elsewhere the owner is asked, and its answer passed back.
    func atOwner(of subject: Subject, _ handler: @escaping Handler) -> Handler {
        { [self] request, context in
            guard !isSole, let group = try await groupName(subject, request, context) else {
                return try await handler(request, context)
            }
            switch parts.owners.owner(of: group) {
            case .here: return try await handler(request, context)
            case .nobody: throw noOwner(of: group)
            case .other(let name, let addresses):
                guard !context.isForwarded else { throw otherOwner(of: group, name, addresses) }
                let reads = request.method == .get || request.method == .head
                do {
                    return try await ask(
                        addresses,
                        request,
                        context,
                        reads ? Self.limits.question : Self.limits.command
                    )
                } catch let problem as Problem where problem.code == Problem.otherControllerCode {
                    throw noOwner(of: group)
                } catch {
                    if error is CancellationError { throw error }
                    guard reads else { throw Self.silent(name, addresses, group, error) }
                    noteSilence(name, error)
                    var response = try await handler(request, context)
                    if let field = Self.silentOwner { response.headers[field] = name }
                    return response
                }
            }
        }
    }

    /// What the owners of the groups that are not this controller's say of them, by group; nothing of one that is silent.
    func told(of owners: [String: GroupOwner], _ context: PeerContext) async -> [String: GroupStatus] {
        var asked: [String: [String]] = [:]
        for case .other(let name, let addresses) in owners.values { asked[name] = addresses }
        guard let forwarder = parts.forwarder, let behalf = OnBehalf.value(of: context.peer) else { return [:] }
        let request = ForwardedRequest(
            method: .get,
            path: "/v1/groups",
            onBehalfOf: behalf,
            limit: Self.limits.part
        )
        return await withTaskGroup(of: (String, Result<[GroupStatus], any Error>).self) { tasks in
            for (name, addresses) in asked {
                tasks.addTask {
                    do {
                        let answer = try await forwarder.forward(request, to: addresses)
                        guard answer.status == 200 else { throw Unexpected(status: answer.status) }
                        return (name, .success(try WireCoding.decode([GroupStatus].self, from: answer.body)))
                    } catch {
                        return (name, .failure(error))
                    }
                }
            }
            var told: [String: GroupStatus] = [:]
            for await (name, result) in tasks {
                switch result {
                case .failure(let error): noteSilence(name, error)
                case .success(let statuses):
                    for status in statuses {
                        guard case .other(name, _)? = owners[status.group] else { continue }
                        told[status.group] = status
                    }
                }
            }
            return told
        }
    }

    /// Sends an agent to the controller that owns its group.
    ///
    /// - Throws: A 421 problem with the owner's addresses, a 503 problem when nobody owns it.
    func requireOwner(ofAgent uuid: String) async throws {
        guard !isSole, let group = try await groupName(ofAgent: uuid) else { return }
        switch parts.owners.owner(of: group) {
        case .here: return
        case .other(let name, let addresses): throw otherOwner(of: group, name, addresses)
        case .nobody:
            // Who is at home here stays until there is another owner: this one may be it again in a moment.
            if parts.registry.session(uuid: uuid) != nil { return }
            throw noOwner(of: group)
        }
    }

    private var isSole: Bool { parts.owners is SoleOwner }

    private struct Unexpected: Error, CustomStringConvertible {
        let status: Int
        var description: String { "it answered \(status)" }
    }

    /// The owner's answer, as it came.
    private func ask(
        _ addresses: [String],
        _ request: Request,
        _ context: PeerContext,
        _ limit: Duration
    ) async throws -> Response {
        guard let forwarder = parts.forwarder, let behalf = OnBehalf.value(of: context.peer) else {
            throw ControllerForwarder.Failure(description: "this controller passes nothing on")
        }
        let answer = try await forwarder.forward(
            ForwardedRequest(
                method: request.method == .head ? .get : request.method,
                path: request.head.path ?? request.uri.path,
                onBehalfOf: behalf,
                limit: limit
            ),
            to: addresses
        )
        if answer.status == HTTPResponse.Status.misdirectedRequest.code {
            throw Problem.otherController([], detail: "it owns the group no more")
        }
        var headers: HTTPFields = [.cacheControl: "no-store"]
        headers[.contentType] = answer.contentType
        return Response(
            status: HTTPResponse.Status(code: answer.status),
            headers: headers,
            body: ResponseBody(byteBuffer: answer.body)
        )
    }

    private func groupName(_ subject: Subject, _ request: Request, _ context: PeerContext) async throws -> String? {
        switch subject {
        case .group: return try pathGroup(context).name
        case .query: return try group(request).name
        case .instance:
            let path = try context.parameters.require("instance")
            let name = path.removingPercentEncoding ?? path
            // The owner's own list first, then what all have written down.
            for group in parts.groups where parts.owners.owner(of: group.name) == .here {
                let rows = group.report().instances
                if rows.contains(where: { $0.uuid == name.lowercased() || $0.name == name }) { return group.name }
            }
            let rows = try await Self.reading { try await parts.store.ledger() }
            return rows.first { $0.uuid == name.lowercased() || $0.name == name }?.group
        }
    }

    private func groupName(ofAgent uuid: String) async throws -> String? {
        let seen = parts.groups.first { $0.view.snapshot.known.contains { $0.uuid == uuid } }
        if let seen { return seen.name }
        return try await Self.reading {
            try await agentGroups.group(of: uuid, now: parts.clock.now) { [store = parts.store] in
                try await store.ledger()
            }
        }
    }

    /// A store that cannot be read is a reason to ask again.
    private static func reading<Result>(_ read: () async throws -> Result) async throws -> Result {
        do {
            return try await read()
        } catch {
            if error is CancellationError { throw error }
            throw Problem(
                .serviceUnavailable,
                code: "store-failing",
                detail: "the store cannot be read: \(ErrorText.of(error)); try again in a few seconds"
            )
        }
    }

    private func noOwner(of group: String) -> Problem {
        .noController(
            parts.owners.controllers,
            detail: "no controller owns the group '\(group)' at the moment; try again in a few seconds"
        )
    }

    private func otherOwner(of group: String, _ name: String, _ addresses: [String]) -> Problem {
        .otherController(
            addresses + parts.owners.controllers.filter { !addresses.contains($0) },
            detail: "the group '\(group)' is owned by the controller '\(name)'; ask it at "
                + addresses.joined(separator: ", ")
        )
    }

    private static func silent(_ name: String, _ addresses: [String], _ group: String, _ error: any Error) -> Problem {
        Problem(
            .serviceUnavailable,
            code: "owner-silent",
            detail:
                "the controller '\(name)' (\(addresses.joined(separator: ", "))), which owns the group '\(group)', did not "
                + "answer: \(ErrorText.of(error)); look whether it was carried out, and try again: another controller takes the "
                + "group over if that one is gone"
        )
    }

    private func noteSilence(_ name: String, _ error: any Error) {
        parts.logger.info(
            "another controller did not answer",
            metadata: ["controller": "\(name)", "reason": "\(ErrorText.of(error))"]
        )
    }
}
