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
            try await parts.prober.probe(try probeTarget(uuid, endpoint))
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

    /// Whom to ask how an endpoint is: the agent, where it is registered, or the service itself.
    private func probeTarget(_ uuid: String, _ endpoint: Endpoint) throws -> ProbeTarget {
        let service = parts.group.configuration.service
        guard service.hasAgent else {
            guard let address = parts.group.guests.address(of: uuid), let probe = service.probe else {
                throw HTTPSEndpointProber.Failure(description: "its address is not known")
            }
            return ProbeTarget(url: "", check: ProbeTarget.Check(probe, of: service, address: address))
        }
        guard let session = parts.registry.session(uuid: uuid) else { return ProbeTarget(url: endpoint.url) }
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
            let port = session.registration.port
            target.check = ProbeTarget.Check(probe, of: service, address: session.address, agentPort: port)
        }
        return target
    }

    /// Asks each endpoint that clients use whether it is well.
    package func checkHealth(
        _ fleet: Fleet,
        every pause: Duration,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        let hasAgents = parts.group.configuration.service.hasAgent
        for instance in fleet.instances.values where instance.state == .inService {
            let uuid = instance.uuid
            // After a start of the controller its address is looked for first; that it is not known is no failed probe.
            guard hasAgents || parts.group.guests.address(of: uuid) != nil else { continue }
            guard let endpoint = instance.endpoint, let life = board.beginProbe(uuid, now: parts.clock.now) else {
                continue
            }
            group.addTask {
                var failure: String?
                do {
                    try await parts.prober.checkHealth(try probeTarget(uuid, endpoint))
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
