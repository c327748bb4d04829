import ArgumentParser
import ConfigurationReading
import ConfigurationValues
import EmbeddedStore
import Foundation
import Shared
import Wire
import X509

/// `cms-controller client`.
struct ClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client",
        abstract: "Certificates for clients and operators.",
        subcommands: [Add.self]
    )

    /// `cms-controller client add NAME --out DIR`.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Make a key and a certificate for a client and write them with the authority's certificate."
        )

        @Argument(help: "The client's name: 1 to 64 letters, digits, '.', '_' or '-'.")
        var name: String

        @Option(
            help: ArgumentHelp("The directory for ca.pem, cert.pem and key.pem.", valueName: "dir"),
            completion: .directory
        )
        var out: String

        @Option(help: "The role: client, or operator, who may also read instances and events.")
        var role: Role = .client

        @Option(help: ArgumentHelp("Where the controller's state is.", valueName: "dir"))
        var stateDir: String?

        @Option(help: ArgumentHelp("The certificate's lifetime.", valueName: "time"))
        var lifetime: String = "30d"

        enum Role: String, ExpressibleByArgument, CaseIterable {
            case client
            case `operator`
        }

        mutating func run() async throws {
            guard SPIFFEID.isName(name) else {
                throw ValidationError("'\(name)' is not a client's name: use 1 to 64 letters, digits, '.', '_' or '-'")
            }
            guard let lifetime = DurationText.parse(lifetime), lifetime >= .seconds(10) else {
                throw ValidationError("'\(lifetime)' is not a lifetime of at least 10s; write it as 12h or 30d")
            }
            let id: SPIFFEID = role == .operator ? .operator(name: name) : .client(name: name)
            do {
                let path =
                    stateDir
                    ?? ControllerConfiguration.defaultStateDirectory(
                        environment: ProcessInfo.processInfo.environment,
                        isRoot: geteuid() == 0
                    )
                let authority = try StateDirectory(path: path).authority(now: Date())
                let leaf = CertificateAuthority.Leaf(id: id, usage: .client, lifetime: lifetime)
                let identity = try authority.makeIdentity(leaf, now: Date())
                try IdentityStore(directory: out).save(identity)
                print(
                    "\(out): ca.pem, cert.pem, key.pem for \(id), valid until "
                        + identity.certificate.notValidAfter.rfc3339
                )
            } catch {
                throw runFailure(error)
            }
        }
    }
}
