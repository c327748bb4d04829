import ArgumentParser
import CommandLineSupport
import Wire

/// The command line of cms-client.
@main
struct ClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cms-client",
        abstract: "Uses the instances that a CMS controller tells of.",
        discussion: """
            'run' sends Fibonacci requests to them; it is the default, and its options may stand without its name: \
            'cms-client run --help' lists them. 'follow' has a load balancer or another program know them.

            EXAMPLES
              cms-client --controller cms.example:7000
              cms-client --controller cms.example --mode high --duration 60s
              cms-client follow haproxy --controller cms.example --backend web
            """,
        version: "cms-client \(CMSVersion.current)",
        subcommands: [LoadCommand.self, FollowCommand.self],
        defaultSubcommand: LoadCommand.self
    )

    static func main() async { await checkedMain() }
}
