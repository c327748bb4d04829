import Autoscaling
import Wire

/// The facts that a step of the fleet looks at.
package struct FleetObservation: Sendable {
    /// A domain on the group's networks.
    package struct Domain: Sendable, Hashable {
        /// The UUID, lower case.
        package var uuid: String
        /// The name.
        package var name: String
        /// Whether it runs: neither shut off nor paused.
        package var isRunning: Bool
        /// Whether it has memory in use: running or paused.
        package var isActive: Bool
        /// The hypervisor's number of its present run: another one after each start. `nil` when that is unknown.
        package var run: Int?
        /// Whether its memory is on disk, so that it goes on from there when it is started.
        package var hasSavedImage: Bool
        /// How far the making or removal of a clone of ours has come; `nil` for a domain that we did not make.
        package var cloneState: CloneState?
        /// What tells the template that a clone was made from, from any other; `nil` when that is unknown.
        package var template: String?
        /// Memory it may have, bytes; `nil` when that is unknown.
        package var memory: UInt64?
        /// Its vCPUs; `nil` when that is unknown.
        package var vCPUs: Int?
        /// The name of the host that it is on; empty where there is one host that nobody named.
        package var host = ""

        /// Whether it is a clone that this controller made.
        package var isClone: Bool { cloneState != nil }
        /// What it takes of the host while it runs; `nil` when that is unknown.
        package var need: HostRoom.Need? { memory.map { HostRoom.Need(memory: $0, vCPUs: vCPUs ?? 1) } }

        /// A domain.
        package init(
            uuid: String,
            name: String,
            isRunning: Bool,
            isActive: Bool,
            run: Int? = nil,
            hasSavedImage: Bool = false,
            cloneState: CloneState? = nil,
            template: String? = nil,
            memory: UInt64? = nil,
            vCPUs: Int? = nil
        ) {
            self.uuid = uuid
            self.name = name
            self.isRunning = isRunning
            self.isActive = isActive
            self.run = run
            self.hasSavedImage = hasSavedImage
            self.cloneState = cloneState
            self.template = template
            self.memory = memory
            self.vCPUs = vCPUs
        }
    }

    /// How far a clone has come, as its own record says.
    package enum CloneState: String, Sendable, Hashable {
        /// Not all of it may be there: it is removed, never started.
        case making
        /// All of it is there.
        case ready
        /// Not all of it may be there any more: it is removed, never started.
        case removing
    }

    /// An agent's connection.
    package struct Agent: Sendable, Hashable {
        /// Where its endpoint is.
        package var endpoint: Endpoint
        /// Counts this agent's registrations, so that a probe's result can be told from one of an earlier life.
        package var session: UInt64
        /// Whether its command stream is open.
        package var isConnected: Bool
        /// Whether it has reported, with the right time, since its domain was last resumed.
        package var isAwake: Bool
        /// What it has to do; `nil` when it has not said so recently.
        package var work: Work?
        /// Whether it has reported lately: a stream may look open long after the network behind it is gone.
        package var isReporting = true

        /// A connection.
        package init(
            endpoint: Endpoint,
            session: UInt64,
            isConnected: Bool,
            isAwake: Bool = true,
            work: Work? = nil
        ) {
            self.endpoint = endpoint
            self.session = session
            self.isConnected = isConnected
            self.isAwake = isAwake
            self.work = work
        }
    }

    /// What an agent has to do.
    package struct Work: Sendable, Hashable {
        /// Requests that it computes and that wait there.
        package var pending: Int
        /// Whether it takes new ones.
        package var isAccepting: Bool
        /// Whether something in the guest asks not to be stopped yet.
        package var isHolding: Bool

        /// Work.
        package init(pending: Int, isAccepting: Bool, isHolding: Bool = false) {
            self.pending = pending
            self.isAccepting = isAccepting
            self.isHolding = isHolding
        }

        /// Whether it is idle and stays so.
        package var isDone: Bool { pending == 0 && !isAccepting && !isHolding }
    }

    /// The result of an operator's hook.
    package enum Hook: Sendable, Hashable {
        /// It runs.
        case underWay
        /// It ended well, or its failure does not matter.
        case passed
        /// It failed, and that matters.
        case failed(String)
    }

    /// The result of an order to start, park or resume a domain.
    package enum StartResult: Sendable, Hashable {
        /// It is not given: the host has no room for the domain now.
        case waiting(HostShortage)
        /// It waits for others that were given before it; the hypervisor has not been told yet.
        case queued
        /// The hypervisor is working on it.
        case underWay
        /// It is done.
        case succeeded
        /// The hypervisor refused.
        case failed(String)
    }

    /// What the probes of an endpoint found.
    package struct Probe: Sendable, Hashable {
        /// The session in which the full probe passed, if it did.
        package var passedSession: UInt64?
        /// Health probes that failed in a row.
        package var failures: Int
        /// The last failure in words.
        package var lastFailure: String?

        /// A result.
        package init(passedSession: UInt64? = nil, failures: Int = 0, lastFailure: String? = nil) {
            self.passedSession = passedSession
            self.failures = failures
            self.lastFailure = lastFailure
        }
    }

    /// The domains, or `nil` while the hypervisor does not answer.
    package var domains: [Domain]?
    /// The names of all domains of the hypervisor, whosever they are: no clone can have one of them.
    package var takenNames: Set<String>
    /// The agents by UUID.
    package var agents: [String: Agent]
    /// The starts by UUID.
    package var starts: [String: StartResult]
    /// Starts that succeeded before the domains were read: that one of these is off now means that it stopped since.
    package var done: Set<String>
    /// The probes by UUID.
    package var probes: [String: Probe]
    /// The hooks by UUID.
    package var hooks: [String: [HookPoint: Hook]]
    /// Instances of which every connected client has acknowledged that they left.
    package var acknowledged: Set<String>
    /// What the host has left for domains that are to be started; `nil` when that is unknown.
    package var hostRoom: HostRoom?
    /// What the next clone takes of the host; `nil` when that is unknown, or the group has no template.
    package var cloneNeed: HostRoom.Need?
    /// The hosts; empty for one that nobody named, of which ``hostRoom`` and ``cloneNeed`` tell.
    package var hosts: [HostFacts] = []

    /// The hosts, the one without a name as well.
    package var allHosts: [HostFacts] {
        hosts.isEmpty
            ? [HostFacts(name: "", answers: domains != nil, room: hostRoom, cloneNeed: cloneNeed)] : hosts
    }

    /// An observation.
    package init(
        domains: [Domain]?,
        takenNames: Set<String> = [],
        agents: [String: Agent] = [:],
        starts: [String: StartResult] = [:],
        done: Set<String> = [],
        probes: [String: Probe] = [:],
        hooks: [String: [HookPoint: Hook]] = [:],
        acknowledged: Set<String> = [],
        hostRoom: HostRoom? = nil,
        cloneNeed: HostRoom.Need? = nil
    ) {
        self.domains = domains
        self.takenNames = takenNames
        self.agents = agents
        self.starts = starts
        self.done = done
        self.probes = probes
        self.hooks = hooks
        self.acknowledged = acknowledged
        self.hostRoom = hostRoom
        self.cloneNeed = cloneNeed
    }
}
