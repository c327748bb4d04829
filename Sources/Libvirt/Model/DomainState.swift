/// The state of a domain (`virDomainState`).
package enum DomainState: Hashable, Sendable {
    /// The driver does not know.
    case noState
    /// Running.
    case running
    /// Waiting for a resource; counts as running.
    case blocked
    /// Suspended, memory kept.
    case paused
    /// On its way to ``shutOff``.
    case shuttingDown
    /// Not active.
    case shutOff
    /// Stopped by a crash of the guest.
    case crashed
    /// Suspended by the guest's power management.
    case powerManagementSuspended
    /// A number that this version has no name for.
    case unknown(Int)

    /// Translates libvirt's number.
    package init(number: Int) {
        switch number {
        case 0: self = .noState
        case 1: self = .running
        case 2: self = .blocked
        case 3: self = .paused
        case 4: self = .shuttingDown
        case 5: self = .shutOff
        case 6: self = .crashed
        case 7: self = .powerManagementSuspended
        default: self = .unknown(number)
        }
    }

    /// libvirt's number.
    package var number: Int {
        switch self {
        case .noState: 0
        case .running: 1
        case .blocked: 2
        case .paused: 3
        case .shuttingDown: 4
        case .shutOff: 5
        case .crashed: 6
        case .powerManagementSuspended: 7
        case .unknown(let number): number
        }
    }

    /// Whether guest code can run right now.
    package var isRunning: Bool {
        switch self {
        case .running, .blocked, .shuttingDown: true
        default: false
        }
    }

    /// Whether the domain holds resources of the host.
    ///
    /// A state nobody can name counts as active.
    package var isActive: Bool {
        switch self {
        case .shutOff, .crashed: false
        default: true
        }
    }
}

extension DomainState: CustomStringConvertible {
    /// The words that `virsh list` uses.
    package var description: String {
        switch self {
        case .noState: "no state"
        case .running: "running"
        case .blocked: "idle"
        case .paused: "paused"
        case .shuttingDown: "in shutdown"
        case .shutOff: "shut off"
        case .crashed: "crashed"
        case .powerManagementSuspended: "pmsuspended"
        case .unknown(let number): "state \(number)"
        }
    }
}
