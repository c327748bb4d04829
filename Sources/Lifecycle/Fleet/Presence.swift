import Wire

/// How reasons and events name what shows that a guest is there: its agent, or its address where it has none.
struct Presence {
    private let hasAgents: Bool

    /// The words of a fleet of that kind.
    init(hasAgents: Bool) { self.hasAgents = hasAgents }

    /// Of one that has come.
    var there: String { hasAgents ? "the agent registered" : "its address is known" }
    /// What is told of one that has come.
    var event: ControllerEvent.Kind { hasAgents ? .agentRegistered : .instanceLocated }
    /// What joins it to the group.
    var joining: String { hasAgents ? "its agent registers" : "its probe has passed" }
    /// What did not come about in time.
    var arrival: String { hasAgents ? "its agent registered" : "it had an address" }
    /// Of one that is waited for.
    var awaited: String { hasAgents ? "its agent is awaited" : "its address is awaited" }
    /// Of one that went while it was on its way.
    var gone: String { hasAgents ? "the agent is gone again" : "its address is not known any more" }
    /// Of one that went while it served.
    var lost: String { hasAgents ? "the agent's command stream broke" : "its address is not known any more" }
    /// Of one that is about to wait in standby.
    var ready: String { hasAgents ? "booted, enrolled, ready" : "booted, ready" }
    /// Of one that has drained.
    func finished(after time: Duration) -> String {
        hasAgents
            ? "its last request is answered"
            : "\(time) have passed since it was withdrawn; nobody counts what it still has"
    }

    /// Of one that has come, with where it is.
    func arrived(at url: String) -> String { hasAgents ? "\(there) from \(url)" : "\(there); it serves at \(url)" }

    /// Of one that did not come in time.
    func missing(within limit: Duration) -> String {
        hasAgents
            ? "its agent did not register within \(limit); look at the guest's console and at 'journalctl -u cms-agent' in it"
            : "it had no address of the group's hosts within \(limit); look at the guest's console, and at what "
                + "'virsh domifaddr' says of it with --source lease and --source arp"
    }
}

extension Fleet {
    /// The words for what shows that a guest is there.
    var presence: Presence { Presence(hasAgents: settings.hasAgents) }
}
