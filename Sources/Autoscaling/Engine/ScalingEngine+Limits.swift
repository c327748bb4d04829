extension ScalingEngine {
    /// What the quality of the data forbids.
    func judgeData(
        _ proposal: inout SizeProposal,
        unstarved: Int,
        _ observation: GroupObservation,
        _ tally: LoadAggregate
    ) {
        if proposal.growth > 0, policy.onStarved == .refuse, observation.hasRoomElsewhere != true,
            unstarved < proposal.size
        {
            proposal.clamp(
                .starved,
                to: max(proposal.capacity, unstarved),
                "\(tally.starved) in service are starved: the host withholds CPU and another instance there takes more of it"
            )
        }
        forbidBlindScaleIn(&proposal, unknown: tally.unknown)
        forbidScaleIn(&proposal, gaps: tally.gaps)
    }

    /// A value that is missing is no small one.
    private func forbidScaleIn(_ proposal: inout SizeProposal, gaps: [String]) {
        guard proposal.shrinkage > 0, let gap = gaps.first else { return }
        let others = gaps.count > 1 ? " (and \(gaps.count - 1) more)" : ""
        proposal.clamp(.gapForbidsScaleIn, to: proposal.capacity, "\(gap)\(others), which forbids a scale in")
    }

    private func forbidBlindScaleIn(_ proposal: inout SizeProposal, unknown: Int) {
        guard proposal.shrinkage > 0, unknown > 0 else { return }
        proposal.clamp(
            .unknownForbidsScaleIn,
            to: proposal.capacity,
            "the load of \(unknown) in service is unknown, which forbids a scale in"
        )
    }

    /// Windows, cooldowns, rates and the mode.
    func limitPace(_ proposal: inout SizeProposal) {
        if proposal.growth > 0 { limitGrowth(&proposal) } else if proposal.shrinkage > 0 { limitShrinkage(&proposal) }
        if policy.mode == .off {
            proposal.clamp(.modeOff, to: proposal.capacity, "the mode is off")
        }
    }

    private func limitGrowth(_ proposal: inout SizeProposal) {
        let capacity = proposal.capacity
        let limits = policy.scaleOut
        if limits.window > .zero {
            if outWait > .zero {
                proposal.clamp(.stabilizationOut, to: capacity, "the scale-out window is not over")
            } else if let value = smallest.value {
                proposal.clamp(
                    .stabilizationOut,
                    to: max(capacity, min(proposal.size, value)),
                    "\(value) was recommended within the scale-out window"
                )
            }
        }
        if proposal.growth > 0, let wait = remaining(limits.cooldown, since: lastInServiceAt) {
            proposal.clamp(
                .cooldownOut,
                to: capacity,
                "an instance came into service \(ReasonFormat.time(limits.cooldown - wait)) ago"
            )
        }
        if proposal.growth > 0, let perMinute = limits.perMinute {
            let used = recentOrders.reduce(0) { $0 + max(0, $1.by) }
            proposal.clamp(
                .rateLimit,
                to: capacity + min(proposal.growth, max(0, perMinute.asCount - used)),
                "at most \(perMinute) a minute are added"
            )
        }
    }

    private func limitShrinkage(_ proposal: inout SizeProposal) {
        let capacity = proposal.capacity
        let limits = policy.scaleIn
        if limits.window > .zero {
            if inWait > .zero {
                proposal.clamp(.stabilizationIn, to: capacity, "the scale-in window is not over")
            } else if let value = largest.value {
                proposal.clamp(
                    .stabilizationIn,
                    to: min(capacity, max(proposal.size, value)),
                    "\(value) were recommended within the scale-in window"
                )
            }
        }
        if proposal.shrinkage > 0, let wait = remaining(limits.cooldown, since: lastIn) {
            proposal.clamp(
                .cooldownIn,
                to: capacity,
                "the last scale in was \(ReasonFormat.time(limits.cooldown - wait)) ago"
            )
        }
        if proposal.shrinkage > 0, let perMinute = limits.perMinute {
            let used = recentOrders.reduce(0) { $0 + max(0, -$1.by) }
            proposal.clamp(
                .rateLimit,
                to: capacity - min(proposal.shrinkage, max(0, perMinute.asCount - used)),
                "at most \(perMinute) a minute are removed"
            )
        }
    }

    /// How long the scale-out window still forbids any scale out: it must be covered, and no scale in lie within it.
    var outWait: Duration {
        let window = policy.scaleOut.window
        return max(smallest.uncovered(at: clock, window: window), remaining(window, since: lastIn) ?? .zero)
    }

    /// How long the scale-in window still forbids any scale in: it must be covered, and no scale out lie within it.
    var inWait: Duration {
        let window = policy.scaleIn.window
        return max(largest.uncovered(at: clock, window: window), remaining(window, since: lastOut) ?? .zero)
    }

    /// What is left of `time` since `moment`; `nil` when nothing is.
    func remaining(_ time: Duration, since moment: MonotonicInstant?) -> Duration? {
        guard time > .zero, let moment else { return nil }
        let left = time - moment.duration(to: clock)
        return left > .zero ? left : nil
    }

    /// The group's bounds.
    func bound(_ proposal: inout SizeProposal, _ limits: BoundsInForce) {
        if proposal.size < limits.min {
            proposal.clamp(.min, to: limits.min, "the lower bound is \(limits.min)\(limits.source)")
        }
        if proposal.size > limits.max {
            proposal.clamp(.max, to: limits.max, "the upper bound is \(limits.max)\(limits.source)")
        }
    }

    /// What can be started.
    func limitStarts(_ proposal: inout SizeProposal, _ observation: GroupObservation, upper: Int) {
        guard proposal.growth > 0 else { return }
        let standby = observation.standby.asCount
        let startable = observation.reserve.asCount
        let counted = observation.counted.asCount
        func cut(_ name: Clamp.Name, _ starts: Int, _ why: @autoclosure () -> String) {
            guard proposal.growth > standby + max(0, starts) else { return }
            proposal.clamp(name, to: proposal.capacity + standby + max(0, starts), why())
        }
        cut(
            .noReserve,
            startable,
            standby + startable > 0 ? "no more than \(standby + startable) can be started" : "the reserve is empty"
        )
        cut(.max, upper - counted, "\(counted) domains of at most \(upper) are there in some state")
        if let room = observation.hostRoom?.asCount {
            cut(.hostRoom, room, Self.roomText(room, observation.hostShortage))
        }
        if let reason = observation.breaker {
            cut(.breaker, 0, "no domain is started now: \(reason.prefix(200))")
        }
    }

    private static func roomText(_ room: Int, _ shortage: String?) -> String {
        let count =
            switch room {
            case 0: "the host has no room for another start"
            case 1: "the host has room for 1 more start"
            default: "the host has room for \(room) more starts"
            }
        return shortage.map { "\(count): \($0.prefix(300))" } ?? count
    }

    /// Whom a scale in can take.
    func limitRemovals(_ proposal: inout SizeProposal, _ observation: GroupObservation, _ tally: LoadAggregate) {
        forbidBlindScaleIn(&proposal, unknown: tally.unknown)
        // Who holds a size does not ask the rules, so what they lack does not matter.
        if observation.steering?.size == nil { forbidScaleIn(&proposal, gaps: tally.gaps) }
        let capacity = proposal.capacity
        if proposal.shrinkage > 0 {
            let spare = max(0, observation.inService.count - proposal.size)
            proposal.clamp(
                .coming,
                to: capacity - min(proposal.shrinkage, spare),
                "\(observation.coming) of the capacity are not in service yet"
            )
        }
        if proposal.shrinkage > 0 {
            proposal.clamp(
                .notRemovable,
                to: capacity - min(proposal.shrinkage, observation.removable.asCount),
                "\(observation.removable.asCount) in service may be taken: the others are protected or not owned"
            )
        }
    }
}
