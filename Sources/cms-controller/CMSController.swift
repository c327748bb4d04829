import ArgumentParser
import CommandLineSupport
import Wire

/// `cms-controller`: grows and shrinks a service over virtual machines and tells clients where it is.
@main
struct CMSController: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cms-controller",
        abstract: "Grows and shrinks a service over libvirt virtual machines and tells clients where it is.",
        discussion: """
            With --hosts alone it works: it finds the libvirt network in that range and every domain attached to it. \
            Running domains are instances, shut-off ones the reserve, started in name order when all instances are \
            overloaded.

            Exit codes: 0 done, 1 failed while running, 64 wrong command line or configuration.
            """,
        version: CMSVersion.current,
        subcommands: [
            RunCommand.self, StatusCommand.self, InstancesCommand.self, HostCommand.self, EventsCommand.self,
            ScaleCommand.self,
            PauseCommand.self, ResumeCommand.self, DrainCommand.self, ProtectCommand.self, UnprotectCommand.self,
            RetryCommand.self, RolloutCommand.self, ReloadCommand.self, BackupCommand.self, ReportCommand.self,
            SimulateCommand.self, TokenCommand.self, JoinCommand.self, ClientCommand.self, StoreCommand.self,
            ValidateCommand.self,
            SchemaCommand.self, VersionCommand.self,
        ],
        defaultSubcommand: RunCommand.self
    )

    static func main() async { await checkedMain() }
}

/// `cms-controller version`.
struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    mutating func run() async throws {
        print(CMSVersion.current)
    }
}
