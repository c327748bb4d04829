import ArgumentParser
import Foundation
import Lifecycle
import Operator
import Wire

/// `cms-controller instances`.
struct InstancesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instances",
        abstract: "List the instances of a running controller."
    )

    @Option(parsing: .unconditional, help: "Only those of this group.", completion: .groups)
    var group: String?

    @Flag(help: "Print JSON: an array of instances.")
    var json = false

    @OptionGroup var options: OperatorOptions

    mutating func run() async throws {
        let output = TextOutput()
        var instances = try await options.ask { try await $0.instances() }
        if let group { instances.removeAll { $0.group != group } }
        let text =
            json
            ? String(decoding: try WireCoding.encoder().encode(instances), as: UTF8.self)
            : InstancesText(now: Date(), style: OperatorOptions.style(output)).render(instances)
        try options.print(output) { try output.line(text) }
    }
}
