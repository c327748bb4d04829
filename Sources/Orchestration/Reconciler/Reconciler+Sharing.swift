import Autoscaling
import Libvirt
import Lifecycle
import Persistence
import Wire

extension Reconciler {
    /// What holds where several controllers share the groups, and this one owns the group for a time.
    ///
    /// Then nothing is told and nothing is done that the store does not hold: another controller goes on from there.
    package struct Sharing: Sendable {
        /// Whether calls to hypervisors may begin, and agents be commanded.
        package var mayAct: @Sendable () -> Bool
        /// Asks for another owner, since this controller is cut off from all hosts and instances of the group.
        package var yield: @Sendable () -> Void
        /// What is to be looked after when the store cannot be written.
        package var remedy: String

        package init(
            mayAct: @escaping @Sendable () -> Bool,
            yield: @escaping @Sendable () -> Void = {},
            remedy: String
        ) {
            self.mayAct = mayAct
            self.yield = yield
            self.remedy = remedy
        }
    }

    /// For how long an owner that hears of nobody keeps the group.
    private static let patience = Duration.seconds(10)

    /// Leaves the group to another controller when this one has long heard of no host and no instance.
    func yieldIfCutOff(_ state: State, now: MonotonicInstant) {
        guard let sharing = parts.sharing, state.fleet.blindness(at: now) >= Self.patience else { return }
        sharing.yield()
    }

    /// Whether the group may be acted for at this moment.
    func mayAct(_ state: State) -> Bool {
        guard let sharing = parts.sharing else { return true }
        return !state.storeFails && sharing.mayAct()
    }

    /// The set that is to be written and then told; `nil` when the one that was told holds.
    func proposal(_ state: State) -> EndpointSet? {
        let wanted = state.fleet.endpoints
        guard let attempted = state.attempted else { return parts.directory.proposal(wanted) }
        // Nobody knows whether that one was written: its number says that set, or none.
        return attempted.endpoints == wanted
            ? attempted : EndpointSet(revision: attempted.revision + 1, endpoints: wanted)
    }

    /// Notes a set whose writing failed, or that it was written.
    func noteWritten(_ set: EndpointSet?, _ state: inout State) {
        guard parts.sharing != nil else { return }
        if !state.storeFails {
            state.attempted = nil
        } else if let set {
            state.attempted = set
        }
    }

    /// Whether a step's action is carried out now; those that are not come again with a later look.
    func isDone(_ action: FleetStep.Action, _ state: State) -> Bool {
        switch action {
        case .clone, .removeClone, .start, .resume, .park, .destroy, .shutdown, .discardImage, .wake, .rotate, .drain,
            .runHook:
            mayAct(state)
        case .probe, .forget, .announceScaling, .announceScaled: true
        }
    }
}
