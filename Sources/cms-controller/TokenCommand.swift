import ArgumentParser
import ConfigurationReading
import ConfigurationValues
import Controller
import EmbeddedStore
import Foundation
import Libvirt
import Logging
import Persistence
import Wire

/// `cms-controller token`.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Join tokens for machines that were not started by the controller, and for other controllers.",
        subcommands: [Create.self]
    )

    /// `cms-controller token create DOMAIN`, `cms-controller token create --for-controller NAME`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Make a single-use join token for a domain, or for another controller, and print how to use it.",
            discussion: """
                The token's hash is kept in the store of the configuration: with store.etcd every controller takes the token. \
                Whoever has a token for a controller gets the certificate authority with its key: print it nowhere else.
                """
        )

        @Argument(help: "The domain's name or UUID.")
        var domain: String?

        @Option(
            help: ArgumentHelp(
                "Make the token for another controller, which is to be called so, in place of a domain.",
                valueName: "name"
            )
        )
        var forController: String?

        @Option(help: ArgumentHelp("How long the token can be used.", valueName: "time"))
        var ttl: String = "10m"

        @Flag(help: "Print one JSON object.")
        var json = false

        @OptionGroup var options: ControllerOptions

        func validate() throws {
            guard (domain == nil) != (forController == nil) else {
                throw ValidationError("give either a domain, or --for-controller with the name of a controller")
            }
            if let forController, !SPIFFEID.isName(forController) {
                throw ValidationError(
                    "'\(forController)' is not a controller's name: use 1 to 64 letters, digits, '.', '_' or '-'"
                )
            }
        }

        /// The token for the domain on the first host that has it.
        private func info(
            _ domain: String,
            _ configuration: ControllerConfiguration,
            _ lifetime: Duration,
            _ logger: Logger,
            _ openStore: @escaping @Sendable (StateDirectory) throws -> any Store
        ) async throws -> TokenMaker.Result {
            var failure: (any Error)?
            for host in configuration.hypervisors {
                let hypervisor = LibvirtHypervisor(uri: host.uri, logger: logger)
                do {
                    try await hypervisor.connect()
                    let maker = TokenMaker(
                        configuration: configuration,
                        host: host,
                        hypervisor: hypervisor,
                        openStore: openStore
                    )
                    return try await maker.make(domain: domain, lifetime: lifetime)
                } catch {
                    failure = failure ?? error
                }
            }
            throw failure ?? ConfigurationError(key: "connect", reason: "there is no host")
        }

        mutating func run() async throws {
            guard let lifetime = DurationText.parse(ttl) else {
                throw ValidationError("'\(ttl)' is not a time; write it as 10m or 1h")
            }
            let configuration = try options.load()
            let logger = Logger(label: "cms-controller") { _ in SwiftLogNoOpLogHandler() }
            do {
                try await ConfiguredStore.with(configuration, logger) { [command = self] openStore in
                    if let name = command.forController {
                        let maker = ControllerTokenMaker(configuration: configuration, openStore: openStore)
                        try command.say(try await maker.make(name: name, lifetime: lifetime))
                    } else if let domain = command.domain {
                        try command.say(try await command.info(domain, configuration, lifetime, logger, openStore))
                    }
                }
            } catch {
                throw runFailure(error)
            }
        }

        private func say(_ info: TokenMaker.Result) throws {
            guard !json else { return try sayJSON(info) }
            print(
                """
                \(info.token)

                Valid once, for \(info.domain) (\(info.uuid)), until \(info.expires.rfc3339). In the guest:
                  cms-agent enroll --token \(info.token) --controller \(info.controller) --ca-hash \(info.authorityHash)
                """
            )
        }

        private func say(_ info: ControllerTokenMaker.Result) throws {
            guard !json else { return try sayJSON(info) }
            print(
                """
                \(info.token)

                Valid once, for the controller \(info.name), until \(info.expires.rfc3339). On its machine:
                  \(info.command)
                """
            )
        }

        private func sayJSON(_ info: some Encodable) throws {
            print(String(decoding: try WireCoding.encoder().encode(info), as: UTF8.self))
        }
    }
}
