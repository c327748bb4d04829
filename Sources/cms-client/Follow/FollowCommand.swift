import ArgumentParser

/// `cms-client follow`.
struct FollowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow",
        abstract: "Have a load balancer or another program follow a group's endpoints.",
        discussion: """
            Watches the endpoints of a group, puts each revision into effect elsewhere, and acknowledges it to the \
            controller when it is in effect and nothing uses what it removed; the controller waits for that before it \
            drains an instance. Goes on when the controller is away, with the last endpoints; with a state directory \
            also after a restart.

            EXIT STATUS
              0 told to stop (or done, with --once), 1 failed, 64 wrong command line,
              template or identity
            """,
        subcommands: [FollowHAProxyCommand.self, FollowFileCommand.self, FollowExecCommand.self]
    )
}
