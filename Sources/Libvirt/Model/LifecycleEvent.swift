/// Something that happened to a domain, whoever caused it.
package struct LifecycleEvent: Hashable, Sendable {
    /// Canonical lower-case UUID.
    package var uuid: String
    /// The domain's name.
    package var name: String
    /// What happened.
    package var kind: Kind
    /// libvirt's reason in a word, such as `booted`, `destroyed`, `crashed`, or its number where it has no name here.
    package var detail: String

    /// Memberwise.
    package init(uuid: String, name: String, kind: Kind, detail: String) {
        self.uuid = uuid
        self.name = name
        self.kind = kind
        self.detail = detail
    }

    /// What can happen (`virDomainEventType`).
    package enum Kind: Hashable, Sendable {
        /// A definition was added or changed.
        case defined
        /// The definition was removed.
        case undefined
        /// The domain began to run (or to be active, paused).
        case started
        /// It was paused.
        case suspended
        /// It runs again.
        case resumed
        /// It is no longer active.
        case stopped
        /// The guest finished its shutdown; ``stopped`` follows.
        case shutdown
        /// The guest put itself to sleep.
        case powerManagementSuspended
        /// The guest crashed.
        case crashed
        /// A number that this version has no name for.
        case unknown(Int)
    }
}

/// A change of the connection to the hypervisor.
package enum ConnectionEvent: Sendable, Equatable {
    /// Connected; what happened before may have been missed, so look at everything anew.
    case connected
    /// The connection is gone, and why.
    case disconnected(LibvirtError)
}
