import ArgumentParser
import Foundation
import Lifecycle
import Operator
import Wire

/// `cms-controller status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show each group of a running controller: its instances, and why it has so many.",
        discussion: """
            With --watch the picture is drawn anew each second on a terminal; elsewhere a text is added whenever \
            something changed but loads and ages. Ctrl-C ends it.
            """
    )

    @Flag(help: "Also explain the last decision, and what would change it.")
    var why = false

    @Flag(help: "Go on showing it until it is interrupted.")
    var watch = false

    @Flag(help: "Print JSON: an array of groups; with --watch one such line each second.")
    var json = false

    @OptionGroup var options: OperatorOptions

    mutating func run() async throws {
        let output = TextOutput()
        let client = try options.client()
        guard watch else {
            let groups = try await options.ask { try await $0.groups() }
            try options.print(output) { try output.line(try Self.text(groups, why, json, output)) }
            return
        }
        try await options.untilInterrupted { [why, json] in
            if output.isTerminal, !json { try output.write(StatusScreen.begin) }
            defer { if output.isTerminal, !json { try? output.write(StatusScreen.end) } }
            var screen = StatusScreen()
            var isLost = false
            var isFirst = true
            while !Task.isCancelled {
                do {
                    let groups = try await client.groups()
                    if isLost { OperatorOptions.say("the controller answers again") }
                    isLost = false
                    let isNews = screen.isNews(groups)
                    let text = try Self.text(groups, why, json, output)
                    if output.isTerminal, !json {
                        let heading = "\(Date().rfc3339)  Ctrl-C ends\n\n"
                        try output.write(StatusScreen.redraw(heading + text, height: Self.height))
                    } else if json {
                        try output.line(text)
                    } else if isNews {
                        try output.line((isFirst ? "" : "\n") + Date().rfc3339 + "\n" + text)
                    }
                    isFirst = false
                } catch let failure as OperatorClient.Failure where failure.isTransient && !isFirst {
                    if !isLost, !Task.isCancelled { OperatorOptions.say("\(failure); trying again") }
                    isLost = true
                }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private static func text(
        _ groups: [GroupStatus],
        _ why: Bool,
        _ json: Bool,
        _ output: TextOutput
    ) throws -> String {
        if json { return String(decoding: try WireCoding.encoder().encode(groups), as: UTF8.self) }
        return StatusText(now: Date(), style: OperatorOptions.style(output)).render(groups, why: why)
    }

    private static var height: Int {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return 24 }
        return Int(size.ws_row)
    }
}
