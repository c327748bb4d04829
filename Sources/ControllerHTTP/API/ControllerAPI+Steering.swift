import Foundation
import HTTPTypes
import Hummingbird
import Lifecycle
import Monitoring
import Orchestration
import Shared
import Wire

/// What operators may do.
extension ControllerAPI {
    /// `POST /v1/groups/{group}/retry[?instance=NAME]`: closes the breaker and ends quarantines.
    @Sendable package func retry(_ request: Request, _ context: PeerContext) async throws -> Response {
        let name = try context.requireOperator()
        let group = try pathGroup(context)
        let instance = request.uri.queryParameters["instance"].map { String($0) }
        return try submit(.retry(instance: instance, by: name), to: group)
    }

    /// `PUT /v1/instances/{instance}/protection`: scale in leaves it alone.
    @Sendable package func protect(_ request: Request, _ context: PeerContext) async throws -> Response {
        let name = try context.requireOperator()
        let (group, instance) = try find(context)
        return try submit(.protect(instance: instance, true, by: name), to: group)
    }

    /// `DELETE /v1/instances/{instance}/protection`: scale in may take it again.
    @Sendable func unprotect(_ request: Request, _ context: PeerContext) async throws -> Response {
        let name = try context.requireOperator()
        let (group, instance) = try find(context)
        return try submit(.protect(instance: instance, false, by: name), to: group)
    }

    /// `POST /v1/instances/{instance}/drain`: takes it out of service.
    @Sendable package func drain(_ request: Request, _ context: PeerContext) async throws -> Response {
        let name = try context.requireOperator()
        let (group, instance) = try find(context)
        let row = group.report().instances.first { $0.uuid == instance }
        guard row?.state == .inService, row?.isOwned == true else {
            throw Problem(
                .conflict,
                code: "not-drainable",
                detail: "only an instance in service that the controller started can be drained; this one is "
                    + "'\(row?.state.rawValue ?? "unknown")'"
                    + (row?.isOwned == false ? " and was not started here" : "")
            )
        }
        return try submit(.drain(instance: instance, by: name), to: group)
    }

    /// `POST /v1/groups/{group}/rollout[?hold=SECONDS]`: replaces the clones that are not of the present template.
    @Sendable package func rollout(_ request: Request, _ context: PeerContext) async throws -> Response {
        let name = try context.requireOperator()
        let group = try pathGroup(context)
        guard let template = group.configuration.template else {
            throw Problem(.conflict, code: "no-template", detail: "the group '\(group.name)' has no template")
        }
        guard group.report().rollout?.isActive != true else {
            throw Problem(
                .conflict,
                code: "rollout-under-way",
                detail: "a rollout is under way; end it first with '"
                    + ShellText.command("cms-controller rollout", operand: group.name, options: "--abort") + "'"
            )
        }
        var hold = Rollout.usualHold
        if let text = request.uri.queryParameters["hold"] {
            guard let seconds = Double(text), (0...86_400).contains(seconds) else {
                throw Problem(.badRequest, code: "bad-hold", detail: "hold must be 0 to 86400 seconds")
            }
            hold = seconds
        }
        let identity: String
        do {
            identity = try await templateIdentity(template)
        } catch {
            throw Problem(.conflict, code: "template-unusable", detail: ErrorText.of(error))
        }
        let rollout = Rollout(
            source: CloneSource(template),
            identity: identity,
            hold: hold,
            by: name,
            startedAt: parts.clock.date
        )
        return try submit(.rollout(rollout), to: group)
    }

    /// What tells a template from others: as the first host that has it says.
    private func templateIdentity(_ template: TemplateConfiguration) async throws -> String {
        var failure: (any Error)?
        for host in parts.hosts {
            do {
                return try await host.clones.identity(of: template)
            } catch {
                failure = failure ?? error
            }
        }
        throw failure ?? Problem(.conflict, code: "template-unusable", detail: "there is no host")
    }

    /// `DELETE /v1/groups/{group}/rollout`: ends the rollout and goes back to the template before.
    @Sendable package func abortRollout(_ request: Request, _ context: PeerContext) async throws -> Response {
        let name = try context.requireOperator()
        let group = try pathGroup(context)
        guard group.report().rollout?.isActive == true else {
            throw Problem(.conflict, code: "no-rollout", detail: "no rollout is under way in '\(group.name)'")
        }
        return try submit(.abortRollout(by: name), to: group)
    }

    func submit(_ command: GroupCommand, to group: GroupRuntime) throws -> Response {
        guard group.signals.submit(command) else {
            throw Problem(
                .tooManyRequests,
                code: "too-many-commands",
                detail: "too many commands wait; try again later"
            )
        }
        return Response(status: .accepted)
    }

    /// The instance that the path names by name or UUID, with its group.
    private func find(_ context: PeerContext) throws -> (GroupRuntime, String) {
        let path = try context.parameters.require("instance")
        let name = path.removingPercentEncoding ?? path
        for group in parts.groups {
            let rows = group.report().instances
            if let row = rows.first(where: { $0.uuid == name.lowercased() || $0.name == name }) {
                return (group, row.uuid)
            }
        }
        throw Problem(.notFound, code: "no-such-instance", detail: "there is no instance '\(name.prefix(64))'")
    }
}
