import ArgumentParser
import Foundation
import Operator
import Wire

/// `cms-controller backup FILE`.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write what the controller must not lose into a tar archive, while it runs.",
        discussion: """
            The archive holds cms.sqlite, a copy of the store as of one moment, and on the controller's own host also \
            authority.pem, the certificate authority with its key. It is readable by its owner alone: keep it so.
            """
    )

    @Argument(help: "The archive to write.", completion: .file())
    var file: String

    @Flag(help: "Replace a file that is there.")
    var force = false

    @OptionGroup var options: OperatorOptions

    mutating func run() async throws {
        let client = try options.client()
        do {
            let backup = try BackupFile(path: file, replaces: force)
            try await client.backup(into: backup)
            // Only the authority of the very controller that was asked.
            let isOwnHost = options.identity == nil
            let hasAuthority = try isOwnHost && backup.addAuthority(from: options.stateDirectory, at: Date())
            try backup.finish()
            print("\(file) holds:")
            for entry in backup.contents { print("  \(entry.name)  \(entry.size) bytes") }
            if !hasAuthority {
                print(
                    "It lacks authority.pem, which only the controller's host has: take a backup there, too. Without it "
                        + "every agent and client has to enroll anew."
                )
            }
            print(backup.restoration(of: ShellText.word(file)))
        } catch {
            throw runFailure(error)
        }
    }
}
