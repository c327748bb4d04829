import ArgumentParser
import Client
import Shared
import Wire

/// `cms-client run`, the default.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Sends requests to the instances that a CMS controller tells of, or to an address.",
        discussion: """
            Endpoints come from the controller's endpoint watch and change while the load runs. A request that fails \
            because an endpoint left, broke or kept silent is sent to another one; it counts as failed only when no \
            endpoint answered until its deadline.

            Asked for are Fibonacci numbers, whose answers are checked, or with --path a path of any service, by GET, \
            whose answers count by their status. With --url a fixed address is asked, such as a load balancer in \
            front, and neither a controller nor an identity is needed.

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
              cms-client --controller cms.example --mode high --path /search?q=cms
              cms-client --url https://www.example --path / --mode high --duration 60s
            """
    )

    @Option(help: "What load to make.")
    var mode: LoadMode = .low

    @OptionGroup var controller: ControllerArguments

    @Option(help: "How an endpoint is chosen.")
    var balance: BalancePolicy = .random

    @OptionGroup(title: "What is asked for")
    var target: TargetArguments

    @OptionGroup(title: "Load")
    var load: LoadArguments

    @OptionGroup(title: "Output")
    var output: OutputArguments

    func validate() throws {
        try target.check(mode: mode, hasN: load.n != nil, controller: controller)
        if !target.isFixed { _ = try controller.controllers() }
        try load.check(mode)
    }

    func run() async throws {
        do {
            let code = try await session().run()
            if code != 0 { throw ExitCode(code) }
        } catch let error as ClientIdentityError {
            Failure.print("\(error)")
            throw ExitCode(ExitStatus.usage)
        } catch let error as LineFile.OpenFailure {
            Failure.print("\(error)")
            throw ExitCode(ExitStatus.failure)
        }
    }

    private func session() throws -> ClientSession {
        var plan = load.plan(mode)
        plan.page = try target.page()
        let source: ClientSession.Source
        let trust: EndpointTrust
        if target.isFixed {
            source = .addresses(try target.addresses())
            trust = try target.trust(identity: nil)
        } else {
            let directory = controller.identityDirectory
            let identity = try RotatingIdentity(ClientIdentity.load(from: directory))
            source = .controller(
                ClientSession.Watched(
                    known: KnownControllers(try controller.controllers()),
                    group: controller.group,
                    identity: identity,
                    store: IdentityStore(directory: directory)
                )
            )
            trust = try target.trust(identity: identity)
        }
        return try ClientSession(
            source: source,
            trust: trust,
            isUnchecked: target.insecure,
            balance: balance,
            load: load,
            plan: plan,
            output: output
        )
    }
}
