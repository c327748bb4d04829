import Wire

/// Which of several controllers is asked next, and after what wait.
///
/// A pure value: who asks a controller tells it what came of that, and does as it says. One that fails is followed by the
/// next one at once, and by a wait only when all have failed; one that names the owner of a group is followed by that
/// owner. What is cheap for the one who asks is bounded, so that controllers which contradict each other, or which end
/// each session at once, are not asked without a pause.
package struct ControllerRotation: Sendable {
    /// Why another controller is to be asked.
    package enum Failure: Sendable, Equatable {
        /// It was not reached, was silent, ended the stream or answered with an error.
        case broken
        /// The group belongs to another controller, where that one is known.
        case elsewhere(HostPort?)
        /// The group has no owner for the moment.
        case unowned
    }

    /// Whom to ask, and when.
    package struct Step: Sendable, Equatable {
        /// The controller.
        package var controller: HostPort
        /// The wait before.
        package var wait: Duration
        /// Whether all controllers have failed since the last wait.
        package var isRoundOver: Bool

        /// A step.
        package init(controller: HostPort, wait: Duration, isRoundOver: Bool = false) {
            self.controller = controller
            self.wait = wait
            self.isRoundOver = isRoundOver
        }
    }

    /// The most owners that are followed one after another before a wait.
    package static let longestChain = 3
    /// How long an owner that has failed is not asked again because others name it.
    package static let holdOff = Duration.seconds(2)
    /// A session that lasted so long makes up for what failed before it.
    package static let settled = Duration.seconds(2)
    /// The wait while a group has no owner, which is a matter of seconds.
    package static let unownedWait = (shortest: Duration.milliseconds(100), longest: Duration.milliseconds(250))
    /// After so many of these waits in a row they grow.
    package static let unownedCount = 20

    /// The controller to ask now.
    package private(set) var current: HostPort
    private var backoff: Backoff
    private var failures: [HostPort: ContinuousClock.Instant] = [:]
    private var connectedAt: ContinuousClock.Instant?
    private var hops = 0
    private var unowned = 0
    private var rounds = 0

    /// A rotation that begins with the first controller.
    ///
    /// - Parameters:
    ///   - known: The controllers that are known.
    ///   - backoff: The waits after rounds in which all failed.
    package init(_ known: ControllerList, backoff: Backoff) {
        current = known.first
        self.backoff = backoff
    }

    /// Whether an attempt to connect is given up early: others can be asked.
    ///
    /// Every other round has patience, for a peer or a machine that is slow altogether.
    package func isHasty(among known: ControllerList) -> Bool { !known.isSingle && rounds.isMultiple(of: 2) }

    /// The controller that is asked serves since then.
    package mutating func connected(at now: ContinuousClock.Instant) {
        connectedAt = connectedAt ?? now
        backoff.reset()
        unowned = 0
        rounds = 0
    }

    /// What to do after a failure of ``current``.
    ///
    /// - Parameters:
    ///   - failure: What came of asking it.
    ///   - known: The controllers that are known now.
    ///   - now: The time.
    ///   - generator: Draws the waits.
    package mutating func next(
        after failure: Failure,
        among known: ControllerList,
        at now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> Step {
        if let connectedAt, connectedAt.duration(to: now) >= Self.settled {
            failures = [:]
            hops = 0
        }
        connectedAt = nil
        switch failure {
        case .elsewhere(let owner?) where owner != current:
            return follow(owner, known, now, &generator)
        case .elsewhere, .unowned:
            return askAround(known, now, &generator)
        case .broken:
            failures[current] = now
            if let other = known.others(after: current).first(where: { failures[$0] == nil }) {
                current = other
                return Step(controller: other, wait: .zero)
            }
            current = known.others(after: current).first ?? current
            return pause(&generator)
        }
    }

    /// What to do after a failure, with waits drawn from the system's generator.
    package mutating func next(
        after failure: Failure,
        among known: ControllerList,
        at now: ContinuousClock.Instant
    ) -> Step {
        var generator = SystemRandomNumberGenerator()
        return next(after: failure, among: known, at: now, using: &generator)
    }

    /// Goes to the owner that was named, unless that one has just failed or this has gone on for too long.
    private mutating func follow(
        _ owner: HostPort,
        _ known: ControllerList,
        _ now: ContinuousClock.Instant,
        _ generator: inout some RandomNumberGenerator
    ) -> Step {
        // The others name a dead owner until its lease is over.
        if hasFailed(owner, now) { return askAround(known, now, &generator) }
        current = owner
        failures[owner] = nil
        guard hops < Self.longestChain else { return pause(&generator) }
        hops += 1
        return Step(controller: owner, wait: .zero)
    }

    /// Asks another one shortly: ownership is about to move.
    private mutating func askAround(
        _ known: ControllerList,
        _ now: ContinuousClock.Instant,
        _ generator: inout some RandomNumberGenerator
    ) -> Step {
        current = known.others(after: current).first { !hasFailed($0, now) } ?? current
        unowned += 1
        guard unowned <= Self.unownedCount else { return pause(&generator) }
        let range = Self.unownedWait
        let wait = range.shortest + (range.longest - range.shortest) * Double.random(in: 0...1, using: &generator)
        return Step(controller: current, wait: wait)
    }

    private mutating func pause(_ generator: inout some RandomNumberGenerator) -> Step {
        failures = [:]
        hops = 0
        rounds += 1
        return Step(controller: current, wait: backoff.next(using: &generator), isRoundOver: true)
    }

    private func hasFailed(_ controller: HostPort, _ now: ContinuousClock.Instant) -> Bool {
        failures[controller].map { $0.duration(to: now) < Self.holdOff } ?? false
    }
}
