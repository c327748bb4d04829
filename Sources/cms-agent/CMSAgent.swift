import ArgumentParser
import CommandLineSupport
import Wire

/// The program `cms-agent`.
@main
struct CMSAgent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cms-agent",
        abstract:
            "Serves, or stands in front of or beside a service, and reports this machine's load to the CMS controller.",
        discussion: """
            What is not given as an option is taken from the environment (CMS_CONTROLLER, CMS_CA_HASH, \
            CMS_JOIN_TOKEN, CMS_UUID), then from systemd's credentials (cms.controller, cms.ca-hash, \
            cms.join-token, cms.uuid in $CREDENTIALS_DIRECTORY).
            """,
        version: CMSVersion.current,
        subcommands: [RunCommand.self, EnrollCommand.self, VersionCommand.self],
        defaultSubcommand: RunCommand.self
    )

    static func main() async { await checkedMain() }
}

/// `cms-agent version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    func run() {
        print("cms-agent \(CMSVersion.current)")
    }
}
