import ArgumentParser
import Controller
import Foundation
import Shared

/// `cms-controller status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show each group of a running controller: its instances, and why it has so many."
    )

    @Flag(help: "Also explain the last decision, and what would change it.")
    var why = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var options: OperatorOptions

    mutating func run() async throws {
        let groups = try await options.ask { try await $0.groups() }
        if json {
            print(String(decoding: try WireCoding.encoder().encode(groups), as: UTF8.self))
        } else {
            print(StatusText(now: Date()).render(groups, why: why))
        }
    }
}
