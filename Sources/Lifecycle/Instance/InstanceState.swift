/// Where an instance is in its life.
package enum InstanceState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its domain is shut off: it belongs to the reserve. Leaves by an order, or when somebody starts the domain.
    case off
    /// An order to make a clone stands: there is a name and a UUID for it, and not all of its domain may be there yet.
    case creating
    /// An order to start it stands; it is given to the hypervisor until it succeeds or fails.
    case starting
    /// Its domain runs and its agent has not registered yet.
    case booting
    /// Its agent is registered and the first health probe is under way.
    case probing
    /// Its probe passed and clients are told of it.
    case inService = "in service"
    /// Clients are told to leave it; it finishes what it has in flight.
    case draining
    /// It is asked to shut down, and destroyed when it does not in time.
    case stopping
    /// It is ready and its domain is being paused or saved.
    case parking
    /// Booted, enrolled and ready, then paused or saved: the warm pool.
    case standby
    /// An order to wake it from standby stands.
    case resuming
    /// Its domain runs, but its agent is lost or fails the probe; clients are told to leave it. Comes back by itself.
    case unhealthy
    /// It did not come into service before its deadline; its domain is being destroyed before the next attempt.
    case failed
    /// It failed too often and is left alone for a while.
    case quarantined
    /// A clone whose domain is off and is removed, with all that it owns.
    case removing

    /// Whether an instance in this state is on its way into service or, when that is its goal, into standby.
    package var isComing: Bool {
        switch self {
        case .creating, .starting, .booting, .probing, .resuming, .unhealthy, .failed: true
        case .off, .inService, .draining, .stopping, .parking, .standby, .quarantined, .removing: false
        }
    }
}
