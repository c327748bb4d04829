import Autoscaling

extension Ownership {
    /// Takes what the store shows.
    mutating func observe(_ view: ClusterView, _ now: MonotonicInstant, _ actions: inout [OwnershipAction]) {
        guard view.revision >= self.view?.revision ?? 0 else { return }
        if self.view.map({ $0.members.keys != view.members.keys }) ?? true {
            for group in groups.keys { rankings[group] = RendezvousRanking.rank(view.members.keys, for: group) }
        }
        self.view = view
        seenSince = seenSince.filter { view.members[$0.key]?.run == $0.value.run }
        for (name, member) in view.members where seenSince[name] == nil { seenSince[name] = (member.run, now) }
        if case .registered(let revision) = registration, revision <= view.revision,
            view.members[settings.controller].map({ !isCurrent($0.lease) }) ?? true
        {
            registration = .absent(retry: nil)
        }
        for group in groups.keys.sorted() { compare(group, with: view, now, &actions) }
    }

    /// Compares what is known of a group with what the store shows. A view that is older than the key says nothing of it.
    private mutating func compare(
        _ group: String,
        with view: ClusterView,
        _ now: MonotonicInstant,
        _ actions: inout [OwnershipAction]
    ) {
        let owner = view.owners[group]
        if owner == nil {
            vacantSince[group] = vacantSince[group] ?? now
        } else {
            vacantSince[group] = nil
        }
        switch groups[group] {
        case .ours(let createRevision, _), .handingOver(let createRevision, _, _, _):
            guard view.revision >= createRevision, owner?.createRevision != createRevision else { return }
            var isHandedOver = false
            if case .handingOver(_, _, _, let asked) = groups[group] { isHandedOver = asked != nil }
            groups[group] = .notOurs
            // Gone because it was asked for is no loss.
            if !isHandedOver { actions.append(.stop(group: group, reason: .keyLost)) }
        case .notOurs, .acquiring, .lost:
            adopt(group, owner, now, &actions)
        case nil: break
        }
    }

    /// Takes a key for ours that stands under our lease: the answer to its creation was lost, or the lease was renewed late.
    private mutating func adopt(
        _ group: String,
        _ owner: ClusterView.Owner?,
        _ now: MonotonicInstant,
        _ actions: inout [OwnershipAction]
    ) {
        guard let owner, isCurrent(owner.lease) else {
            if groups[group] == .lost { groups[group] = .notOurs }
            return
        }
        guard groups[group] != .lost || interrupted[group] == nil else { return }
        own(group, owner.createRevision, now, &actions)
    }

    /// Owns a group from now on; one that ends hands it back at once.
    private mutating func own(
        _ group: String,
        _ createRevision: Int64,
        _ now: MonotonicInstant,
        _ actions: inout [OwnershipAction]
    ) {
        retries[group] = nil
        // A key whose removal was asked for may be gone by now, whatever an older view shows: it is never owned again.
        guard stopping == nil, createRevision > surrendered[group] ?? 0 else {
            groups[group] = .handingOver(createRevision: createRevision, by: now, isQuiet: true, asked: nil)
            return
        }
        // Without time left on the lease it waits for the renewal, and is taken up with the next look.
        guard safeLease(now) != nil else {
            groups[group] = .lost
            return
        }
        interrupted[group] = nil
        let isBest = rankings[group]?.first == settings.controller
        groups[group] = .ours(
            createRevision: createRevision,
            keptUntil: isBest ? now : now.advanced(by: settings.keeping)
        )
        actions.append(.begin(Fence(group: group, createRevision: createRevision)))
    }

