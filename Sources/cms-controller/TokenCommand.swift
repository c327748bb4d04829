import ArgumentParser
import ConfigurationReading
import ConfigurationValues
import Controller
import Foundation
import Libvirt
import Logging
import Wire

/// `cms-controller token`.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Join tokens for machines that were not started by the controller.",
        subcommands: [Create.self]
    )

    /// `cms-controller token create DOMAIN`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Make a single-use join token for a domain and print how to use it."
        )

        @Argument(help: "The domain's name or UUID.")
        var domain: String

        @Option(help: ArgumentHelp("How long the token can be used.", valueName: "time"))
        var ttl: String = "10m"

        @Flag(help: "Print one JSON object.")
        var json = false

        @OptionGroup var options: ControllerOptions

        /// The token for the domain on the first host that has it.
        private func info(
            _ configuration: ControllerConfiguration,
            _ lifetime: Duration,
            _ logger: Logger
        ) async throws -> TokenMaker.Result {
            var failure: (any Error)?
            for host in configuration.hypervisors {
                let hypervisor = LibvirtHypervisor(uri: host.uri, logger: logger)
                do {
                    try await hypervisor.connect()
                    let maker = TokenMaker(configuration: configuration, host: host, hypervisor: hypervisor)
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
                let info = try await info(configuration, lifetime, logger)
                if json {
                    print(String(decoding: try WireCoding.encoder().encode(info), as: UTF8.self))
                } else {
                    print(
                        """
                        \(info.token)

                        Valid once, for \(info.domain) (\(info.uuid)), until \(info.expires.rfc3339). In the guest:
                          cms-agent enroll --token \(info.token) --controller \(info.controller) --ca-hash \(info.authorityHash)
                        """
                    )
                }
            } catch {
                throw runFailure(error)
            }
        }
    }
}
