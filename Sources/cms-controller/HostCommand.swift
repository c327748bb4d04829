import ArgumentParser
import Foundation
import Lifecycle
import Operator
import Wire

/// `cms-controller host`.
struct HostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host",
        abstract:
            "The hosts: what they have left and what runs there; keep instances away from one, or have them leave.",
        subcommands: [List.self, Cordon.self, Uncordon.self, Evacuate.self]
    )

    /// `cms-controller host list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the hosts of a running controller."
        )

        @Flag(help: "Print JSON: an array of hosts.")
        var json = false

        @OptionGroup var options: OperatorOptions

        mutating func run() async throws {
            let output = TextOutput()
            let hosts = try await options.ask { try await $0.hosts() }
            let text =
                json
                ? String(decoding: try WireCoding.encoder().encode(hosts), as: UTF8.self)
                : HostsText(style: OperatorOptions.style(output)).render(hosts)
            try options.print(output) { try output.line(text) }
        }
    }

    /// `cms-controller host cordon NAME`.
    struct Cordon: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cordon",
            abstract: "Have no instance started or woken on a host; those there go on.",
            discussion:
                "Ends an evacuation of the host where it is. A restart of the controller changes nothing about it."
        )

        @Argument(help: "The host.", completion: .hosts)
        var name: String

        @Flag(help: "Print the host as JSON.")
        var json = false

        @OptionGroup var options: OperatorOptions

        mutating func run() async throws {
            let host = try await options.ask { [name] in try await $0.steer(host: name, .cordon) }
            try HostCommand.show(
                host,
                json: json,
                "nothing is started on \(name); '\(ShellText.command("cms-controller host uncordon", operand: name))' ends it"
            )
        }
    }

    /// `cms-controller host uncordon NAME`.
    struct Uncordon: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "uncordon",
            abstract: "Let a host take instances again; ends an evacuation where it is."
        )

        @Argument(help: "The host.", completion: .hosts)
        var name: String

        @Flag(help: "Print the host as JSON.")
        var json = false

        @OptionGroup var options: OperatorOptions

        mutating func run() async throws {
            let host = try await options.ask { [name] in try await $0.steer(host: name, .uncordon) }
            try HostCommand.show(host, json: json, "\(name) takes instances again")
        }
    }

    /// `cms-controller host evacuate NAME`.
    struct Evacuate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "evacuate",
            abstract: "Have the instances of a host leave when others have taken their places elsewhere.",
            discussion: """
                The host is cordoned. For each instance in service there another one is started on another host first; when \
                it serves, the one here is drained. Where max leaves no room for one more, one leaves first. Protected \
                instances, and those that somebody else started, stay. The command shows the progress until no instance is \
                left; Ctrl-C ends the showing, not the evacuation: 'host uncordon' and 'host cordon' break that off at any \
                time, and what drains then drains to its end.
                """
        )

        @Argument(help: "The host.", completion: .hosts)
        var name: String

        @Flag(help: "Do not wait for its end.")
        var noWait = false

        @Flag(help: "Print the host as JSON, and do not wait.")
        var json = false

        @OptionGroup var options: OperatorOptions

        mutating func run() async throws {
            let host = try await options.ask { [name] in try await $0.steer(host: name, .evacuate) }
            try HostCommand.show(host, json: json, HostsText.progress(host))
            guard !json, !noWait else { return }
            let client = try options.client()
            let output = TextOutput()
            try await options.untilInterrupted { [name] in
                var last = HostsText.progress(host)
                while true {
                    try await Task.sleep(for: .seconds(1))
                    guard let host = try await client.hosts().first(where: { $0.name == name }) else {
                        throw OperatorClient.Failure(description: "the controller has no host '\(name)' any more")
                    }
                    let text = HostsText.progress(host)
                    if text != last { try output.line(text) }
                    last = text
                    if host.instances.isEmpty { return }
                    guard host.isEvacuating else {
                        throw OperatorClient.Failure(description: "the evacuation of \(name) was broken off")
                    }
                }
            }
        }
    }

    private static func show(_ host: HostStatus, json: Bool, _ text: String) throws {
        print(json ? String(decoding: try WireCoding.encoder().encode(host), as: UTF8.self) : text)
    }
}
