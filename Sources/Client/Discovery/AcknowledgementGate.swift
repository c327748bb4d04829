import Synchronization
import Wire

/// Holds back the acknowledgements of an ``EndpointWatcher`` until somebody says what is in effect.
///
/// A client of ours sends nothing to an endpoint as soon as it knows that it left. A load balancer may still have requests
/// under way to it; whoever works for one acknowledges a revision when they are done.
package final class AcknowledgementGate: Sendable {
    /// A set that the controller told.
    package struct Update: Sendable, Equatable {
        /// The set.
        package var set: EndpointSet
        /// Grows each time the whole set was read anew: a revision of one epoch says nothing in another, since a
        /// controller with a new store counts from the beginning.
        package var epoch: UInt64

        /// An update.
        package init(set: EndpointSet, epoch: UInt64) {
            self.set = set
            self.epoch = epoch
        }
    }

    private struct State {
        var epoch: UInt64 = 0
        var told: UInt64?
        var watch: UInt64?
        var controller: HostPort?
        var inEffect: UInt64?
        var newest: OutgoingAcknowledgement?
        var outlet: AsyncStream<OutgoingAcknowledgement>.Continuation?
    }

    private let state = Mutex(State())
    private let tell: AsyncStream<Update>.Continuation
    /// The newest set whenever there is another one; for one reader.
    package let updates: AsyncStream<Update>

    /// A gate that knows no set.
    package init() {
        (updates, tell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Acknowledges `revision` and all before it, unless the set has been read anew since.
    package func settle(_ revision: UInt64, epoch: UInt64) {
        state.withLock { state in
            guard epoch == state.epoch, let told = state.told, revision <= told,
                revision > state.inEffect ?? 0 || state.inEffect == nil
            else { return }
            state.inEffect = revision
            Self.send(&state)
        }
    }

    /// Where the acknowledgements go from now on.
    func open(_ outlet: AsyncStream<OutgoingAcknowledgement>.Continuation) {
        state.withLock { $0.outlet = outlet }
    }

    /// The controller told a set: the whole one, or by a change.
    func told(_ set: EndpointSet, watch: UInt64?, at controller: HostPort, isWhole: Bool) {
        let epoch = state.withLock { state in
            if isWhole {
                state.epoch += 1
                state.inEffect = nil
                state.newest = nil
            }
            state.told = set.revision
            state.watch = watch
            state.controller = controller
            return state.epoch
        }
        tell.yield(Update(set: set, epoch: epoch))
    }

    /// A new stream went on where the old one broke: the controller does not know any more what is in effect.
    func resumed(watch: UInt64?, at controller: HostPort) {
        state.withLock { state in
            state.watch = watch
            state.controller = controller
            Self.send(&state)
        }
    }

    /// Whether `message` is the last that was to be sent.
    func isNewest(_ message: OutgoingAcknowledgement) -> Bool {
        state.withLock { $0.newest == message }
    }

    private static func send(_ state: inout sending State) {
        guard let revision = state.inEffect, let controller = state.controller else { return }
        let message = OutgoingAcknowledgement(
            message: EndpointAcknowledgement(revision: revision, watch: state.watch),
            controller: controller
        )
        state.newest = message
        // Yielding only appends to a bounded buffer, and under the lock the order is that of the revisions.
        state.outlet?.yield(message)
    }
}
