extension ScalingEngine {
    /// What the quality of the data forbids.
    func judgeData(_ course: inout Course, unstarved: Int, _ tally: LoadTally) {
        if course.growth > 0, policy.onStarved == .refuse, unstarved < course.size {
            course.clamp(
                .starved,
                to: max(course.capacity, unstarved),
                "\(tally.starved) in service are starved: the host withholds CPU and another instance there takes more of it"
            )
        }
        forbidBlindScaleIn(&course, unknown: tally.unknown)
    }

    private func forbidBlindScaleIn(_ course: inout Course, unknown: Int) {
        guard course.shrinkage > 0, unknown > 0 else { return }
        course.clamp(
            .unknownForbidsScaleIn,
            to: course.capacity,
            "the load of \(unknown) in service is unknown, which forbids a scale in"
        )
    }

    /// Windows, cooldowns, rates and the mode.
    func limitPace(_ course: inout Course) {
        if course.growth > 0 { limitGrowth(&course) } else if course.shrinkage > 0 { limitShrinkage(&course) }
        if policy.mode == .off {
            course.clamp(.modeOff, to: course.capacity, "the mode is off")
        }
    }

    private func limitGrowth(_ course: inout Course) {
        let capacity = course.capacity
        let limits = policy.scaleOut
        if limits.window > .zero {
            if outWait > .zero {
                course.clamp(.stabilizationOut, to: capacity, "the scale-out window is not over")
            } else if let value = smallest.value {
                course.clamp(
                    .stabilizationOut,
                    to: max(capacity, min(course.size, value)),
                    "\(value) was wished for within the scale-out window"
                )
            }
        }
        if course.growth > 0, let wait = remaining(limits.cooldown, since: lastInServiceAt) {
            course.clamp(
                .cooldownOut,
                to: capacity,
                "an instance came into service \(Words.time(limits.cooldown - wait)) ago"
            )
        }
        if course.growth > 0, let perMinute = limits.perMinute {
            let used = recentOrders.reduce(0) { $0 + max(0, $1.by) }
            course.clamp(
                .rateLimit,
                to: capacity + min(course.growth, max(0, perMinute.asCount - used)),
                "at most \(perMinute) a minute are added"
            )
        }
    }

    private func limitShrinkage(_ course: inout Course) {
        let capacity = course.capacity
        let limits = policy.scaleIn
        if limits.window > .zero {
            if inWait > .zero {
                course.clamp(.stabilizationIn, to: capacity, "the scale-in window is not over")
            } else if let value = largest.value {
                course.clamp(
                    .stabilizationIn,
                    to: min(capacity, max(course.size, value)),
                    "\(value) were wished for within the scale-in window"
                )
            }
        }
        if course.shrinkage > 0, let wait = remaining(limits.cooldown, since: lastIn) {
            course.clamp(.cooldownIn, to: capacity, "the last scale in was \(Words.time(limits.cooldown - wait)) ago")
        }
        if course.shrinkage > 0, let perMinute = limits.perMinute {
            let used = recentOrders.reduce(0) { $0 + max(0, -$1.by) }
            course.clamp(
                .rateLimit,
                to: capacity - min(course.shrinkage, max(0, perMinute.asCount - used)),
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
    func remaining(_ time: Duration, since moment: Moment?) -> Duration? {
        guard time > .zero, let moment else { return nil }
        let left = time - moment.duration(to: clock)
        return left > .zero ? left : nil
    }

    /// The group's bounds.
    func bound(_ course: inout Course, _ limits: BoundsInForce) {
        if course.size < limits.min {
            course.clamp(.min, to: limits.min, "the lower bound is \(limits.min)\(limits.source)")
        }
        if course.size > limits.max {
            course.clamp(.max, to: limits.max, "the upper bound is \(limits.max)\(limits.source)")
        }
    }

    /// What can be started.
    func limitStarts(_ course: inout Course, _ observation: GroupObservation, upper: Int) {
        guard course.growth > 0 else { return }
        let standby = observation.standby.asCount
        let startable = observation.reserve.asCount
        let counted = observation.counted.asCount
        func cut(_ name: Clamp.Name, _ starts: Int, _ why: @autoclosure () -> String) {
            guard course.growth > standby + max(0, starts) else { return }
            course.clamp(name, to: course.capacity + standby + max(0, starts), why())
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
    func limitRemovals(_ course: inout Course, _ observation: GroupObservation, unknown: Int) {
        forbidBlindScaleIn(&course, unknown: unknown)
        let capacity = course.capacity
        if course.shrinkage > 0 {
            let spare = max(0, observation.inService.count - course.size)
            course.clamp(
                .coming,
                to: capacity - min(course.shrinkage, spare),
                "\(observation.coming) of the capacity are not in service yet"
            )
        }
        if course.shrinkage > 0 {
            course.clamp(
                .notRemovable,
                to: capacity - min(course.shrinkage, observation.removable.asCount),
                "\(observation.removable.asCount) in service may be taken: the others are protected or not owned"
            )
        }
    }
}
