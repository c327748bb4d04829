import ArgumentParser
import ConfigurationReading
import ConfigurationValues
import EmbeddedStore
import EtcdStore
import Foundation
import Logging
import Persistence
import Shared
import Wire

/// `cms-controller store`.
struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "What the controller must not lose, moved from one store to another.",
        subcommands: [Migrate.self]
    )

    /// `cms-controller store migrate`.
    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "migrate",
            abstract: "Copy a whole store into another one, and compare.",
            discussion: """
                A store is written as sqlite (in the state directory), sqlite:DIR, etcd (as store.etcd of --config says), \
                etcd:http://127.0.0.1:2379/PREFIX, or file:FILE, a backup in a file. Stop every controller of both first. \
                Copied are the ledger, what is kept of groups, events (etcd keeps the last 10,000) and join tokens; the \
                certificate authority stays in the state directory.

                Exit codes: 0 copied and compared, 1 not copied, 64 wrong command line or configuration.
                """
        )

        @Option(help: ArgumentHelp("The store that is copied; it is left as it is.", valueName: "store"))
        var from: String

        @Option(help: ArgumentHelp("The store that is written.", valueName: "store"))
        var to: String

        @Flag(help: "Replace what is in the store that is written.")
        var force = false

        @Flag(help: "Print one JSON object.")
        var json = false

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp("The state directory of 'sqlite' (default: as of 'run').", valueName: "dir"),
            completion: .directory
        )
        var stateDir: String?

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp("The configuration, for 'etcd' and the state directory.", valueName: "file"),
            completion: .file(extensions: ["yaml", "yml"])
        )
        var config: String?

        mutating func run() async throws {
            let (source, target) = try places()
            do {
                let summary = try await StoreMigration.run(from: source, to: target, replaces: force)
                if json {
                    let report = Report(from: source.description, to: target.description, copied: summary)
                    print(String(decoding: try WireCoding.encoder().encode(report), as: UTF8.self))
                } else {
                    print(Self.text(summary, source, target))
                }
            } catch {
                throw runFailure(error)
            }
        }

        /// Both places, completed by the options; what is wrong ends the program with exit code 64.
        private func places() throws -> (StoreMigration.Place, StoreMigration.Place) {
            do {
                let configuration = try config.map { path in
                    try ControllerConfiguration.load(
                        flags: stateDir.map { [.stateDir: $0] } ?? [:],
                        file: path,
                        environment: ProcessInfo.processInfo.environment,
                        isRoot: geteuid() == 0
                    )
                }
                let source = try place(StorePlace(parsing: from), configuration)
                let target = try place(StorePlace(parsing: to), configuration)
                guard source != target else {
                    throw StorePlace.Invalid(description: "--from and --to name the same store")
                }
                return (source, target)
            } catch {
                throw usageFailure(error)
            }
        }

        private func place(
            _ place: StorePlace,
            _ configuration: ControllerConfiguration?
        ) throws -> StoreMigration.Place {
            switch place {
            case .file(let path): return .file(path)
            case .sqlite(let directory):
                let usual = ControllerConfiguration.defaultStateDirectory(
                    environment: ProcessInfo.processInfo.environment,
                    isRoot: geteuid() == 0
                )
                return .sqlite(directory ?? stateDir ?? configuration?.stateDirectory ?? usual)
            case .etcd(let given?):
                if let problem = given.problems.first {
                    throw StorePlace.Invalid(description: "etcd: \(problem.reason)")
                }
                return .etcd(given)
            case .etcd(nil):
                guard case .etcd(let configured) = configuration?.store else {
                    throw StorePlace.Invalid(
                        description:
                            "'etcd' is what store.etcd of the configuration says; give --config FILE with it, or "
                            + "write etcd:http://127.0.0.1:2379"
                    )
                }
                return .etcd(configured)
            }
        }

        private static func text(
            _ summary: StoreCopy.Summary,
            _ source: StoreMigration.Place,
            _ target: StoreMigration.Place
        ) -> String {
            var lines = [
                "copied from \(source) to \(target), and compared:",
                "  instances    \(summary.instances)",
                "  groups       \(summary.groups)",
                "  events       \(summary.events)",
                "  join tokens  \(summary.tokens)",
            ]
            if summary.eventsLeft > 0 {
                lines.append("\(summary.eventsLeft) older events were left: more are not kept there.")
            }
            lines.append("The certificate authority (authority.pem) stays in the state directory.")
            return lines.joined(separator: "\n")
        }

        /// What `--json` prints.
        private struct Report: Encodable {
            var from: String
            var to: String
            var copied: StoreCopy.Summary
        }
    }
}
