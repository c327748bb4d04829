import Autoscaling
import Foundation
import Libvirt
import Logging
import Shared

extension Reconciler {
    /// The pause between two full probes of one instance.
    private static let probePause = Duration.seconds(1)

    func perform(
        _ action: FleetStep.Action,
        mayStart: Bool,
        date: Date,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        switch action {
        case .start(let uuid):
            // An order that is not on disk yet is not carried out: a restart would not know of it.
            guard mayStart, let life = board.beginStart(uuid) else { return }
            group.addTask { await start(uuid, life: life) }
        case .destroy(let uuid):
            guard board.beginDestroy(uuid) else { return }
            group.addTask { await destroy(uuid) }
        case .probe(let uuid, let endpoint, let session):
            guard let life = board.beginProbe(uuid, now: parts.clock.now) else { return }
            group.addTask { await probe(uuid, endpoint, session: session, life: life) }
        case .forget(let uuid):
            board.forget(uuid)
        case .announceScaling(let name, let reason):
            parts.directory.announce(.scaling, name: name, reason: reason, at: parts.clock.date)
        case .announceScaled(let name):
            parts.directory.announce(.scaled, name: name, at: parts.clock.date)
        }
    }

    private func start(_ uuid: String, life: UInt64) async {
        do {
            try await parts.starter.start(uuid: uuid, at: parts.clock.date)
            board.endStart(uuid, life: life, .succeeded)
        } catch let error as LibvirtError where error.isConnectionLost {
            // Nobody knows whether it started: the facts will tell when the hypervisor is back.
            board.endStart(uuid, life: life, nil)
        } catch is CancellationError {
            board.endStart(uuid, life: life, nil)
        } catch {
            board.endStart(uuid, life: life, .failed("\(error)"))
        }
        parts.signals.send(.look)
    }

    private func destroy(_ uuid: String) async {
        do {
            try await parts.starter.destroy(uuid: uuid)
        } catch {
            parts.logger.warning("domain not destroyed", metadata: ["uuid": "\(uuid)", "error": "\(error)"])
        }
        board.endDestroy(uuid)
    }

    private func probe(_ uuid: String, _ endpoint: Endpoint, session: UInt64, life: UInt64) async {
        var failure: String?
        do {
            try await parts.prober.probe(endpoint)
        } catch {
            failure = "\(error)"
            parts.logger.info(
                "probe failed",
                metadata: ["instance": "\(endpoint.name)", "url": "\(endpoint.url)", "error": "\(error)"]
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

    /// Asks each endpoint that clients use whether it is well.
    func checkHealth(_ fleet: Fleet, in group: inout ThrowingDiscardingTaskGroup<any Error>) {
        for instance in fleet.instances.values where instance.state == .inService {
            let uuid = instance.uuid
            guard let endpoint = instance.endpoint, let life = board.beginProbe(uuid, now: parts.clock.now) else {
                continue
            }
            group.addTask {
                var failure: String?
                do {
                    try await parts.prober.checkHealth(endpoint)
                } catch {
                    failure = "\(error)"
                    parts.logger.debug(
                        "health check failed",
                        metadata: ["instance": "\(endpoint.name)", "error": "\(error)"]
                    )
                }
                board.endProbe(uuid, life: life, session: nil, failure: failure, retryAt: parts.clock.now)
                if failure != nil { parts.signals.send(.look) }
            }
        }
    }
}

extension StoreChange {
    /// The most events that wait while the store cannot be written.
    private static let pendingEvents = 1000

    mutating func append(_ step: FleetStep, endpointSet: EndpointSet?) {
        let changed = Set(step.changed.map(\.uuid))
        let gone = Set(step.removed)
        instances.removeAll { changed.contains($0.uuid) || gone.contains($0.uuid) }
        instances.append(contentsOf: step.changed)
        removed.removeAll { changed.contains($0) }
        removed.append(contentsOf: step.removed)
        events.append(contentsOf: step.events)
        if events.count > Self.pendingEvents { events.removeFirst(events.count - Self.pendingEvents) }
        if let endpointSet { self.endpointSet = endpointSet }
    }
}

extension FleetStep {
    mutating func append(_ other: FleetStep) {
        let changedAgain = Set(other.changed.map(\.uuid))
        changed.removeAll { changedAgain.contains($0.uuid) }
        changed.append(contentsOf: other.changed)
        removed.append(contentsOf: other.removed)
        events.append(contentsOf: other.events)
        actions.append(contentsOf: other.actions)
    }
}

extension ControllerEvent.Kind {
    var level: Logger.Level {
        switch self {
        case .storeFailed, .instanceQuarantined: .error
        case .hypervisorLost, .instanceFailed, .instanceUnhealthy, .reserveEmpty, .peerRefused: .warning
        default: .info
        }
    }
}

extension LoadEstimate {
    /// The estimate as log metadata; a value that is missing is left out.
    func metadata(_ instance: Instance, host: HostSample?, at date: Date) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "instance": "\(instance.name)", "state": "\(instance.state.rawValue)", "case": "\(merge.rawValue)",
            "at": "\(date.rfc3339)",
        ]
        let values: [(String, Double?)] = [
            ("utilization", utilization), ("demand", demand), ("steal", steal),
            ("host", hostAge.flatMap { _ in host?.utilization }),
            ("guest", guestBusy),
        ]
        for case (let key, .some(let value)) in values { metadata[key] = "\((value * 10).rounded() / 10)" }
        return metadata
    }
}
