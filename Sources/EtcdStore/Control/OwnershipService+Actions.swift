import Autoscaling
import Foundation
import Logging
import Ownership
import Shared

extension OwnershipService {
    /// Does what the ownership wants of etcd, and says what became of it.
    ///
    /// - Parameter asked: The instant at which it was decided, before anything was sent.
    func carryOut(_ action: OwnershipAction, _ asked: MonotonicInstant) async -> OwnershipInput {
        do {
            return try await attempt(action, asked)
        } catch {
            if !(error is CancellationError) {
                logger.info(
                    "etcd did not answer",
                    metadata: ["request": "\(Self.name(action))", "reason": "\(ErrorText.of(error))"]
                )
            }
            return Self.failure(action)
        }
    }

    private func attempt(_ action: OwnershipAction, _ asked: MonotonicInstant) async throws -> OwnershipInput {
        switch action {
        case .grant(let time):
            let lease = try await client.grantLease(time, within: requestLimit)
            return .granted(lease: lease.id, timeToLive: lease.timeToLive, asked: asked)
        case .keepAlive(let id):
            do {
                return .kept(
                    lease: id,
                    timeToLive: try await client.keepAlive(id, within: requestLimit),
                    asked: asked
                )
            } catch EtcdError.leaseNotFound {
                return .leaseLost(lease: id)
            }
        case .register(let id): return try await register(id)
        case .create(let group, let id):
            let key = keys.owner(group)
            let row = LiveView.OwnerRow(controller: name, run: run)
            let result = try await client.transaction(
                if: [.created(key, at: 0)],
                then: [.put(key, try StoredRow.encode(row), lease: id)],
                otherwise: [.get(key)],
                within: requestLimit
            )
            if result.succeeded { return .acquired(group: group, lease: id, createRevision: result.revision) }
            // Ours from a request whose answer was lost.
            if let entry = result.found[key], entry.lease == id {
                return .acquired(group: group, lease: id, createRevision: entry.createRevision)
            }
            return .acquireFailed(group: group)
        case .delete(let group, let revision):
            let key = keys.owner(group)
            _ = try await client.transaction(
                if: [.created(key, at: revision)],
                then: [.delete(key)],
                within: requestLimit
            )
            return .released(group: group, createRevision: revision)
        case .revoke(let id):
            try await client.revoke(id, within: requestLimit)
            return .revoked
        case .begin, .finish, .stop: return .look
        }
    }

    private func register(_ id: Int64) async throws -> OwnershipInput {
        let key = keys.controller(name)
        let row = LiveView.ControllerRow(run: run, addresses: addresses)
        let result = try await client.transaction(
            if: [.created(key, at: 0)],
            then: [.put(key, try StoredRow.encode(row), lease: id)],
            otherwise: [.get(key)],
            within: requestLimit
        )
        if result.succeeded { return .registered(lease: id, revision: result.revision) }
        guard let entry = result.found[key] else { return .registerFailed(byOther: false) }
        if entry.lease == id { return .registered(lease: id, revision: entry.createRevision) }
        logger.warning(
            "another controller of this name lives, or lived a moment ago; each needs a name of its own",
            metadata: ["name": "\(name)"]
        )
        return .registerFailed(byOther: true)
    }

    private static func failure(_ action: OwnershipAction) -> OwnershipInput {
        switch action {
        case .grant: .grantFailed
        case .keepAlive(let lease): .keepFailed(lease: lease)
        case .register: .registerFailed(byOther: false)
        case .create(let group, _): .acquireFailed(group: group)
        case .delete(let group, _): .releaseFailed(group: group)
        case .revoke: .revoked
        case .begin, .finish, .stop: .look
        }
    }

    private static func name(_ action: OwnershipAction) -> String {
        switch action {
        case .grant: "grant a lease"
        case .keepAlive: "renew the lease"
        case .register: "register"
        case .create: "take a group"
        case .delete: "hand over a group"
        case .revoke: "give the lease back"
        case .begin, .finish, .stop: "nothing"
        }
    }
}
