import Foundation
import HTTPTypes
import Hummingbird
import Lifecycle
import Logging
import Monitoring
import Orchestration
import Shared
import Wire

extension ControllerAPI {
    /// `PUT /v1/agents/{uuid}`: an agent is there.
    @Sendable func register(_ request: Request, _ context: PeerContext) async throws -> Response {
        let uuid = try await agent(context)
        let registration = try await request.message(AgentRegistration.self, limit: WireLimits.reportBody)
        let (domain, address) = try admit(uuid, context)
        guard (1...65535).contains(registration.port), (1...4096).contains(registration.vCPUs),
            registration.hostname.utf8.count <= 253, registration.version.utf8.count <= 64,
            registration.service?.word.utf8.count ?? 0 <= 64, registration.endpointURL(address: "\(address)") != nil
        else {
            throw Problem(
                .badRequest,
                code: "out-of-range",
                detail:
                    "the port, the vCPUs or a text of the registration is out of range, or its endpoint is not at {address}"
            )
        }
        parts.registry.register(registration, uuid: uuid, address: address, at: parts.clock.date)
        var answer = RegistrationAnswer(
            server: domain.name,
            reportSeconds: parts.interval.seconds,
            heartbeatSeconds: Double(WireLimits.heartbeatSeconds)
        )
        answer.controllers = ControllerList.bounded(parts.owners.controllers)
        return try Response.message(answer)
    }

    /// `POST /v1/agents/{uuid}/reports`: the load inside the guest.
    @Sendable package func report(_ request: Request, _ context: PeerContext) async throws -> Response {
        let uuid = try await agent(context)
        let report = try await request.message(LoadReport.self, limit: WireLimits.reportBody)
        let now = parts.clock.now
        guard report.isPlausible else {
            throw Problem(.badRequest, code: "out-of-range", detail: "a value of the report is out of its range")
        }
        guard parts.registry.report(report, uuid: uuid, at: now, date: parts.clock.date) else {
            throw Self.notRegistered
        }
        parts.logger.trace(
            "report",
            metadata: [
                "uuid": "\(uuid)", "sequence": "\(report.sequence)", "cause": "\(report.cause)",
                "measuredAt": "\(report.measuredAt.rfc3339)", "receivedAt": "\(parts.clock.date.rfc3339)",
                "busy": "\(report.busy.map { "\($0)" } ?? "-")",
            ]
        )
        return Response(status: .noContent)
    }

    /// `GET /v1/agents/{uuid}/commands?watch`: what the agent is to do.
    @Sendable func commands(_ request: Request, _ context: PeerContext) async throws -> Response {
        let uuid = try await agent(context)
        guard let stream = parts.registry.openStream(uuid: uuid) else { throw Self.notRegistered }
        parts.registry.send(.heartbeat, uuid: uuid, at: parts.clock.date)
        return Response.stream(stream.lines, for: request) {
            parts.registry.closeStream(uuid: uuid, id: stream.id)
        }
    }

    private static var notRegistered: Problem {
        Problem(.conflict, code: "not-registered", detail: "register first, with PUT /v1/agents/{uuid}")
    }

    private func agent(_ context: PeerContext) async throws -> String {
        let uuid = try context.parameters.require("uuid").lowercased()
        do {
            try context.requireAgent(uuid: uuid)
        } catch let problem as Problem where problem.code == "other-agent" {
            throw refuse(problem, context)
        }
        try await requireOwner(ofAgent: uuid)
        return uuid
    }
}

extension LoadReport {
    /// Whether each value lies in its documented range.
    var isPlausible: Bool {
        let percents = [busy, steal, pressure].compactMap { $0 }
        let seconds = [serviceTimeP50, serviceTimeP99, serviceTimeMean, requestsPerSecond].compactMap { $0 }
        let counts = [runnable, inFlight, queued, admitted].compactMap { $0 }
        return percents.allSatisfy { (0...100).contains($0) }
            && seconds.allSatisfy { $0 >= 0 && $0 < 1e9 }
            && counts.allSatisfy { (0...1_000_000_000).contains($0) }
            && cause.utf8.count <= 32
    }
}
