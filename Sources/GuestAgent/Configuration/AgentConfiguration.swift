import Shared
import Wire

/// The settings of a running agent, fixed at its start.
public struct AgentConfiguration: Sendable {
    /// Where the HTTPS endpoint listens.
    public var listen: HostPort
    /// The controller.
    public var controller: HostPort
    /// The machine's UUID in lower case.
    public var uuid: String
    /// Where the agent keeps its identity and the name it serves under.
    public var state: AgentStateDirectory
    /// The largest n that is computed, 1 to 93.
    public var maximumN: Int
    /// The number of threads that compute.
    public var workers: Int
    /// The most requests that wait for a worker.
    public var queueLimit: Int
    /// The longest time a request may take.
    public var requestDeadline: Duration
    /// The most connections at a time.
    public var maximumConnections: Int
    /// The file that, while it exists, asks the controller not to stop this machine yet.
    public var holdFile: String?
    /// The wall clock to be set after a pause of the machine; `nil` leaves every clock alone.
    public var clock: (any AdjustableClock)?
    /// Reads the join token and the authority's hash; called anew before each attempt to enroll.
    public var credentials: @Sendable () -> Credentials
    /// The times between attempts and the like.
    public var timing: AgentTiming

    /// Settings.
    public init(
        listen: HostPort,
        controller: HostPort,
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
        self.controller = controller
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
public struct AgentTiming: Sendable {
    /// Waits between attempts to enroll.
    ///
    /// The first are short, for they are part of the time an instance takes to serve.
    public var enrollment = Backoff(base: .milliseconds(200), maximum: .seconds(5))
    /// The wait after the controller has refused for good, or while there is no token.
    public var refusal = Duration.seconds(30)
    /// Waits between attempts to renew.
    public var renewal = Backoff(base: .milliseconds(500), maximum: .seconds(30))
    /// Waits between attempts to open a session with the controller.
    public var session = Backoff(base: .milliseconds(100), maximum: .seconds(5))
    /// The longest wait for the answer to one request to the controller.
    public var call = Duration.seconds(5)
    /// The longest wait for the answer to a load report.
    public var report = Duration.seconds(2)
    /// How long requests in flight may take to finish when the agent stops.
    public var shutdown = Duration.seconds(10)
    /// The longest sleep until the next look at the certificate's age: the clock of a paused machine jumps.
    public var identityCheck = Duration.seconds(30)

    /// The defaults.
    public init() {}
}
