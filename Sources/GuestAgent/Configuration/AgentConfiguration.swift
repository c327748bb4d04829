import Shared
import Wire

/// The settings of a running agent, fixed at its start.
package struct AgentConfiguration: Sendable {
    /// Where the HTTPS endpoint listens.
    package var listen: HostPort
    /// The controllers that are known at the start.
    package var controllers: ControllerList
    /// The machine's UUID in lower case.
    package var uuid: String
    /// Where the agent keeps its identity and the name it serves under.
    package var state: AgentStateDirectory
    /// What is served.
    package var service = ServedService.builtIn
    /// The largest n that is computed, 1 to 93.
    package var maximumN: Int
    /// The number of threads that compute.
    package var workers: Int
    /// The most requests that wait for a worker.
    package var queueLimit: Int
    /// The longest time a request may take.
    package var requestDeadline: Duration
    /// The most connections at a time.
    package var maximumConnections: Int
    /// The file that, while it exists, asks the controller not to stop this machine yet.
    package var holdFile: String?
    /// The wall clock to be set after a pause of the machine; `nil` leaves every clock alone.
    package var clock: (any AdjustableClock)?
    /// Reads the join token and the authority's hash; called anew before each attempt to enroll.
    package var credentials: @Sendable () -> Credentials
    /// The times between attempts and the like.
    package var timing: AgentTiming

    /// Settings.
    package init(
        listen: HostPort,
        controllers: ControllerList,
        uuid: String,
        state: AgentStateDirectory,
        maximumN: Int = 50,
        workers: Int = SystemInformation.onlineCPUs,
        queueLimit: Int? = nil,
        requestDeadline: Duration = .seconds(30),
        maximumConnections: Int = 2048,
        holdFile: String? = nil,
        credentials: @escaping @Sendable () -> Credentials,
        timing: AgentTiming = AgentTiming()
    ) {
        self.listen = listen
        self.controllers = controllers
        self.uuid = uuid
        self.state = state
        self.maximumN = maximumN
        self.workers = workers
        self.queueLimit = queueLimit ?? 64 * workers
        self.requestDeadline = requestDeadline
        self.maximumConnections = maximumConnections
        self.holdFile = holdFile
        self.credentials = credentials
        self.timing = timing
    }
}

/// The times an agent waits.
///
/// Tests shorten them; the defaults are meant for everyone else.
package struct AgentTiming: Sendable {
    /// Waits between attempts to enroll.
    ///
    /// The first are short, for they are part of the time an instance takes to serve.
    package var enrollment = Backoff(base: .milliseconds(200), maximum: .seconds(5))
    /// The wait after the controller has refused for good, or while there is no token.
    package var refusal = Duration.seconds(30)
    /// Waits between attempts to renew.
    package var renewal = Backoff(base: .milliseconds(500), maximum: .seconds(30))
    /// Waits between attempts to open a session with the controller.
    package var session = Backoff(base: .milliseconds(100), maximum: .seconds(5))
    /// The longest wait for the answer to one request to the controller.
    package var call = Duration.seconds(5)
    /// The longest wait for the answer to a load report.
    package var report = Duration.seconds(2)
    /// How long requests in flight may take to finish when the agent stops.
    package var shutdown = Duration.seconds(10)
    /// The longest sleep until the next look at the certificate's age: the clock of a paused machine jumps.
    package var identityCheck = Duration.seconds(30)

    /// The defaults.
    package init() {}
}
