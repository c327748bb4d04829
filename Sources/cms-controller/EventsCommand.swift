import ArgumentParser
import Foundation
import Lifecycle
import Operator
import Wire

/// `cms-controller events`.
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Show what happened, the newest last.",
        discussion: """
            With --follow it goes on with each new event, over broken connections and restarts of the controller, until \
            it is interrupted.
            """
    )

    @Flag(name: .shortAndLong, help: "Go on with what happens.")
    var follow = false

    @Option(
        help: ArgumentHelp(
            "Only events from then on: how long ago (2h), or a time such as 2026-11-27T10:00:00Z.",
            valueName: "time"
        )
    )
    var since: String?

    @Option(
        help: ArgumentHelp("Only events of these kinds, with commas between them.", valueName: "kinds"),
        completion: .list(ControllerEvent.Kind.allCases.map(\.rawValue))
    )
    var kind: String?

    @Option(parsing: .unconditional, help: "Only events of this instance, by name.", completion: .instances)
    var instance: String?

    @Option(parsing: .unconditional, help: "Only events of this group.", completion: .groups)
    var group: String?

    @Option(help: "The most events of the past, 1 to 10000 (default: 100, with --follow 20).")
    var limit: Int?

    @Flag(help: "Print JSON: one event a line.")
    var json = false

    @OptionGroup var options: OperatorOptions

    private static let limits = 1...10_000

    private var kinds: [ControllerEvent.Kind] {
        get throws {
            try (kind ?? "").split(separator: ",").map { name in
                guard let kind = ControllerEvent.Kind(rawValue: String(name)) else {
                    throw ValidationError(
                        "there is no kind '\(name)'; there are "
                            + ControllerEvent.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                    )
                }
                return kind
            }
        }
    }

    func validate() throws {
        _ = try kinds
        if let limit, !Self.limits.contains(limit) { throw ValidationError("--limit is a number from 1 to 10000") }
        if let since, DurationText.parse(since) == nil, Date(rfc3339: since) == nil {
            throw ValidationError("--since '\(since)' is neither a time ago (2h) nor a time (2026-11-27T10:00:00Z)")
        }
    }

    mutating func run() async throws {
        let output = TextOutput()
        let question = OperatorClient.EventRequest(
            // What is meant is so long ago from now, however long it is followed.
            since: since.map { text in
                DurationText.parse(text).map { Date(timeIntervalSinceNow: -($0 / .seconds(1))).rfc3339 } ?? text
            },
            kinds: try kinds,
            group: group,
            instance: instance,
            limit: limit ?? (follow ? 20 : 100)
        )
        let text = EventText(style: OperatorOptions.style(output))
        let emit: @Sendable ([ControllerEvent]) throws -> Void = { [json] events in
            let lines = try events.map { event in
                json ? String(decoding: try WireCoding.encoder().encode(event), as: UTF8.self) : text.line(event)
            }
            if !lines.isEmpty { try output.line(lines.joined(separator: "\n")) }
        }
        guard follow else {
            let answer = try await options.ask { try await $0.events(question) }
            try options.print(output) { try emit(answer.events.reversed()) }
            return
        }
        let client = try options.client()
        try await options.untilInterrupted {
            try await EventFollower { try await client.events($0) }
                .run(question, emit: emit, notice: { OperatorOptions.say($0) })
        }
    }
}
