import ArgumentParser
import Follow

/// `cms-client follow file`.
struct FollowFileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "file",
        abstract: "Keep a file equal to a template filled with the endpoints.",
        discussion: """
            The template is in the language Mustache, without escaping: {{#endpoints}}server {{address}};{{/endpoints}}. \
            Names: group, revision, count, endpoints; of an endpoint id, name, url, scheme, host, port, address. The file \
            is replaced in one step; then the command runs by /bin/sh, once for changes that come together. A revision \
            is acknowledged when the command has succeeded.

            EXAMPLES
              cms-client follow file --template up.mustache --output /etc/nginx/up.conf
                --command 'systemctl reload nginx'
              cms-client follow file --once --template hosts.mustache --output hosts
            """
    )

    @OptionGroup var follow: FollowArguments

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The template.", valueName: "file"),
        completion: .file()
    )
    var template: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The file that is written.", valueName: "file"),
        completion: .file()
    )
    var output: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Run by /bin/sh after each change, and at the start.", valueName: "text")
    )
    var command: String?

    @Option(help: "The longest time of the command; then it is killed.")
    var commandTimeout = Interval(.seconds(30))

    @Option(help: "How long changes are gathered.")
    var debounce = Interval(.milliseconds(200))

    @Option(help: "How long after the command a revision is acknowledged, for requests that go on.")
    var linger = Interval(.zero)

    @Flag(help: "Write the file once, run the command, and end.")
    var once = false

    func validate() throws {
        if output.isEmpty || output.hasSuffix("/") { throw ValidationError("--output is the name of a file.") }
        if let command, command.isEmpty { throw ValidationError("--command is empty; leave it out.") }
        guard commandTimeout.duration >= .milliseconds(100) else {
            throw ValidationError("--command-timeout is too short; give at least 100ms.")
        }
    }

    func run() async throws {
        try await follow.follow { ready in
            var settings = FileFollower.Settings(output: output)
            settings.command = command
            settings.debounce = debounce.duration
            settings.linger = linger.duration
            settings.group = follow.controller.group
            settings.once = once
            let follower = FileFollower(
                template: try EndpointTemplate(path: template),
                settings: settings,
                runner: ShellCommandRunner(timeout: commandTimeout.duration),
                feed: ready.session.feed,
                logger: ready.logger
            )
            try await ready.session.run(follower)
        }
    }
}
