import Client
import Shared
import Synchronization
import Wire

/// The endpoint set that is to be in effect, for the one who puts it there.
package final class EndpointFeed: Sendable {
    /// A set, and where it comes from.
    package struct Snapshot: Sendable, Equatable {
        /// The set.
        package var set: EndpointSet
        /// The epoch of the controller's sets that it belongs to; 0 for one from the disk.
        package var epoch: UInt64

        /// A snapshot.
        package init(set: EndpointSet, epoch: UInt64) {
            self.set = set
            self.epoch = epoch
        }

        /// Whether the set is the last of a former run: the controller has not told one yet.
        package var isStored: Bool { epoch == 0 }
    }

    private struct State {
        var snapshot: Snapshot?
        var settled: UInt64?
    }

    private let gate: AcknowledgementGate
    private let state: Mutex<State>
    private let bell = Wakeup()

    /// A feed.
    ///
    /// - Parameters:
    ///   - gate: Told what is in effect.
    ///   - stored: The last set of a former run, which holds until the controller tells one.
    package init(gate: AcknowledgementGate, stored: EndpointSet? = nil) {
        self.gate = gate
        state = Mutex(State(snapshot: stored.map { Snapshot(set: $0, epoch: 0) }))
    }

    /// The newest set; `nil` before the first one.
    package var current: Snapshot? { state.withLock { $0.snapshot } }

    /// The last revision that was settled; `nil` before, and after the whole set was read anew.
    package var settled: UInt64? { state.withLock { $0.settled } }

    /// The controller told another set.
    package func put(_ update: AcknowledgementGate.Update) {
        state.withLock { state in
            if update.epoch != state.snapshot?.epoch { state.settled = nil }
            state.snapshot = Snapshot(set: update.set, epoch: update.epoch)
        }
        bell.ring()
    }

    /// Has `revision` and all before it acknowledged: it is in effect, and nothing uses what it removed.
    package func settle(_ revision: UInt64, of snapshot: Snapshot) {
        guard !snapshot.isStored else { return }
        state.withLock { state in
            guard state.snapshot?.epoch == snapshot.epoch else { return }
            state.settled = max(revision, state.settled ?? 0)
        }
        gate.settle(revision, epoch: snapshot.epoch)
    }

    /// Waits for another set, at most so long, or for cancellation. Only one task may wait at a time.
    package func wait(atMost duration: Duration) async {
        await bell.sleep(for: duration)
    }
}
