import ArgumentParser
import GuestAgent
import Logging
import Shared
import UnixSignals
import Wire

#if canImport(Glibc)
import Glibc
#endif

/// `cms-agent run`, the default.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Serve until stopped; enroll first if there is no valid identity."
    )

    @Option(
        help: ArgumentHelp(
            "Where the HTTPS endpoint listens; [::] is every address, IPv4 and IPv6.",
            valueName: "address:port"
        )
    )
    var listen = "[::]:8000"

    @OptionGroup var identity: IdentityOptions

    @OptionGroup(title: "A service of your own") var service: ServiceOptions

    @Option(help: ArgumentHelp("The largest n that is computed, 1 to 93.", valueName: "n"))
    var maxN = 50

    @Option(
        help: ArgumentHelp(
            "The most requests that wait for their turn. (default: 64 for each worker; 1024 with --upstream)",
            valueName: "count"
        )
    )
    var queue: Int?

    @Option(help: ArgumentHelp("The longest time a request may take, 0.01 to 3600.", valueName: "seconds"))
    var requestDeadline = 30.0

    @Option(help: ArgumentHelp("Threads that compute. (default: one for each vCPU)", valueName: "count"))
    var workers: Int?

    @Option(help: ArgumentHelp("The most connections at a time.", valueName: "count"))
    var maxConnections = 2048

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "While this file exists, the controller is asked not to stop this machine.",
            valueName: "file"
        ),
        completion: .file()
    )
    var holdFile: String?

    @Flag(help: "Set the machine's clock after it was paused; needs CAP_SYS_TIME.")
    var setClock = false

    @OptionGroup var logging: LogOptions

    func validate() throws {
        guard HostPort(listen, defaultPort: 8000) != nil else {
            throw ValidationError("--listen '\(listen)' is not ADDRESS:PORT, for example [::]:8000")
        }
        guard (1...NaiveFibonacci.largestExact).contains(maxN) else {
            throw ValidationError(
                "--max-n must be from 1 to \(NaiveFibonacci.largestExact), the largest n whose number fits into 64 bits"
            )
        }
        guard (0...1_000_000).contains(queue ?? 0) else {
            throw ValidationError("--queue must be from 0 to 1000000")
        }
        guard (0.01...3600).contains(requestDeadline) else {
            throw ValidationError("--request-deadline must be from 0.01 to 3600 seconds")
        }
        guard (1...1024).contains(workers ?? 1) else {
            throw ValidationError("--workers must be from 1 to 1024")
        }
        guard (1...1_000_000).contains(maxConnections) else {
            throw ValidationError("--max-connections must be from 1 to 1000000")
        }
        try service.check()
    }

    func run() async throws {
        // A log reader that went away must not end the service.
        signal(SIGPIPE, SIG_IGN)
        let credentials = identity.credentials()
        try identity.checkHash(credentials)
        var configuration = AgentConfiguration(
            listen: HostPort(listen, defaultPort: 8000) ?? HostPort(host: "::", port: 8000),
            controllers: try identity.resolvedControllers(credentials),
            uuid: try identity.resolvedUUID(credentials),
            state: identity.state,
            maximumN: maxN,
            workers: workers ?? SystemInformation.onlineCPUs,
            queueLimit: queue,
            requestDeadline: .seconds(requestDeadline),
            maximumConnections: maxConnections,
            holdFile: holdFile,
            credentials: { [identity] in identity.credentials() }
        )
        if setClock { configuration.clock = SystemWallClock() }
        let logger = logging.makeLogger()
        do {
            configuration.service = try service.served(
                queue: queue,
                maximumConnections: maxConnections,
                logger: logger
            )
            try await Agent(configuration: configuration, notifier: SystemdNotifier(), logger: logger)
                .run(signals: [.sigterm, .sigint])
        } catch {
            logger.critical("the agent cannot go on", metadata: ["reason": "\(ErrorText.of(error))"])
            throw ExitCode(ExitStatus.failure)
        }
    }
}
