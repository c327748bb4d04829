import Synchronization
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The endpoints of a running program: a watcher puts sets into effect, requests take endpoints out.
public final class EndpointPool: Sendable {
    private struct State {
        var balancer: Balancer
        var generator: SeededGenerator
        var revision: UInt64?
    }

    private let state: Mutex<State>
    private let waiters = Waiters()

    /// A pool without endpoints.
    ///
    /// - Parameters:
    ///   - policy: How endpoints are chosen.
    ///   - seed: Fixes the sequence of choices, for experiments that must repeat; `nil` for chance.
    public init(policy: BalancePolicy = .random, seed: UInt64? = nil) {
        state = Mutex(State(balancer: Balancer(policy: policy), generator: SeededGenerator(seed: seed)))
    }

    /// The endpoints in service.
    public var endpoints: [Endpoint] { state.withLock { $0.balancer.endpoints } }

    /// The revision in effect; `nil` before the first set.
    public var revision: UInt64? { state.withLock { $0.revision } }

    /// Puts `set` into effect: from now on nothing new is sent to an endpoint outside it.
    public func update(_ set: EndpointSet) {
        state.withLock {
            $0.balancer.update(set.endpoints, now: .now, date: Date())
            $0.revision = set.revision
        }
        waiters.wake()
    }

    /// The requests under way to the endpoint `id`.
    public func outstanding(_ id: String) -> Int { state.withLock { $0.balancer.outstanding(id) } }

    /// Whether the endpoint `id` is set aside after failures.
    public func isEjected(_ id: String) -> Bool { state.withLock { $0.balancer.isEjected(id, now: .now) } }

    /// Takes an endpoint, waiting for one to come into service.
    ///
    /// - Parameters:
    ///   - avoided: Endpoints taken only when no other is fit.
    ///   - deadline: The end of the wait.
    /// - Returns: A lease to be given back with ``finish(_:_:)``, or `nil` when none came until the deadline or the
    ///   task was cancelled.
    func lease(avoiding avoided: Set<String>, until deadline: ContinuousClock.Instant) async -> Balancer.Lease? {
        while true {
            let place = waiters.enlist()
            let lease = state.withLock { state in
                state.balancer.pick(avoiding: avoided, now: .now, using: &state.generator)
            }
            if let lease {
                place.leave()
                return lease
            }
            guard !Task.isCancelled, ContinuousClock.now < deadline else {
                place.leave()
                return nil
            }
            await place.wait(until: deadline)
        }
    }

    /// Takes a fit endpoint outside `avoided`, without waiting.
    func leaseOther(than avoided: Set<String>) -> Balancer.Lease? {
        state.withLock { state in
            state.balancer.pickOther(than: avoided, now: .now, using: &state.generator)
        }
    }

    /// Whether a fit endpoint outside `avoided` is in service.
    func hasOther(than avoided: Set<String>) -> Bool {
        state.withLock { $0.balancer.hasOther(than: avoided, now: .now) }
    }

    /// Gives a lease back.
    func finish(_ lease: Balancer.Lease, _ outcome: Balancer.Outcome) {
        state.withLock { $0.balancer.finish(lease, outcome, now: .now) }
    }

    /// How long the endpoint of `lease` has kept silent, and whether it is still in service.
    func silence(of lease: Balancer.Lease) -> (duration: Duration, inService: Bool) {
        state.withLock { state in
            (
                state.balancer.silentSince(lease).duration(to: .now),
                state.balancer.isInService(lease)
            )
        }
    }
}
