import ArgumentParser
import Client
import Shared
import Wire

/// `cms-client run`, the default.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Sends Fibonacci requests to the instances that a CMS controller tells of.",
        discussion: """
            Endpoints come from the controller's endpoint watch and change while the load runs. A request that fails \
            because an endpoint left, broke or kept silent is sent to another one; it counts as failed only when no \
            endpoint answered until its deadline.

            MODES
              low   a handful of small requests with pauses (5 workers, n in 15...25)
              high  24 requests under way, more from three endpoints on (n in 30...33)
              ramp  low for 10 s, a pause of 5 s, then high until a new instance
                    has answered, and 30 s after

            low and high go on until Ctrl-C, unless --duration or --requests is given. The first Ctrl-C ends the run \
            with its summary, the second at once.

            EXIT STATUS
              0 everything was answered, 1 something failed, 64 wrong command line
              or identity

            EXAMPLES
              cms-client --controller cms.example:7000
              cms-client --controller cms.example --mode high --duration 60s
              cms-client --controller cms.example --mode ramp --log-file log.txt
              cms-client --controller cms.example --group web --mode high --rate 50
            """
    )

    @Option(help: "What load to make.")
    var mode: LoadMode = .low

    @Option(help: "The controller, HOST or HOST:PORT; the port is 7000 unless given. Default: $CMS_CONTROLLER.")
    var controller: HostPort?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The group to send to. Default: the controller's first one.", valueName: "name")
    )
    var group: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Directory with ca.pem, cert.pem and key.pem. Default: $CMS_IDENTITY, else ~/.config/cms.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var identity: String?

    @Option(help: "How an endpoint is chosen.")
    var balance: BalancePolicy = .random

    @OptionGroup(title: "Load")
    var load: LoadArguments

    @OptionGroup(title: "Output")
    var output: OutputArguments

    mutating func validate() throws {
        controller = try ControllerAddress.resolved(controller)
        try ControllerAddress.check(group: group)
        try load.check(mode)
    }

    func run() async throws {
        let controller = try ControllerAddress.resolved(controller)
        let directory = identity ?? ClientIdentity.defaultDirectory()
        do {
            let rotating = try RotatingIdentity(ClientIdentity.load(from: directory))
            let session = try ClientSession(
                controller: controller,
                group: group,
                identity: rotating,
                store: IdentityStore(directory: directory),
                balance: balance,
                load: load,
                plan: load.plan(mode),
                output: output
            )
            let code = await session.run()
            if code != 0 { throw ExitCode(code) }
        } catch let error as ClientIdentityError {
            Failure.print("\(error)")
            throw ExitCode(ExitStatus.usage)
        } catch let error as LineFile.OpenFailure {
            Failure.print("\(error)")
            throw ExitCode(ExitStatus.failure)
        }
    }
}
