import Autoscaling
import Foundation
import Lifecycle
import Logging
import Monitoring
import Shared
import Wire

/// What is asked of guests: probes, health checks, hooks.
extension Reconciler {
    /// The pause between two full probes of one instance.
    private static let probePause = Duration.seconds(1)

    func run(_ hook: HookConfiguration.Hook, _ call: HookCall, life: UInt64) async {
        do {
            try await parts.hooks.run(hook, call)
            board.endHook(call.uuid, life: life, call.hook, .passed)
        } catch  where error is CancellationError || Task.isCancelled {
            board.endHook(call.uuid, life: life, call.hook, nil)
        } catch {
            log(
                ControllerEvent(
                    .hookFailed,
                    at: parts.clock.date,
                    instance: call.instance,
                    detail: "\(call.hook.rawValue): \(ErrorText.of(error))"
                )
            )
            board.endHook(
                call.uuid,
                life: life,
                call.hook,
                hook.onFailure == .fail ? .failed(ErrorText.of(error)) : .passed
            )
        }
        parts.signals.send(.look)
    }

    func probe(_ uuid: String, _ endpoint: Endpoint, session: UInt64, life: UInt64) async {
        var failure: String?
        do {
            guard let target = try probeTarget(uuid, endpoint) else {
                throw HTTPSEndpointProber.Failure(description: "nobody is there to be asked")
            }
            try await parts.prober.probe(target)
        } catch {
            failure = ErrorText.of(error)
            parts.logger.info(
                "probe failed",
                metadata: ["instance": "\(endpoint.name)", "url": "\(endpoint.url)", "error": "\(ErrorText.of(error))"]
            )
        }
        board.endProbe(
            uuid,
            life: life,
            session: session,
            failure: failure,
            retryAt: parts.clock.now.advanced(by: Self.probePause)
        )
        parts.signals.send(.look)
    }

    /// Whom to ask how an endpoint is: the agent, where it is registered, or the service itself; `nil` while there is
    /// nobody to ask.
    private func probeTarget(_ uuid: String, _ endpoint: Endpoint) throws -> ProbeTarget? {
        let service = parts.group.configuration.service
        guard service.hasAgent else {
            guard let address = parts.group.guests.address(of: uuid), let probe = service.probe else { return nil }
            return ProbeTarget(url: "", check: ProbeTarget.Check(probe, of: service, address: address))
        }
        guard let session = parts.registry.session(uuid: uuid) else {
            // After a start of the controller its agent connects anew; until then what serves there is not known, but
            // something has to listen, unless clients are sent elsewhere.
            guard !service.namesPlace, let place = Self.place(of: endpoint.url) else { return nil }
            return ProbeTarget(url: "", check: .tcp(place))
        }
        let registered = session.registration.service ?? .builtIn
        if let kind = service.kind, kind.rawValue != registered.word {
            throw HTTPSEndpointProber.Failure(
                description:
                    "its agent serves '\(PrintableText.of(String(registered.word.prefix(64))))', and the group "
                    + "expects '\(kind.rawValue)' (service.kind)"
            )
        }
        var target = ProbeTarget(url: session.agentURL, service: registered)
        if registered != .builtIn, let probe = service.probe {
            // Where clients reach it by the agent's word: beside its service the agent has a port of its own.
            let port = Self.place(of: session.endpointURL)?.port
            target.check = ProbeTarget.Check(probe, of: service, address: session.address, agentPort: port)
        }
        return target
    }

    /// Where a URL's server listens.
    private static func place(of url: String) -> HostPort? {
        guard let parts = URLComponents(string: url), var host = parts.host else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        return HostPort(host: host, port: parts.port ?? (parts.scheme == "http" ? 80 : 443))
    }

    /// Asks each endpoint that clients use whether it is well.
    package func checkHealth(
        _ fleet: Fleet,
        every pause: Duration,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        for instance in fleet.instances.values where instance.state == .inService {
            let uuid = instance.uuid
            guard let endpoint = instance.endpoint, let life = board.beginProbe(uuid, now: parts.clock.now) else {
                continue
            }
            group.addTask {
                var failure: String?
                do {
                    // That nobody can be asked yet, after a start of the controller, is no failed probe.
                    if let target = try probeTarget(uuid, endpoint) { try await parts.prober.checkHealth(target) }
                } catch {
                    failure = ErrorText.of(error)
                    parts.logger.debug(
                        "health check failed",
                        metadata: ["instance": "\(endpoint.name)", "error": "\(ErrorText.of(error))"]
                    )
                }
                // A little early, so that a check each second does not miss every other tick.
                let next = parts.clock.now.advanced(by: pause * 0.9 - interval * 0.5)
                board.endProbe(
                    uuid,
                    life: life,
                    session: nil,
                    failure: failure,
                    retryAt: failure == nil ? next : parts.clock.now
                )
                if failure != nil { parts.signals.send(.look) }
            }
        }
    }
}