    /// Takes what became of a request for one group.
    mutating func takeGroup(_ input: OwnershipInput, _ now: MonotonicInstant, _ actions: inout [OwnershipAction]) {
        switch input {
        case .acquired(let group, let id, let createRevision):
            guard isCurrent(id), groups[group] == .notOurs || isAcquiring(group) else { return }
            // What the store has shown since then knows better.
            if let view, view.revision >= createRevision, view.owners[group]?.createRevision != createRevision {
                groups[group] = .notOurs
                return
            }
            own(group, createRevision, now, &actions)
        case .acquireFailed(let group):
            guard isAcquiring(group) else { return }
            groups[group] = .notOurs
            retries[group] = now.advanced(by: settings.retry)
        case .released(let group, let revision):
            guard case .handingOver(revision, _, _, _) = groups[group] else { return }
            groups[group] = .notOurs
        case .releaseFailed(let group):
            guard case .handingOver(let revision, let by, let isQuiet, _) = groups[group] else { return }
            groups[group] = .handingOver(createRevision: revision, by: by, isQuiet: isQuiet, asked: nil)
            retries[group] = now.advanced(by: settings.retry)
        case .yielded(let group):
            guard case .ours(let createRevision, _) = groups[group], view?.members.count ?? 0 > 1 else { return }
            yielded[group] = now.advanced(by: settings.keeping)
            handOver(group, createRevision, now, &actions)
        case .quiesced(let group):
            guard interrupted[group] == nil, case .handingOver(let revision, let by, _, let asked) = groups[group]
            else {
                return
            }
            groups[group] = .handingOver(createRevision: revision, by: by, isQuiet: true, asked: asked)
        default: break
        }
    }

    private func isAcquiring(_ group: String) -> Bool {
        if case .acquiring = groups[group] { true } else { false }
    }

    /// Decides what is to be done about one group.
    mutating func plan(_ group: String, _ now: MonotonicInstant, _ actions: inout [OwnershipAction]) {
        switch groups[group] {
        case .notOurs: take(group, now, &actions)
        case .ours(let createRevision, let keptUntil):
            guard stopping != nil || (now >= keptUntil && isBetterPlaced(than: group, now)) else { return }
            handOver(group, createRevision, now, &actions)
        case .handingOver(let createRevision, let by, let isQuiet, nil):
            guard isQuiet || now >= by, retries[group].map({ now >= $0 }) ?? true else { return }
            retries[group] = nil
            surrendered[group] = max(surrendered[group] ?? 0, createRevision)
            groups[group] = .handingOver(createRevision: createRevision, by: by, isQuiet: isQuiet, asked: now)
            actions.append(.delete(group: group, createRevision: createRevision))
        case .lost:
            // The lease was renewed after all, and the key stands as it was shown last.
            guard let owner = view?.owners[group], isCurrent(owner.lease), safeLease(now) != nil else { return }
            guard let end = interrupted[group] else { return own(group, owner.createRevision, now, &actions) }
            // Commits and calls that were begun under this key may still arrive, and nobody waits for them any more: it is
            // never owned again.
            groups[group] = .handingOver(createRevision: owner.createRevision, by: end, isQuiet: false, asked: nil)
            plan(group, now, &actions)
        case .acquiring, .handingOver, nil: break
        }
    }

    private mutating func handOver(
        _ group: String,
        _ createRevision: Int64,
        _ now: MonotonicInstant,
        _ actions: inout [OwnershipAction]
    ) {
        let by = now.advanced(by: settings.handOverGrace)
        groups[group] = .handingOver(createRevision: createRevision, by: by, isQuiet: false, asked: nil)
        actions.append(.finish(group: group, by: by))
    }

    /// Asks for a group without an owner when it is this controller's turn.
    private mutating func take(_ group: String, _ now: MonotonicInstant, _ actions: inout [OwnershipAction]) {
        guard stopping == nil, let id = safeLease(now), let view, view.owners[group] == nil,
            view.members[settings.controller].map({ isCurrent($0.lease) }) ?? false,
            let rank = rankings[group]?.firstIndex(of: settings.controller),
            yielded[group].map({ now >= $0 }) ?? true,
            let vacant = vacantSince[group], now >= vacant.advanced(by: settings.patience * rank),
            retries[group].map({ now >= $0 }) ?? true
        else { return }
        groups[group] = .acquiring(since: now)
        actions.append(.create(group: group, lease: id))
    }

    /// Whether a controller that has been there for a while is to own the group in this one's place.
    private func isBetterPlaced(than group: String, _ now: MonotonicInstant) -> Bool {
        let best = rankings[group]?.first { name in
            name == settings.controller
                || seenSince[name].map { now >= $0.instant.advanced(by: settings.settling) } ?? false
        }
        guard let best else { return false }
        return best != settings.controller
    }
}
