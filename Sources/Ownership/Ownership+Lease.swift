import Autoscaling

extension Ownership {
    /// Takes what the store said of the lease.
    mutating func takeLease(_ input: OwnershipInput, _ now: MonotonicInstant, _ actions: inout [OwnershipAction]) {
        switch input {
        case .granted(let id, let timeToLive, let asked):
            // A second one, from a request whose answer was given up, ends by itself.
            guard case .granting = lease else { return }
            lease = .held(
                id: id,
                safeUntil: safeEnd(timeToLive, asked),
                renewal: asked.advanced(by: settings.renewal)
            )
            registration = .absent(retry: nil)
        case .grantFailed:
            if case .granting = lease { lease = .none(retry: now.advanced(by: settings.retry)) }
        case .kept(let id, let timeToLive, let asked):
            guard case .held(id, let safeUntil, _) = lease else { return }
            lease = .held(
                id: id,
                safeUntil: max(safeUntil, safeEnd(timeToLive, asked)),
                renewal: asked.advanced(by: settings.renewal)
            )
        case .keepFailed(let id):
            guard case .held(id, let safeUntil, _) = lease else { return }
            lease = .held(id: id, safeUntil: safeUntil, renewal: now.advanced(by: settings.retry))
        case .leaseLost(let id):
            guard isCurrent(id) else { return }
            lease = .none(retry: nil)
            registration = .absent(retry: nil)
            lose(.leaseLost, &actions)
            // The keys ended with it.
            for (group, state) in groups where state == .lost { groups[group] = .notOurs }
        case .revoked:
            lease = .none(retry: nil)
            if stopping != nil { isFinished = true }
        default: break
        }
    }

    /// Gives up every group that is owned or being handed over.
    ///
    /// - Parameter end: From when on nothing that was begun for them can arrive any more.
    private mutating func lose(
        _ reason: OwnershipAction.Reason,
        until end: MonotonicInstant? = nil,
        _ actions: inout [OwnershipAction]
    ) {
        for (group, state) in groups.sorted(by: { $0.key < $1.key }) {
            switch state {
            case .ours, .handingOver:
                groups[group] = .lost
                interrupted[group] = end
                actions.append(.stop(group: group, reason: reason))
            case .acquiring: groups[group] = .notOurs
            case .notOurs, .lost: break
            }
        }
    }

    /// Asks for a lease, renews it, and gives up the groups when it was not renewed in time.
    mutating func planLease(_ now: MonotonicInstant, _ actions: inout [OwnershipAction]) {
        switch lease {
        case .none(let retry):
            guard stopping == nil, retry.map({ now >= $0 }) ?? true else { return }
            lease = .granting
            actions.append(.grant(timeToLive: settings.lease))
        case .granting: break
        case .held(let id, let safeUntil, let renewal):
            if now >= safeUntil {
                lose(.leaseEnding, until: safeUntil.advanced(by: settings.margin + settings.drift), &actions)
            }
            guard let renewal, now >= renewal else { return }
            lease = .held(id: id, safeUntil: safeUntil, renewal: nil)
            actions.append(.keepAlive(lease: id))
        }
    }

    /// Has the controller's own key created.
    mutating func planRegistration(_ now: MonotonicInstant, _ actions: inout [OwnershipAction]) {
        guard stopping == nil, let id = safeLease(now), case .absent(let retry) = registration,
            retry.map({ now >= $0 }) ?? true
        else { return }
        registration = .registering
        actions.append(.register(lease: id))
    }

    /// Gives the lease back when nothing is owned any more.
    mutating func planEnd(_ now: MonotonicInstant, _ actions: inout [OwnershipAction]) {
        guard let (since, isRevoking) = stopping, !isFinished else { return }
        // Nobody answers: the lease ends by itself.
        if now >= since.advanced(by: settings.handOverGrace + .seconds(5)) {
            isFinished = true
            return
        }
        let isFree = groups.allSatisfy { group, state in
            switch state {
            case .notOurs: true
            // With the lease goes its key: not before all that was begun has arrived.
            case .lost: interrupted[group].map { now >= $0 } ?? true
            case .acquiring, .ours, .handingOver: false
            }
        }
        guard isFree, !isRevoking else { return }
        switch lease {
        case .none: isFinished = true
        // Its answer comes, or it is known that none does.
        case .granting: break
        case .held(let id, _, _):
            stopping = (since, true)
            actions.append(.revoke(lease: id))
        }
    }

    /// The instant until which the store cannot have ended a lease that it renewed after `asked`, less the margin.
    private func safeEnd(_ timeToLive: Duration, _ asked: MonotonicInstant) -> MonotonicInstant {
        asked.advanced(by: timeToLive - settings.margin)
    }
}
