import ServiceLifecycle

/// The services of a controller in the order in which they start; they stop in the reverse order.
struct ServiceOrder {
    /// A place in the order.
    enum Place: CaseIterable {
        /// The hypervisor's connection: all that acts needs it to the end.
        case hypervisor
        /// The lease by which groups are owned: those who act hand over first.
        case ownership
        /// What is written down, and told to those who look.
        case events
        case metrics
        case feed
        /// The host's view of the domains.
        case sampler
        /// Asks Prometheus what the rules want to know.
        case queries
        /// Finds the addresses of guests that have no agent to tell them.
        case guests
        /// Reads the configuration anew.
        case reload
        /// Keeps the streams of agents and clients alive.
        case heartbeats
        /// Shows what other controllers write.
        case following
        /// Renews the controller's own certificate.
        case certificate
        case api
        case web
        case history
        case spans
        /// Started last and stopped first: nothing is started before the API listens, and the streams that an orderly
        /// stop ends are not taken for agents that were lost.
        case reconcilers
    }

    private var services: [Place: [any Service]] = [:]

    /// Puts services into their place, behind those that are there.
    mutating func add(_ services: [any Service], at place: Place) {
        self.services[place, default: []] += services
    }

    /// Puts a service into its place.
    mutating func add(_ service: any Service, at place: Place) {
        add([service], at: place)
    }

    /// All of them in the order in which they start.
    var ordered: [(place: Place, service: any Service)] {
        Place.allCases.flatMap { place in (services[place] ?? []).map { (place, $0) } }
    }
}
