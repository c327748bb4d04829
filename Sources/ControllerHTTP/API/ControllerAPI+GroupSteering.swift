import Autoscaling
import Foundation
import HTTPTypes
import Hummingbird
import Lifecycle
import Monitoring
import Orchestration
import Shared

/// What operators do to a whole group, and to the controller.
extension ControllerAPI {
    /// The longest time for which a size is held, seconds: a month. Without a time it is held until it is released.
    private static let longestHold = 31.0 * 86_400
    /// How long an order of an operator may take to be on disk.
    private static let storeLimit = Duration.seconds(10)

    /// `POST /v1/groups/{group}/pause`: orders nothing from now on.
    @Sendable package func pause(_ request: Request, _ context: PeerContext) async throws -> Response {
        try await steer(.pause, context)
    }

    /// `POST /v1/groups/{group}/resume`: orders again.
    @Sendable package func resume(_ request: Request, _ context: PeerContext) async throws -> Response {
        try await steer(.resume, context)
    }

    /// `PUT /v1/groups/{group}/size?size=N[&for=SECONDS]`: holds the size.
    @Sendable func holdSize(_ request: Request, _ context: PeerContext) async throws -> Response {
        let group = try Self.group(try context.parameters.require("group"), of: parts.groups)
        let policy = group.configuration.policy
        let calendar = CalendarTime(parts.clock.date, hasSchedules: !policy.schedules.isEmpty)
        let bounds = GroupBounds(policy.boundsInForce(at: calendar))
        guard let size = request.uri.queryParameters["size"].flatMap({ Int($0) }), bounds.refusal(of: size) == nil
        else {
            throw Self.badSize(request.uri.queryParameters["size"].flatMap { Int($0) }, group.name, bounds)
        }
        var until: Date?
        if let text = request.uri.queryParameters["for"] {
            guard let seconds = Double(text), (1...Self.longestHold).contains(seconds) else {
                throw Problem(.badRequest, code: "bad-time", detail: "for must be 1 to 2678400 seconds")
            }
            until = parts.clock.date.addingTimeInterval(seconds)
        }
        return try await steer(.hold(size, until: until), context)
    }

    /// `DELETE /v1/groups/{group}/size`: the rules decide again.
    @Sendable func releaseSize(_ request: Request, _ context: PeerContext) async throws -> Response {
        try await steer(.release, context)
    }

    /// `POST /v1/reload`: reads the configuration anew; what changed, and what waits for a restart.
    @Sendable package func reload(_ request: Request, _ context: PeerContext) async throws -> Response {
        let name = try context.requireOperator()
        do {
            return try Response.message(try await parts.reloader.reload(by: name))
        } catch {
            throw Problem(
                .conflict,
                code: "configuration-refused",
                detail: "nothing was changed: \("\(error)".prefix(4000))"
            )
        }
    }

    /// Asks for it, and answers when it is on disk.
    private func steer(_ act: SteeringAct, _ context: PeerContext) async throws -> Response {
        let name = try context.requireOperator()
        let group = try Self.group(try context.parameters.require("group"), of: parts.groups)
        let receipt = CommitAcknowledgement()
        _ = try submit(.steer(act, by: name, receipt), to: group)
        let isStored: Bool
        do {
            isStored = try await receipt.isStored(within: Self.storeLimit)
        } catch {
            throw Problem(
                .serviceUnavailable,
                code: "not-confirmed",
                detail: "it was not on disk within \(Self.storeLimit); look at 'cms-controller status' and try again"
            )
        }
        guard isStored else {
            throw Problem(
                .serviceUnavailable,
                code: "store-failing",
                detail: "it is in effect, but the store cannot be written: it is written down when the store can be, "
                    + "and forgotten when the controller is started again before that"
            )
        }
        return try Response.message(group.report().steering ?? GroupSteering())
    }

    private static func badSize(_ size: Int?, _ group: String, _ bounds: GroupBounds) -> Problem {
        let range = "size must be a number within the bounds of '\(group)' in force, \(bounds.range)"
        let reason = size.flatMap { bounds.refusal(of: $0) } ?? bounds.origin.map { "set by \($0)" }
        return Problem(.badRequest, code: "bad-size", detail: range + (reason.map { "; \($0)" } ?? ""))
    }
}
