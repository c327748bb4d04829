import Autoscaling
import Logging
import Monitoring
import ServiceLifecycle
import Shared
import Synchronization

/// Gives several hosts' samplers the same pace, and the groups their tick when the hosts have been looked at.
///
/// A host that has not been looked at within a part of the interval is not waited for, this time and until it has come
/// round again: what it said last is as old as it is, and no other host's tick is late because of it.
package final class TickPacer: Service {
    /// The part of an interval that late hosts are waited for.
    private static let patience = 0.35
    private struct State {
        var waitsFor: Set<String> = []
        var late: Set<String> = []
        var rounds: [String: AsyncStream<MonotonicInstant>.Continuation] = [:]
    }

    private let state = Mutex(State())
    private let hosts: [String]
    private let signals: [Signals]
    private let interval: Duration
    private let clock: SteadyClock
    private let arrival = Wakeup()

    /// A pacer of these hosts.
    package init(hosts: [String], signals: [Signals], interval: Duration, clock: SteadyClock) {
        self.hosts = hosts
        self.signals = signals
        self.interval = interval
        self.clock = clock
    }

    /// The moments at which a host is to be looked at; one that is not taken is replaced by the next.
    func ticks(of host: String) -> AsyncStream<MonotonicInstant> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: MonotonicInstant.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        state.withLock { $0.rounds[host] = continuation }
        return stream
    }

    /// A host has been looked at for the round of that moment, or did not answer in time. One that took too long is waited
    /// for again only when it has been quick once.
    func arrived(_ host: String, due: MonotonicInstant) {
        let isQuick = due.duration(to: clock.now) <= interval * Self.patience
        let isLast = state.withLock { state in
            if isQuick { state.late.remove(host) }
            return state.waitsFor.remove(host) != nil && state.waitsFor.isEmpty
        }
        if isLast { arrival.ring() }
    }

    /// Paces until the service stops.
    package func run() async throws {
        try? await cancelWhenGracefulShutdown { [self] in
            var next = clock.continuous.now
            while true {
                let due = clock.moment(next)
                let rounds = state.withLock { state in
                    state.waitsFor = Set(hosts).subtracting(state.late)
                    return Array(state.rounds.values)
                }
                for round in rounds { round.yield(due) }
                await wait(until: next.advanced(by: interval * Self.patience))
                for signals in signals { signals.send(.tick(due: due)) }
                next = max(next.advanced(by: interval), clock.continuous.now)
                try await clock.continuous.sleep(until: next, tolerance: .milliseconds(1))
            }
        }
    }

    private func wait(until end: ContinuousClock.Instant) async {
        while !state.withLock({ $0.waitsFor.isEmpty }) {
            let left = clock.continuous.now.duration(to: end)
            guard left > .zero, !Task.isCancelled else { break }
            await arrival.sleep(for: left)
        }
        state.withLock { state in
            state.late.formUnion(state.waitsFor)
            state.waitsFor = []
        }
    }
}
