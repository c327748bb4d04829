import Foundation
import HTTPTypes
import Hummingbird
import Lifecycle
import Monitoring
import Orchestration
import Persistence
import Shared

/// What is told of hosts, and what operators do to them.
extension ControllerAPI {
    /// `GET /v1/hosts`: all hosts.
    @Sendable func hosts(_ request: Request, _ context: PeerContext) async throws -> Response {
        let now = parts.clock.now
        return try Response.message(parts.hosts.map { $0.status(groups: parts.groups, now: now) })
    }

    /// `GET /v1/hosts/{host}`: one of them.
    @Sendable func host(_ request: Request, _ context: PeerContext) async throws -> Response {
        try Response.message(try pathHost(context).status(groups: parts.groups, now: parts.clock.now))
    }

    /// `POST /v1/hosts/{host}/cordon`: nothing is started or woken there from now on.
    @Sendable func cordon(_ request: Request, _ context: PeerContext) async throws -> Response {
        try await steer(isCordoned: true, isEvacuating: false, context)
    }

    /// `POST /v1/hosts/{host}/uncordon`: it takes instances again; an evacuation that is under way ends where it is.
    @Sendable func uncordon(_ request: Request, _ context: PeerContext) async throws -> Response {
        try await steer(isCordoned: false, isEvacuating: false, context)
    }

    /// `POST /v1/hosts/{host}/evacuate`: cordons it, and has those there leave when others have taken their places.
    @Sendable func evacuate(_ request: Request, _ context: PeerContext) async throws -> Response {
        guard parts.hosts.count > 1 else {
            throw Problem(
                .conflict,
                code: "only-host",
                detail:
                    "there is no other host that could take the instances; give more under hypervisors, or cordon this one"
            )
        }
        return try await steer(isCordoned: true, isEvacuating: true, context)
    }

    /// Writes down what is asked, puts it into effect, and answers with the host.
    private func steer(isCordoned: Bool, isEvacuating: Bool, _ context: PeerContext) async throws -> Response {
        let by = try context.requireOperator()
        let host = try pathHost(context)
        let before = host.asked
        // A cordon that stands is no news; an evacuation becomes one when it is broken off with it.
        if isCordoned != (before?.isCordoned ?? false) || isEvacuating != (before?.isEvacuating ?? false) {
            let date = parts.clock.date
            let asked = HostSteering(isCordoned: isCordoned, isEvacuating: isEvacuating, by: by, since: date)
            let kind: ControllerEvent.Kind =
                isEvacuating ? .hostEvacuating : isCordoned ? .hostCordoned : .hostUncordoned
            let what =
                isEvacuating
                ? "its instances leave when others have taken their places"
                : isCordoned ? "no instance is started or woken there" : "it takes instances again"
            let event = ControllerEvent(
                kind,
                at: date,
                by: by,
                detail: "\(by) asked for it: host \(host.name): \(what)"
            )
            do {
                try await parts.store.commit(StoreChange(hosts: [host.name: asked]))
            } catch {
                throw Problem(
                    .serviceUnavailable,
                    code: "store-failing",
                    detail: "nothing was changed, since the store cannot be written: \(ErrorText.of(error))"
                )
            }
            host.ask(asked)
            parts.report(event)
            for group in parts.groups { group.signals.send(.look) }
        }
        return try Response.message(host.status(groups: parts.groups, now: parts.clock.now))
    }

    /// The host that the path names.
    private func pathHost(_ context: PeerContext) throws -> HostRuntime {
        let path = try context.parameters.require("host")
        let name = path.removingPercentEncoding ?? path
        guard let host = parts.hosts.first(where: { $0.name == name }) else {
            throw Problem(
                .notFound,
                code: "no-such-host",
                detail:
                    "there is no host '\(name.prefix(64))'; there are \(parts.hosts.map(\.name).joined(separator: ", "))"
            )
        }
        return host
    }
}
