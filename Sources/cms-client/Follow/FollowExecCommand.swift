import ArgumentParser
import Follow

/// `cms-client follow exec`.
struct FollowExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Tell a program of the endpoints, one line of JSON on its standard input for each change.",
        discussion: """
            The first line has the kind 'set', the others 'change'; each has the revision and all endpoints, a change \
            also what was added and removed. A program that ends is started again and told the whole set. A revision is \
            acknowledged when its line was written; with --acks when the program prints 'ack REVISION' on its standard \
            output.

            EXAMPLES
              cms-client follow exec --controller cms.example -- /usr/local/bin/balancer --stdin
              cms-client follow exec --acks -- python3 follow.py
            """
    )

    @OptionGroup var follow: FollowArguments

    @Flag(help: "Acknowledge what the program acknowledges on its standard output, not what was written to it.")
    var acks = false

    @Option(help: "How long the program may leave a line unread before it is ended.")
    var writeTimeout = Interval(.seconds(30))

    @Argument(parsing: .postTerminator, help: ArgumentHelp("The program and its arguments.", valueName: "program"))
    var program: [String] = []

    func validate() throws {
        guard let name = program.first, !name.isEmpty else {
            throw ValidationError("Name the program behind '--': cms-client follow exec -- PROGRAM ARGUMENTS.")
        }
    }

    func run() async throws {
        try await follow.follow { ready in
            var settings = ExecFollower.Settings(program: program)
            settings.programAcknowledges = acks
            settings.writeTimeout = writeTimeout.duration
            let follower = ExecFollower(settings: settings, feed: ready.session.feed, logger: ready.logger)
            try await ready.session.run(follower)
        }
    }
}
